package io.agentstream.gateway.call;

import io.agentstream.gateway.call.CallEffect.Abort;
import io.agentstream.gateway.call.CallEffect.Disconnect;
import io.agentstream.gateway.call.CallEffect.SendClose;
import io.agentstream.gateway.call.CallEffect.TellEnded;
import io.agentstream.gateway.call.CallEffect.TellOffered;
import io.agentstream.gateway.call.CallState.Closed;
import io.agentstream.gateway.call.CallState.Closing;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.SocketCommand;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How calls end: what is recorded, what the peer gets, and how long it may take to answer. Pure.
///
/// @param closeUs how long the peer may take to answer our close frame
record Ending(long closeUs) {

    /// The end of a call that the gateway refuses by itself.
    ///
    /// @param name what the refusal's reason speaks of, or empty
    Step<CallState, CallEffect> refused(Failure refusal, String name, long nowUs) {
        int code = refusal.closeCode();
        String reason = refusal.reason(name);
        return Step.to(
                closing(nowUs),
                new TellOffered(refusal),
                new TellEnded(code, reason, null, refusal),
                new SendClose(code, reason));
    }

    Step<CallState, CallEffect> end(End end, OddMessages odd, long nowUs) {
        return close(new TellEnded(1000, "", end, null, odd.byLabel()), false, nowUs);
    }

    Step<CallState, CallEffect> fail(Failure failure, OddMessages odd, boolean peerGone, long nowUs) {
        return close(
                new TellEnded(failure.closeCode(), failure.reason(), null, failure, odd.byLabel()), peerGone, nowUs);
    }

    /// What came from Kafka is not trusted to fit into a close frame.
    Step<CallState, CallEffect> ordered(SocketCommand.Close order, OddMessages odd, boolean peerGone, long nowUs) {
        int code = maySend(order.closeCode()) ? order.closeCode() : Failure.INTERNAL_ERROR.closeCode();
        return close(
                new TellEnded(code, Failure.cut(order.reason()), order.end(), order.failure(), odd.byLabel()), peerGone, nowUs);
    }

    /// RFC 6455, section 7.4: 1004, 1005, 1006 and 1015 are never sent, below 1000 and from 5000 on there are none, and 1016 to 2999
    /// belong to the protocol.
    private static boolean maySend(int code) {
        return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code <= 4999);
    }

    /// The peer closed first and gets its own code back.
    Step<CallState, CallEffect> left(int code, @Nullable End end, @Nullable Failure failure, OddMessages odd, long nowUs) {
        return close(new TellEnded(code, reason(failure), end, failure, odd.byLabel()), true, nowUs);
    }

    /// The connection broke.
    static Step<CallState, CallEffect> lost(@Nullable End end, @Nullable Failure failure, OddMessages odd) {
        Map<String, Integer> counts = odd.byLabel();
        return Step.to(new Closed(), new TellEnded(1006, reason(failure), end, failure, counts), new Abort());
    }

    private static String reason(@Nullable Failure failure) {
        return failure == null ? "" : failure.reason();
    }

    private Step<CallState, CallEffect> close(TellEnded ended, boolean peerGone, long nowUs) {
        SendClose close = new SendClose(ended.code(), ended.reason());
        return peerGone
                ? Step.to(closing(nowUs), ended, close, new Disconnect())
                : Step.to(closing(nowUs), ended, close);
    }

    private Closing closing(long nowUs) {
        return new Closing(nowUs + closeUs);
    }
}
