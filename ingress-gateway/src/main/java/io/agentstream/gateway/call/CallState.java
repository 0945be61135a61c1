package io.agentstream.gateway.call;

import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import org.jspecify.annotations.Nullable;

/// Where a call is. Times are in microseconds.
public sealed interface CallState {

    /// Accepted; the run is not running yet.
    ///
    /// @param progress which of its first messages the peer has sent
    /// @param admitted whether the orchestrator wants the call
    /// @param verdict what the peer did wrong, to be acted on as soon as no earlier cause can come
    /// @param peerGone whether the peer closed after the verdict
    /// @param messages messages that came
    /// @param keys keys that the caller pressed already
    /// @param deadlineUs when the handshake has to be over
    /// @param aliveAtUs when to say that the call is alive
    record Handshake(
            Progress progress,
            boolean admitted,
            @Nullable Failure verdict,
            boolean peerGone,
            int messages,
            String keys,
            long deadlineUs,
            long aliveAtUs)
            implements CallState {

        /// Keys that are kept for the running call.
        static final int MAX_KEYS = 20;

        static Handshake fresh(long deadlineUs, long aliveAtUs) {
            return new Handshake(Progress.NOTHING, false, null, false, 0, "", deadlineUs, aliveAtUs);
        }

        Handshake heard(Progress next) {
            return new Handshake(next, admitted, verdict, peerGone, messages + 1, keys, deadlineUs, aliveAtUs);
        }

        Handshake pressed(char key) {
            String more = keys.length() < MAX_KEYS ? keys + key : keys;
            return new Handshake(progress, admitted, verdict, peerGone, messages + 1, more, deadlineUs, aliveAtUs);
        }

        Handshake admit() {
            return new Handshake(progress, true, verdict, peerGone, messages, keys, deadlineUs, aliveAtUs);
        }

        Handshake pending(Failure failure) {
            return new Handshake(progress, admitted, failure, peerGone, messages, keys, deadlineUs, aliveAtUs);
        }

        Handshake withoutPeer() {
            return new Handshake(progress, admitted, verdict, true, messages, keys, deadlineUs, aliveAtUs);
        }

        Handshake aliveAt(long atUs) {
            return new Handshake(progress, admitted, verdict, peerGone, messages, keys, deadlineUs, atUs);
        }
    }

    /// The run is running and audio flows.
    ///
    /// @param maxAtUs when the call has been long enough
    /// @param aliveAtUs when to say that the call is alive
    /// @param odd what was passed over
    /// @param finishing how it is ending; null where it is not
    record Talking(long maxAtUs, long aliveAtUs, OddMessages odd, @Nullable Finishing finishing) implements CallState {

        public static Talking begun(long maxAtUs, long aliveAtUs) {
            return new Talking(maxAtUs, aliveAtUs, OddMessages.NONE, null);
        }

        Talking aliveAt(long atUs) {
            return new Talking(maxAtUs, atUs, odd, finishing);
        }

        Talking passedOver(OddMessages more) {
            return new Talking(maxAtUs, aliveAtUs, more, finishing);
        }

        Talking finishing(Finishing how) {
            return new Talking(maxAtUs, aliveAtUs, odd, how);
        }
    }

    /// What is being said is said to its end.
    ///
    /// @param sinceUs when that was ordered
    /// @param deadlineUs when the call ends in any case
    record Finishing(End end, long sinceUs, long deadlineUs) {

        /// How long nothing may sound before it counts as said. A worker that is a little behind is not cut off.
        static final long PAUSE_US = 500_000;

        /// When the call ends.
        long atUs(long soundsUntilUs) {
            return Math.min(deadlineUs, Math.max(sinceUs, soundsUntilUs) + PAUSE_US);
        }
    }

    /// Our close frame is on its way; its end is recorded.
    ///
    /// @param deadlineUs when the connection is cut, whatever the peer does
    record Closing(long deadlineUs) implements CallState {}

    /// The connection is gone.
    record Closed() implements CallState {}

    /// Which of its first messages the peer has sent.
    enum Progress {
        NOTHING,
        CONNECTED,
        STARTED
    }
}
