package io.agentstream.gateway.call;

import io.agentstream.gateway.call.CallEffect.Abort;
import io.agentstream.gateway.call.CallEffect.Disconnect;
import io.agentstream.gateway.call.CallEffect.EchoMark;
import io.agentstream.gateway.call.CallEffect.OpenPlayback;
import io.agentstream.gateway.call.CallEffect.SendClose;
import io.agentstream.gateway.call.CallEffect.StopReading;
import io.agentstream.gateway.call.CallEffect.TellAlive;
import io.agentstream.gateway.call.CallEffect.TellAudio;
import io.agentstream.gateway.call.CallEffect.TellDigit;
import io.agentstream.gateway.call.CallEffect.TellEnded;
import io.agentstream.gateway.call.CallEffect.TellOffered;
import io.agentstream.gateway.call.CallEffect.TellStarted;
import io.agentstream.gateway.call.CallInput.Admitted;
import io.agentstream.gateway.call.CallInput.Broken;
import io.agentstream.gateway.call.CallInput.Drained;
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
import io.agentstream.gateway.call.CallState.Progress;
import io.agentstream.gateway.call.CallState.Talking;
import io.agentstream.gateway.telephony.ProviderMessage;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.SocketCommand;
import org.jspecify.annotations.Nullable;

/// Decides the life of one call, from the accepted socket to the closed connection. A function: any thread.
///
/// The order of causes is fixed, so that a call's close code does not hang on who was faster. What the peer did wrong before
/// `start` waits until the orchestrator has admitted the call; what it did wrong after `start` waits until the orchestrator has
/// proved it. The deadline ends both waits.
public final class CallMachine {

    private final CallLimits limits;
    private final boolean domainMissing;

    /// @param domainMissing whether the URL owed a domain and has none, which goes before whatever is wrong with the first messages
    public CallMachine(CallLimits limits, boolean domainMissing) {
        this.limits = limits;
        this.domainMissing = domainMissing;
    }

    /// The beginning of a call.
    ///
    /// @param refusal why the gateway refuses it by itself
    /// @param name what the refusal's reason speaks of, or empty
    public Step<CallState, CallEffect> open(@Nullable Failure refusal, String name, long nowUs) {
        if (refusal == null) {
            return Step.to(
                    new Handshake(
                            Progress.NOTHING, false, null, false, 0, nowUs + limits.handshakeUs(), nowUs + limits.aliveUs()),
                    new TellOffered(null));
        }
        int code = refusal.closeCode();
        String reason = refusal.reason(name);
        return Step.to(
                closing(nowUs),
                new TellOffered(refusal),
                new TellEnded(code, reason, null, refusal),
                new SendClose(code, reason));
    }

    public Step<CallState, CallEffect> step(CallState state, CallInput input, long nowUs) {
        return switch (state) {
            case Handshake handshake -> handshake(handshake, input, nowUs);
            case Talking talking -> talking(talking, input, nowUs);
            case Closing closing -> closing(closing, input, nowUs);
            case Closed closed -> Step.stay(closed);
        };
    }

    /// When the call wants a [CallInput.Tick] at the latest.
    public long dueUs(CallState state, long lastHeardUs) {
        return switch (state) {
            case Handshake handshake -> Math.min(handshake.deadlineUs(), handshake.aliveAtUs());
            case Talking talking ->
                Math.min(Math.min(talking.maxAtUs(), talking.aliveAtUs()), lastHeardUs + limits.idleUs());
            case Closing closing -> closing.deadlineUs();
            case Closed _ -> Long.MAX_VALUE;
        };
    }

