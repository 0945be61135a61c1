package io.agentstream.gateway.call;

import io.agentstream.gateway.call.CallEffect.OpenPlayback;
import io.agentstream.gateway.call.CallEffect.StopReading;
import io.agentstream.gateway.call.CallEffect.TellAlive;
import io.agentstream.gateway.call.CallEffect.TellDigit;
import io.agentstream.gateway.call.CallEffect.TellStarted;
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
import io.agentstream.gateway.call.CallState.Handshake;
import io.agentstream.gateway.call.CallState.Progress;
import io.agentstream.gateway.call.CallState.Talking;
import io.agentstream.gateway.telephony.OddMessage;
import io.agentstream.gateway.telephony.ProviderMessage;
import io.agentstream.gateway.telephony.ProviderMessage.StreamDetails;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.Failure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A call before its run is running. Strict: whoever cannot say who he is gets a close code. Pure.
///
/// The order of causes is fixed, so that a call's close code does not hang on who was faster. What the peer did wrong before
/// `start` waits until the orchestrator has admitted the call; what it did wrong in `start` or after it waits until the
/// orchestrator has proved it. The deadline ends both waits.
///
/// @param domainMissing whether the URL owed a domain and has none, which goes before whatever is wrong with the first messages
record Greeting(CallLimits limits, Ending ending, boolean domainMissing) {

    Step<CallState, CallEffect> step(Handshake now, CallInput input, long nowUs) {
        return switch (input) {
            case Heard heard -> now.verdict() != null ? Step.stay(now) : heard(now, heard.message(), nowUs);
            case Broken broken -> now.verdict() != null ? Step.stay(now) : judge(now, broken.failure(), nowUs);
            case Admitted _ -> now.verdict() != null && now.progress() != Progress.STARTED
                    ? fail(now, now.verdict(), nowUs)
                    : Step.to(now.admit());
            case Opened _ -> opened(now, nowUs);
            case Finish _ -> Step.stay(now); // it is said again
            case Ordered ordered -> ending.ordered(ordered.close(), OddMessages.NONE, now.peerGone(), nowUs);
            case PeerClosed closed -> now.verdict() != null
                    ? Step.to(now.withoutPeer())
                    : ending.left(closed.code(), null, Failure.ABANDONED, OddMessages.NONE, nowUs);
            case Lost _ -> now.verdict() != null
                    ? Step.to(now.withoutPeer())
                    : Ending.lost(null, Failure.ABANDONED, OddMessages.NONE);
            case Tick _ -> waiting(now, nowUs);
            case NotRecorded _, Drained _, Orphaned _ -> fail(now, Failure.INTERNAL_ERROR, nowUs);
        };
    }

    private Step<CallState, CallEffect> heard(Handshake now, ProviderMessage message, long nowUs) {
        if (now.messages() >= limits.maxHandshakeMessages()) {
            return judge(now, Failure.TOO_MANY_MESSAGES, nowUs);
        }
        return switch (now.progress()) {
            case NOTHING -> message instanceof ProviderMessage.Connected
                    ? Step.to(now.heard(Progress.CONNECTED))
                    : judge(now, Failure.EXPECTED_CONNECTED, nowUs);
            case CONNECTED -> message instanceof ProviderMessage.Start(StreamDetails details)
                    ? start(now, details, nowUs)
                    : judge(now, Failure.EXPECTED_START, nowUs);
            case STARTED -> early(now, message, nowUs);
        };
    }

    /// A format that we do not speak is told like any other: the orchestrator knows whether an earlier cause holds.
    private Step<CallState, CallEffect> start(Handshake now, @Nullable StreamDetails details, long nowUs) {
        if (details == null) {
            return judge(now, Failure.MISSING_STREAM_IDENTIFIERS, nowUs);
        }
        Handshake started = now.heard(Progress.STARTED);
        return details.mediaFormat().spoken()
                ? Step.to(started, new TellStarted(details))
                : Step.to(started.pending(Failure.UNSUPPORTED_MEDIA), new TellStarted(details), new StopReading());
    }

    /// Between `start` and the running run.
    private Step<CallState, CallEffect> early(Handshake now, ProviderMessage message, long nowUs) {
        return switch (message) {
            case ProviderMessage.Odd(OddMessage how) -> how == OddMessage.UNKNOWN
                    ? Step.to(now.heard(Progress.STARTED))
                    : judge(now, Failure.MALFORMED_MESSAGE, nowUs);
            case ProviderMessage.Forbidden(Failure failure) -> judge(now, failure, nowUs);
            case ProviderMessage.Stop _ -> fail(now, Failure.ABANDONED, nowUs);
            case ProviderMessage.Digit(char key) -> Step.to(now.pressed(key));
            case ProviderMessage.Connected _, ProviderMessage.Start _, ProviderMessage.Audio _, ProviderMessage.MarkEcho _,
                    ProviderMessage.Ignored _ -> Step.to(now.heard(Progress.STARTED));
        };
    }

    /// Acts on what the peer did wrong, or keeps it until no earlier cause can come.
    private Step<CallState, CallEffect> judge(Handshake now, Failure failure, long nowUs) {
        boolean aboutMessages = failure == Failure.EXPECTED_CONNECTED
                || failure == Failure.EXPECTED_START
                || failure == Failure.MISSING_STREAM_IDENTIFIERS;
        Failure cause = aboutMessages && domainMissing ? Failure.MISSING_DOMAIN : failure;
        return now.admitted() && now.progress() != Progress.STARTED
                ? fail(now, cause, nowUs)
                : Step.to(now.pending(cause), new StopReading());
    }

    private Step<CallState, CallEffect> opened(Handshake now, long nowUs) {
        if (now.progress() != Progress.STARTED) {
            return Step.stay(now);
        }
        if (now.verdict() != null) {
            return fail(now, now.verdict(), nowUs);
        }
        List<CallEffect> effects = new ArrayList<>();
        effects.add(new OpenPlayback());
        now.keys().chars().forEach(key -> effects.add(new TellDigit((char) key)));
        return new Step<>(Talking.begun(nowUs + limits.maxCallUs(), now.aliveAtUs()), List.copyOf(effects));
    }

    private Step<CallState, CallEffect> waiting(Handshake now, long nowUs) {
        if (nowUs >= now.deadlineUs()) {
            boolean peerOwes = now.admitted() && now.progress() != Progress.STARTED;
            Failure late = domainMissing ? Failure.MISSING_DOMAIN : Failure.HANDSHAKE_TIMEOUT;
            return fail(now, peerOwes ? late : Failure.INTERNAL_ERROR, nowUs);
        }
        return nowUs >= now.aliveAtUs()
                ? Step.to(now.aliveAt(nowUs + limits.aliveUs()), new TellAlive())
                : Step.stay(now);
    }

    private Step<CallState, CallEffect> fail(Handshake now, Failure failure, long nowUs) {
        return ending.fail(failure, OddMessages.NONE, now.peerGone(), nowUs);
    }
}
