package io.agentstream.gateway.call;

import io.agentstream.gateway.telephony.OddMessage;
import io.agentstream.gateway.telephony.ProviderMessage.StreamDetails;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is to be done for a call, in order.
public sealed interface CallEffect {

    /// Something to be written to the log.
    sealed interface Tell extends CallEffect {}

    /// Something to be done to the connection.
    sealed interface Wire extends CallEffect {}

    /// Something for the playback.
    sealed interface Sound extends CallEffect {}

    /// Record that the call was offered, and why it is refused where it is.
    record TellOffered(@Nullable Failure refusal) implements Tell {}

    /// Record what the stream is.
    record TellStarted(StreamDetails details) implements Tell {}

    /// Record that the call is still there.
    record TellAlive() implements Tell {}

    /// Record the end: how it came about, or what failed, and how many odd messages of each kind were passed over.
    record TellEnded(int code, String reason, @Nullable End end, @Nullable Failure failure, Map<String, Integer> odd)
            implements Tell {

        public TellEnded(int code, String reason, @Nullable End end, @Nullable Failure failure) {
            this(code, reason, end, failure, Map.of());
        }
    }

    /// Put the audio that was read last on the call's track.
    record TellAudio() implements Tell {}

    /// Put a key that the caller pressed on the call's track.
    record TellDigit(char digit) implements Tell {}

    /// Count a message that was passed over.
    record TellOdd(OddMessage how) implements Tell {}

    /// Hand a mark's echo to the playback.
    record EchoMark(String name) implements Sound {}

    /// Let playback begin.
    record OpenPlayback() implements Sound {}

    /// Take nothing more from the peer until the close frame is sent.
    record StopReading() implements Wire {}

    record SendClose(int code, String reason) implements Wire {}

    /// Close the connection as soon as everything is sent.
    record Disconnect() implements Wire {}

    /// Close the connection now.
    record Abort() implements Wire {}
}
