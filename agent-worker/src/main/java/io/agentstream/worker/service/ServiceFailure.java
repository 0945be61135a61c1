package io.agentstream.worker.service;

/// Why a service did not do what it was asked. The words in it are ours, never the service's, which may quote a key or a caller: they
/// may be logged and counted.
public sealed interface ServiceFailure {

    /// It does not want to, and will not want to if asked again: the key, the model, what is left of the quota, the request itself.
    ///
    /// @param why as "status 401"
    /// @param request whether it is the request that it does not take: another one may be
    record Refused(String why, boolean request) implements ServiceFailure {

        /// The conversation is longer than the model can take in: a shorter one may be taken.
        public static final Refused TOO_LONG = new Refused("more than the model can take in", true);

        public Refused(String why) {
            this(why, false);
        }
    }

    /// Too much at the moment, for us or for everybody.
    ///
    /// @param retryAfterMs how long it asks us to wait; 0 where it does not say
    record Busy(long retryAfterMs) implements ServiceFailure {}

    /// The connection, or what came over it.
    ///
    /// @param why as "closed with 1011"
    record Broken(String why) implements ServiceFailure {}

    /// It took longer than it may.
    ///
    /// @param waitedMs the limit that was passed
    record Silent(long waitedMs) implements ServiceFailure {}

    /// It does what it is asked, turn after turn, and nothing comes of it; perhaps there was nothing.
    record Empty() implements ServiceFailure {}

    /// Whether asking the same again is of no use.
    default boolean isPermanent() {
        return this instanceof Refused;
    }

    /// For metrics: one of five words.
    default String kind() {
        return switch (this) {
            case Refused _ -> "refused";
            case Busy _ -> "busy";
            case Broken _ -> "broken";
            case Silent _ -> "silent";
            case Empty _ -> "empty";
        };
    }
}
