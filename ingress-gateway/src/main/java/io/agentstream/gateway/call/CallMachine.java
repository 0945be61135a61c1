package io.agentstream.gateway.call;

import io.agentstream.gateway.call.CallEffect.Abort;
import io.agentstream.gateway.call.CallEffect.Disconnect;
import io.agentstream.gateway.call.CallEffect.TellOffered;
import io.agentstream.gateway.call.CallInput.Admitted;
import io.agentstream.gateway.call.CallInput.Broken;
import io.agentstream.gateway.call.CallInput.Drained;
import io.agentstream.gateway.call.CallInput.Finish;
import io.agentstream.gateway.call.CallInput.Heard;
import io.agentstream.gateway.call.CallInput.Lost;
import io.agentstream.gateway.call.CallInput.NotRecorded;
import io.agentstream.gateway.call.CallInput.Opened;
import io.agentstream.gateway.call.CallInput.Ordered;
import io.agentstream.gateway.call.CallInput.Orphaned;
import io.agentstream.gateway.call.CallInput.PeerClosed;
import io.agentstream.gateway.call.CallInput.Tick;
import io.agentstream.gateway.call.CallState.Closed;
import io.agentstream.gateway.call.CallState.Closing;
import io.agentstream.gateway.call.CallState.Handshake;
import io.agentstream.gateway.call.CallState.Talking;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.Failure;
import org.jspecify.annotations.Nullable;

/// Decides the life of one call, from the accepted socket to the closed connection. A function: any thread.
public final class CallMachine {

    private final CallLimits limits;
    private final Ending ending;
    private final Greeting greeting;
    private final Talk talk;

    /// @param domainMissing whether the URL owed a domain and has none, which goes before whatever is wrong with the first messages
    public CallMachine(CallLimits limits, boolean domainMissing) {
        this.limits = limits;
        this.ending = new Ending(limits.closeUs());
        this.greeting = new Greeting(limits, ending, domainMissing);
        this.talk = new Talk(limits, ending);
    }

    /// The beginning of a call.
    ///
    /// @param refusal why the gateway refuses it by itself
    /// @param name what the refusal's reason speaks of, or empty
    public Step<CallState, CallEffect> open(@Nullable Failure refusal, String name, long nowUs) {
        return refusal == null
                ? Step.to(Handshake.fresh(nowUs + limits.handshakeUs(), nowUs + limits.aliveUs()), new TellOffered(null))
                : ending.refused(refusal, name, nowUs);
    }

    public Step<CallState, CallEffect> step(CallState state, CallInput input, long nowUs) {
        return switch (state) {
            case Talking talking -> talk.step(talking, input, nowUs);
            case Handshake handshake -> greeting.step(handshake, input, nowUs);
            case Closing closing -> closing(closing, input, nowUs);
            case Closed closed -> Step.stay(closed);
        };
    }

    /// When the call wants a [CallInput.Tick] at the latest.
    ///
    /// @param lastSignUs as in [CallInput.Tick]
    /// @param soundsUntilUs as there
    public long dueUs(CallState state, long lastSignUs, long soundsUntilUs) {
        return switch (state) {
            case Talking talking -> {
                long dueUs = Math.min(Math.min(talking.maxAtUs(), talking.aliveAtUs()), lastSignUs + limits.idleUs());
                CallState.Finishing finishing = talking.finishing();
                yield finishing == null ? dueUs : Math.min(dueUs, finishing.atUs(soundsUntilUs));
            }
            case Handshake handshake -> Math.min(handshake.deadlineUs(), handshake.aliveAtUs());
            case Closing closing -> closing.deadlineUs();
            case Closed _ -> Long.MAX_VALUE;
        };
    }

    private static Step<CallState, CallEffect> closing(Closing now, CallInput input, long nowUs) {
        return switch (input) {
            case PeerClosed _ -> Step.to(now, new Disconnect());
            case Lost _ -> Step.to(new Closed(), new Abort());
            case Tick _ -> nowUs >= now.deadlineUs() ? Step.to(new Closed(), new Abort()) : Step.stay(now);
            case Heard _, Broken _, Admitted _, Opened _, Ordered _, Finish _, NotRecorded _, Drained _, Orphaned _ -> Step.stay(now);
        };
    }
}
