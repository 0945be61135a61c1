package io.agentstream.gateway.call;

import io.agentstream.gateway.call.CallEffect.EchoMark;
import io.agentstream.gateway.call.CallEffect.TellAlive;
import io.agentstream.gateway.call.CallEffect.TellAudio;
import io.agentstream.gateway.call.CallEffect.TellDigit;
import io.agentstream.gateway.call.CallEffect.TellOdd;
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
import io.agentstream.gateway.call.CallState.Talking;
import io.agentstream.gateway.telephony.OddMessage;
import io.agentstream.gateway.telephony.ProviderMessage;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import java.util.ArrayList;
import java.util.List;

/// A call whose run is running: somebody's telephone call, which survives what is odd. Pure.
record Talk(CallLimits limits, Ending ending) {

    /// Made once, because it is the answer to fifty messages a second of each call.
    private static final List<CallEffect> TELL_AUDIO = List.of(new TellAudio());

    Step<CallState, CallEffect> step(Talking now, CallInput input, long nowUs) {
        return switch (input) {
            case Heard heard -> heard(now, heard.message(), nowUs);
            case Broken broken -> fail(now, broken.failure(), nowUs);
            case Ordered ordered -> ending.ordered(ordered.close(), now.odd(), false, nowUs);
            case PeerClosed closed -> ending.left(closed.code(), End.CALLER_HANGUP, null, now.odd(), nowUs);
            case Lost _ -> Ending.lost(End.CALLER_HANGUP, null, now.odd());
            case Finish finish -> finish(now, finish, nowUs);
            case Tick tick -> tick(now, tick, nowUs);
            case NotRecorded _, Orphaned _ -> fail(now, Failure.INTERNAL_ERROR, nowUs);
            case Drained _ -> end(now, End.DRAINED, nowUs);
            case Admitted _, Opened _ -> Step.stay(now);
        };
    }

    private Step<CallState, CallEffect> heard(Talking now, ProviderMessage message, long nowUs) {
        return switch (message) {
            case ProviderMessage.Audio _ -> new Step<>(now, TELL_AUDIO);
            case ProviderMessage.Digit(char key) -> Step.to(now, new TellDigit(key));
            case ProviderMessage.MarkEcho(String name) -> Step.to(now, new EchoMark(name));
            case ProviderMessage.Stop _ -> end(now, End.CALLER_HANGUP, nowUs);
            case ProviderMessage.Ignored _ -> Step.stay(now);
            case ProviderMessage.Connected _, ProviderMessage.Start _ -> passOver(now, OddMessage.REPEATED, nowUs);
            case ProviderMessage.Odd(OddMessage how) -> passOver(now, how, nowUs);
            case ProviderMessage.Forbidden(Failure failure) -> fail(now, failure, nowUs);
        };
    }

    private Step<CallState, CallEffect> passOver(Talking now, OddMessage how, long nowUs) {
        OddMessages odd = now.odd().plus(how, nowUs);
        Talking next = now.passedOver(odd);
        if (!odd.isFlood(nowUs)) {
            return Step.to(next, new TellOdd(how));
        }
        Step<CallState, CallEffect> ended = fail(next, Failure.MALFORMED_MESSAGE, nowUs);
        List<CallEffect> effects = new ArrayList<>(ended.effects());
        effects.addFirst(new TellOdd(how));
        return new Step<>(ended.state(), List.copyOf(effects));
    }

    /// The first order holds: what is said again must not put the end off.
    private static Step<CallState, CallEffect> finish(Talking now, Finish order, long nowUs) {
        return now.finishing() != null
                ? Step.stay(now)
                : Step.to(now.finishing(new CallState.Finishing(order.end(), nowUs, nowUs + order.withinUs())));
    }

    private Step<CallState, CallEffect> tick(Talking now, Tick tick, long nowUs) {
        CallState.Finishing finishing = now.finishing();
        if (finishing != null && nowUs >= finishing.atUs(tick.soundsUntilUs())) {
            return end(now, finishing.end(), nowUs);
        }
        if (nowUs >= now.maxAtUs()) {
            return end(now, End.MAX_DURATION, nowUs);
        }
        if (nowUs >= tick.lastSignUs() + limits.idleUs()) {
            return end(now, End.IDLE, nowUs);
        }
        return nowUs >= now.aliveAtUs()
                ? Step.to(now.aliveAt(nowUs + limits.aliveUs()), new TellAlive())
                : Step.stay(now);
    }

    private Step<CallState, CallEffect> end(Talking now, End end, long nowUs) {
        return ending.end(end, now.odd(), nowUs);
    }

    private Step<CallState, CallEffect> fail(Talking now, Failure failure, long nowUs) {
        return ending.fail(failure, now.odd(), false, nowUs);
    }
}
