package io.agentstream.gateway.call;

import io.agentstream.gateway.telephony.ProviderMessage.StreamDetails;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.Slice;
import org.jspecify.annotations.Nullable;

/// What is to be done for a call, in order.
public sealed interface CallEffect {

    /// Record that the call was offered, and why it is refused where it is.
    record TellOffered(@Nullable Failure refusal) implements CallEffect {}

    /// Record what the stream is.
    record TellStarted(StreamDetails details) implements CallEffect {}

    /// Record that the call is still there.
    record TellAlive() implements CallEffect {}

    /// Record the end: how it came about, or what failed.
    record TellEnded(int code, String reason, @Nullable End end, @Nullable Failure failure) implements CallEffect {}

    /// Put the caller's audio on the call's track.
    record TellAudio(long timestampMs, Slice payload) implements CallEffect {}

    /// Put a key that the caller pressed on the call's track.
    record TellDigit(char digit) implements CallEffect {}

    /// Hand a mark's echo to the playback.
    record EchoMark(String name) implements CallEffect {}

    /// Let playback begin.
    record OpenPlayback() implements CallEffect {}

    /// Take nothing more from the peer until the close frame is sent.
    record StopReading() implements CallEffect {}

    record SendClose(int code, String reason) implements CallEffect {}

    /// Close the connection as soon as everything is sent.
    record Disconnect() implements CallEffect {}

    /// Close the connection now.
    record Abort() implements CallEffect {}
}