    private Step<CallState, CallEffect> handshake(Handshake now, CallInput input, long nowUs) {
        return switch (input) {
            case Heard heard -> now.verdict() != null ? Step.stay(now) : greeting(now, heard.message(), nowUs);
            case Broken broken -> now.verdict() != null ? Step.stay(now) : judge(now, broken.failure(), nowUs);
            case Admitted _ -> now.verdict() != null && now.progress() != Progress.STARTED
                    ? verdict(now, now.verdict(), nowUs)
                    : Step.to(now.admit());
            case Opened _ -> opened(now, nowUs);
            case Ordered ordered -> ordered(ordered.close(), now.peerGone(), nowUs);
            case PeerClosed closed -> now.verdict() != null
                    ? Step.to(now.withoutPeer())
                    : left(closed.code(), null, Failure.ABANDONED, nowUs);
            case Lost _ -> now.verdict() != null ? Step.to(now.withoutPeer()) : lost(null, Failure.ABANDONED);
            case Tick _ -> waiting(now, nowUs);
            case NotRecorded _, Drained _, Orphaned _ -> verdict(now, Failure.INTERNAL_ERROR, nowUs);
        };
    }

    private Step<CallState, CallEffect> greeting(Handshake now, ProviderMessage message, long nowUs) {
        if (now.messages() >= limits.maxHandshakeMessages()) {
            return judge(now, Failure.TOO_MANY_MESSAGES, nowUs);
        }
        return switch (now.progress()) {
            case NOTHING -> message instanceof ProviderMessage.Connected
                    ? Step.to(now.heard(Progress.CONNECTED))
                    : judge(now, Failure.EXPECTED_CONNECTED, nowUs);
            case CONNECTED -> {
                if (!(message instanceof ProviderMessage.Start start)) {
                    yield judge(now, Failure.EXPECTED_START, nowUs);
                }
                yield start.details() == null
                        ? judge(now, Failure.MISSING_STREAM_IDENTIFIERS, nowUs)
                        : Step.to(now.heard(Progress.STARTED), new TellStarted(start.details()));
            }
            case STARTED -> switch (message) {
                case ProviderMessage.Malformed _ -> judge(now, Failure.MALFORMED_MESSAGE, nowUs);
                case ProviderMessage.Stop _ -> fail(Failure.ABANDONED, nowUs);
                case ProviderMessage.Connected _, ProviderMessage.Start _, ProviderMessage.Audio _, ProviderMessage.Digit _,
                        ProviderMessage.MarkEcho _, ProviderMessage.Ignored _ -> Step.to(now.heard(Progress.STARTED));
            };
        };
    }

    /// Acts on what the peer did wrong, or keeps it until no earlier cause can come.
    private Step<CallState, CallEffect> judge(Handshake now, Failure failure, long nowUs) {
        boolean aboutMessages = failure == Failure.EXPECTED_CONNECTED
                || failure == Failure.EXPECTED_START
                || failure == Failure.MISSING_STREAM_IDENTIFIERS;
        Failure cause = aboutMessages && domainMissing ? Failure.MISSING_DOMAIN : failure;
        return now.admitted() && now.progress() != Progress.STARTED
                ? fail(cause, nowUs)
                : Step.to(now.pending(cause), new StopReading());
    }

    private Step<CallState, CallEffect> opened(Handshake now, long nowUs) {
        if (now.progress() != Progress.STARTED) {
            return Step.stay(now);
        }
        return now.verdict() != null
                ? verdict(now, now.verdict(), nowUs)
                : Step.to(new Talking(nowUs + limits.maxCallUs(), now.aliveAtUs()), new OpenPlayback());
    }

    private Step<CallState, CallEffect> waiting(Handshake now, long nowUs) {
        if (nowUs >= now.deadlineUs()) {
            boolean peerOwes = now.admitted() && now.progress() != Progress.STARTED;
            Failure late = domainMissing ? Failure.MISSING_DOMAIN : Failure.HANDSHAKE_TIMEOUT;
            return verdict(now, peerOwes ? late : Failure.INTERNAL_ERROR, nowUs);
        }
        return nowUs >= now.aliveAtUs()
                ? Step.to(now.aliveAt(nowUs + limits.aliveUs()), new TellAlive())
                : Step.stay(now);
    }

    private Step<CallState, CallEffect> verdict(Handshake now, Failure failure, long nowUs) {
        return close(failure.closeCode(), failure.reason(), null, failure, now.peerGone(), nowUs);
    }

