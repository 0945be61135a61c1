package io.agentstream.orchestrator.decide;

import io.agentstream.schemas.Failure;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The contract's rows 4 to 9 with 4a, 12 and 13: which cause decides where several hold. Pure; any thread.
public final class Verdicts {

    /// What is known of the provider's domain, inside the agent's organisation.
    public sealed interface Domain {
        record NotGiven() implements Domain {}

        record Unknown(String name) implements Domain {}

        record WithoutToken() implements Domain {}

        record Usable() implements Domain {}
    }

    /// What admission is decided by.
    ///
    /// @param suspended whether the agent's organisation is
    /// @param quotaLeft whether the owner's credits allow one more call; anything where the agent is not known, as the rest
    /// @param unsupported name of the provider where this orchestrator does not know it: an older one may be asked by a newer gateway
    record Admission(
            @Nullable String unsupported,
            boolean agentKnown,
            boolean suspended,
            boolean quotaLeft,
            boolean roomLeft,
            Domain domain) {
        static final Admission NO_AGENT = new Admission(null, false, false, false, false, new Domain.NotGiven());

        static Admission unsupported(String provider) {
            return new Admission(provider, false, false, false, false, new Domain.NotGiven());
        }

        /// Whether nothing that is the organisation's own speaks against it.
        boolean isWelcome() {
            return getsRun() && !suspended && quotaLeft && roomLeft;
        }

        /// Whether it would be welcome if it took over a call that runs: that needs no place of its own, and what money it needs is
        /// said by the proof.
        boolean mayTakeOver() {
            return getsRun()
                    && !suspended
                    && !(quotaLeft && roomLeft)
                    && (domain instanceof Domain.Usable || domain instanceof Domain.NotGiven);
        }

        Admission takingOver() {
            return new Admission(unsupported, agentKnown, suspended, true, true, domain);
        }

        Admission withoutRoom() {
            return new Admission(unsupported, agentKnown, suspended, quotaLeft, false, domain);
        }

        /// Whether there is somebody whose run it would be.
        boolean getsRun() {
            return unsupported == null && agentKnown;
        }
    }

    /// What became of asking the provider.
    public enum Session {
        LIVE,
        /// The provider said no, or nothing in time.
        NOT_CONFIRMED,
        /// We could not ask: no time left, or a token that does not decrypt.
        NOT_ASKED
    }

    /// What proof is decided by.
    ///
    /// @param quotaLeft whether the owner's money that is not held for other calls allows this one
    /// @param identified whether the provider's start message named stream and call
    /// @param spoken whether its audio is in a format that we speak
    record Proof(boolean quotaLeft, boolean roomLeft, Domain domain, boolean identified, boolean spoken, Session session) {}

    private Verdicts() {}

    /// Why a call is not admitted; nothing where it is. A domain that the URL does not give may yet come with the start message.
    static Optional<Refusal> admission(Admission facts) {
        if (facts.unsupported() != null) {
            return Optional.of(Refusal.of(Failure.UNSUPPORTED_PROVIDER, facts.unsupported()));
        }
        if (!facts.agentKnown()) {
            return refuse(Failure.WORKFLOW_NOT_FOUND);
        }
        if (facts.suspended()) {
            return refuse(Failure.SUSPENDED);
        }
        if (!facts.quotaLeft()) {
            return refuse(Failure.QUOTA_EXCEEDED);
        }
        if (!facts.roomLeft()) {
            return refuse(Failure.CONCURRENCY_LIMIT);
        }
        return facts.domain() instanceof Domain.NotGiven ? Optional.empty() : domain(facts.domain());
    }

    /// Why a call may not begin to talk; nothing where it may.
    static Optional<Refusal> proof(Proof facts) {
        if (!facts.quotaLeft()) {
            return refuse(Failure.QUOTA_EXCEEDED);
        }
        if (!facts.roomLeft()) {
            return refuse(Failure.CONCURRENCY_LIMIT);
        }
        Optional<Refusal> ofDomain = domain(facts.domain());
        if (ofDomain.isPresent()) {
            return ofDomain;
        }
        if (!facts.identified()) {
            return refuse(Failure.MISSING_STREAM_IDENTIFIERS);
        }
        if (!facts.spoken()) {
            return refuse(Failure.UNSUPPORTED_MEDIA);
        }
        return switch (facts.session()) {
            case LIVE -> Optional.empty();
            case NOT_CONFIRMED -> refuse(Failure.SESSION_INVALID);
            case NOT_ASKED -> refuse(Failure.INTERNAL_ERROR);
        };
    }

    private static Optional<Refusal> domain(Domain domain) {
        return switch (domain) {
            case Domain.NotGiven() -> refuse(Failure.MISSING_DOMAIN);
            case Domain.Unknown(String name) -> Optional.of(Refusal.of(Failure.UNKNOWN_DOMAIN, name));
            case Domain.WithoutToken() -> refuse(Failure.MISSING_BEARER_TOKEN);
            case Domain.Usable() -> Optional.empty();
        };
    }

    private static Optional<Refusal> refuse(Failure failure) {
        return Optional.of(Refusal.of(failure));
    }
}
