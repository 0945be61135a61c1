package io.agentstream.schemas;

/// What happens on a running call's socket, on `call.media.v1`, in the order in which the gateway saw it. Binary, because there
/// are fifty a second of each call.
public sealed interface MediaFrame {

    CallId callId();

    /// The call's own sequence number, shared with its events on `call.lifecycle.v1`.
    long seq();

    /// When the gateway saw it, in milliseconds since 1970.
    long atMs();

    @Doc("Audio of the caller.")
    record Audio(
            @Doc("The call.") CallId callId,
            @Doc("Number of this record in the order in which the gateway saw the call.") long seq,
            @Doc("When the gateway saw it, in milliseconds since 1970.") long atMs,
            @Doc("Milliseconds since the stream began, as the provider says.") long timestampMs,
            @Doc("The audio, in the call's media format.") Slice payload)
            implements MediaFrame {}

    @Doc("The caller pressed a key.")
    record Digit(
            @Doc("The call.") CallId callId,
            @Doc("Number of this record in the order in which the gateway saw the call.") long seq,
            @Doc("When the gateway saw it, in milliseconds since 1970.") long atMs,
            @Doc("One of 0-9 * # A-D.") char digit)
            implements MediaFrame {

        /// Whether `digit` is a key of a telephone.
        public static boolean isKey(char digit) {
            return (digit >= '0' && digit <= '9') || digit == '*' || digit == '#' || (digit >= 'A' && digit <= 'D');
        }
    }

    @Doc("Audio of the caller, sealed with the call's key of media.")
    record SealedAudio(
            @Doc("The call.") CallId callId,
            @Doc("Number of this record in the order in which the gateway saw the call.") long seq,
            @Doc("When the gateway saw it, in milliseconds since 1970.") long atMs,
            @Doc("Milliseconds since the stream began, as the provider says.") long timestampMs,
            @Doc("Nonce, AES-256-GCM ciphertext and tag of the audio.") Slice sealed)
            implements MediaFrame {}

    @Doc("The caller pressed a key, sealed with the call's key of media.")
    record SealedDigit(
            @Doc("The call.") CallId callId,
            @Doc("Number of this record in the order in which the gateway saw the call.") long seq,
            @Doc("When the gateway saw it, in milliseconds since 1970.") long atMs,
            @Doc("Nonce, AES-256-GCM ciphertext and tag of the key's character.") Slice sealed)
            implements MediaFrame {}

    @Doc("Everything that was sent before a mark has been played to the caller.")
    record MarkReached(
            @Doc("The call.") CallId callId,
            @Doc("Number of this record in the order in which the gateway saw the call.") long seq,
            @Doc("When the gateway saw it, in milliseconds since 1970.") long atMs,
            @Doc("Turn that the mark belongs to.") int turn,
            @Doc("Name that the worker gave it.") String name)
            implements MediaFrame {}

    @Doc("How much of a turn's audio the caller has heard.")
    record Played(
            @Doc("The call.") CallId callId,
            @Doc("Number of this record in the order in which the gateway saw the call.") long seq,
            @Doc("When the gateway saw it, in milliseconds since 1970.") long atMs,
            @Doc("Turn whose audio it is.") int turn,
            @Doc("Milliseconds of it that the caller has heard.") long playedMs,
            @Doc("Whether nothing more of it will be heard: it was played to its end or cleared.") boolean finished)
            implements MediaFrame {}

    @Doc("From a time on the caller hears a turn's audio from a byte on, without a gap: up to the byte, or else the time, where the next"
            + " playing begins, or until a silence, or the end of what the gateway has taken of the turn.")
    record Playing(
            @Doc("The call.") CallId callId,
            @Doc("Number of this record in the order in which the gateway saw the call.") long seq,
            @Doc("When the gateway saw it, in milliseconds since 1970.") long atMs,
            @Doc("Turn whose audio it is.") int turn,
            @Doc("Epoch of the worker whose turn it is; 0 where it has none.") int epoch,
            @Doc("Where it begins in the audio of that turn which the gateway has taken, in bytes.") long fromByte,
            @Doc("When the caller begins to hear it, in microseconds since 1970; of one call all by the same clock, which nobody sets.")
                    long startsAtUs)
            implements MediaFrame {}

    @Doc("From a time on the caller hears nothing of what was told to be playing, or to begin playing later: it ran out half a second"
            + " ago, was cleared, or was too much.")
    record Silence(
            @Doc("The call.") CallId callId,
            @Doc("Number of this record in the order in which the gateway saw the call.") long seq,
            @Doc("When the gateway saw it, in milliseconds since 1970.") long atMs,
            @Doc("From when on nothing is heard, in microseconds since 1970, by the clock of what is played.") long fromUs)
            implements MediaFrame {}
}