    private Step<CallState, CallEffect> talking(Talking now, CallInput input, long nowUs) {
        return switch (input) {
            case Heard heard -> switch (heard.message()) {
                case ProviderMessage.Audio audio -> Step.to(now, new TellAudio(audio.timestampMs(), audio.payload()));
                case ProviderMessage.Digit digit -> Step.to(now, new TellDigit(digit.digit()));
                case ProviderMessage.MarkEcho echo -> Step.to(now, new EchoMark(echo.name()));
                case ProviderMessage.Stop _ -> end(End.CALLER_HANGUP, nowUs);
                case ProviderMessage.Malformed _ -> fail(Failure.MALFORMED_MESSAGE, nowUs);
                case ProviderMessage.Connected _, ProviderMessage.Start _, ProviderMessage.Ignored _ -> Step.stay(now);
            };
            case Broken broken -> fail(broken.failure(), nowUs);
            case Ordered ordered -> ordered(ordered.close(), false, nowUs);
            case PeerClosed closed -> left(closed.code(), End.CALLER_HANGUP, null, nowUs);
            case Lost _ -> lost(End.CALLER_HANGUP, null);
            case Tick tick -> {
                if (nowUs >= now.maxAtUs()) {
                    yield end(End.MAX_DURATION, nowUs);
                }
                if (nowUs >= tick.lastHeardUs() + limits.idleUs()) {
                    yield end(End.IDLE, nowUs);
                }
                yield nowUs >= now.aliveAtUs()
                        ? Step.to(new Talking(now.maxAtUs(), nowUs + limits.aliveUs()), new TellAlive())
                        : Step.stay(now);
            }
            case NotRecorded _, Orphaned _ -> fail(Failure.INTERNAL_ERROR, nowUs);
            case Drained _ -> end(End.DRAINED, nowUs);
            case Admitted _, Opened _ -> Step.stay(now);
        };
    }

    private Step<CallState, CallEffect> closing(Closing now, CallInput input, long nowUs) {
        return switch (input) {
            case PeerClosed _ -> Step.to(now, new Disconnect());
            case Lost _ -> Step.to(new Closed(), new Abort());
            case Tick _ -> nowUs >= now.deadlineUs() ? Step.to(new Closed(), new Abort()) : Step.stay(now);
            case Heard _, Broken _, Admitted _, Opened _, Ordered _, NotRecorded _, Drained _, Orphaned _ -> Step.stay(now);
        };
    }

    private Step<CallState, CallEffect> end(End end, long nowUs) {
        return close(1000, "", end, null, false, nowUs);
    }

    private Step<CallState, CallEffect> fail(Failure failure, long nowUs) {
        return close(failure.closeCode(), failure.reason(), null, failure, false, nowUs);
    }

    private Step<CallState, CallEffect> ordered(SocketCommand.Close order, boolean peerGone, long nowUs) {
        return close(order.closeCode(), order.reason(), order.end(), order.failure(), peerGone, nowUs);
    }

    /// The peer closed first and gets its own code back.
    private Step<CallState, CallEffect> left(int code, @Nullable End end, @Nullable Failure failure, long nowUs) {
        return close(code, failure == null ? "" : failure.reason(), end, failure, true, nowUs);
    }

    private Step<CallState, CallEffect> lost(@Nullable End end, @Nullable Failure failure) {
        return Step.to(
                new Closed(), new TellEnded(1006, failure == null ? "" : failure.reason(), end, failure), new Abort());
    }

    private Step<CallState, CallEffect> close(
            int code, String reason, @Nullable End end, @Nullable Failure failure, boolean peerGone, long nowUs) {
        TellEnded ended = new TellEnded(code, reason, end, failure);
        SendClose close = new SendClose(code, reason);
        return peerGone
                ? Step.to(closing(nowUs), ended, close, new Disconnect())
                : Step.to(closing(nowUs), ended, close);
    }

    private Closing closing(long nowUs) {
        return new Closing(nowUs + limits.closeUs());
    }
}
