package io.agentstream.gateway.socket;

import io.agentstream.gateway.call.CallEffect;
import io.agentstream.gateway.call.CallInput;
import io.agentstream.gateway.call.CallMachine;
import io.agentstream.gateway.call.CallState;
import io.agentstream.gateway.call.Playback;
import io.agentstream.gateway.telephony.InboundAudio;
import io.agentstream.gateway.telephony.ProviderMessage.StreamDetails;
import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.SocketCommand;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One call: gives [CallMachine] its inputs, and performs what it and [Playback] decide. Knows the connection only as something that
/// can be told to close. For the call's I/O thread only.
final class LiveCall {

    /// What a call may want of its connection.
    interface Line {
        void perform(CallEffect.Wire effect);
    }

    private final CallFacts facts;
    private final TelephonyProvider provider;
    private final IoLoop loop;
    private final CallMachine machine;
    private final CallJournal journal;
    private final CallOutput output;
    private final Playback playback;
    private final Line line;

    private CallState state = new CallState.Closed();
    private MediaFormat format = MediaFormat.MULAW_8K;
    private long audioBytes;
    private long lastHeardUs;
    private long nowUs;

    LiveCall(
            CallFacts facts,
            TelephonyProvider provider,
            GatewayParts parts,
            IoLoop loop,
            CallJournal journal,
            CallOutput output,
            Line line) {
        this.facts = facts;
        this.provider = provider;
        this.loop = loop;
        this.machine = new CallMachine(parts.limits(), facts.domainMissing());
        this.journal = journal;
        this.output = output;
        this.playback = new Playback(parts.limits().lookAheadUs(), output);
        this.line = line;
        this.nowUs = loop.nowUs();
        this.lastHeardUs = nowUs;
    }

    /// Says what time it is for everything that is done until this is called again.
    void at(long timeUs) {
        nowUs = timeUs;
    }

    long nowUs() {
        return nowUs;
    }

    /// The peer sent something.
    void heard() {
        lastHeardUs = nowUs;
    }

    /// @param refusal why the gateway refuses the call by itself
    void open(@Nullable Failure refusal) {
        apply(machine.open(refusal, facts.provider() == null ? "" : facts.provider(), nowUs));
    }

    void step(CallInput input) {
        apply(machine.step(state, input, nowUs));
    }

    void obey(SocketCommand command) {
        if (isOver()) {
            return;
        }
        if (command instanceof SocketCommand.SealedPlay sealed) {
            SocketCommand.Play opened = journal.open(sealed);
            if (opened != null && playback.accepts(opened)) {
                playback.play(opened, nowUs);
            }
            return;
        }
        if (!playback.accepts(command)) {
            return;
        }
        switch (command) {
            // A worker may be faster than the orchestrator's open: what it wants played waits for that.
            case SocketCommand.Play play -> {
                if (journal.isSealed()) {
                    deaf();
                } else {
                    playback.play(play, nowUs);
                }
            }
            case SocketCommand.SealedPlay _ -> {} // was opened above
            case SocketCommand.Clear clear -> playback.clear(clear.turn(), nowUs);
            case SocketCommand.Mark mark -> playback.mark(mark, nowUs);
            case SocketCommand.Admit _ -> step(new CallInput.Admitted());
            case SocketCommand.Open _ -> step(new CallInput.Opened());
            case SocketCommand.Finish finish ->
                step(new CallInput.Finish(finish.end(), TimeUnit.MILLISECONDS.toMicros(finish.withinMs())));
            case SocketCommand.Close close -> step(new CallInput.Ordered(close));
        }
    }

    /// Who speaks in the clear on a sealed call has no keys, and so hears nothing of it: a worker of an older version, or without the
    /// installation's key. The caller is not left to talk to it.
    private void deaf() {
        journal.deaf();
        step(new CallInput.Ordered(SocketCommand.Close.because(facts.callId(), Failure.INTERNAL_ERROR, "")));
    }

    void tick() {
        long lastSignUs = lastSignUs();
        if (nowUs >= machine.dueUs(state, lastSignUs, playback.soundsUntilUs())) {
            step(new CallInput.Tick(lastSignUs, playback.soundsUntilUs()));
        }
        playback.tick(nowUs);
    }

    /// When it wants to be ticked.
    long dueUs() {
        return Math.min(machine.dueUs(state, lastSignUs(), playback.soundsUntilUs()), playback.dueUs());
    }

    /// What is played to a caller is as much of a sign as what he says.
    private long lastSignUs() {
        return Math.max(lastHeardUs, playback.soundsUntilUs());
    }

    /// Whether the call's end is recorded.
    boolean isOver() {
        return state instanceof CallState.Closing || state instanceof CallState.Closed;
    }

    boolean isClosing() {
        return state instanceof CallState.Closing;
    }

    /// The connection is gone.
    void gone() {
        state = new CallState.Closed();
        journal.gone();
    }

    private void apply(Step<CallState, CallEffect> step) {
        state = step.state();
        for (int i = 0; i < step.effects().size(); i++) {
            switch (step.effects().get(i)) {
                case CallEffect.Tell tell -> tell(tell);
                case CallEffect.Sound sound -> sound(sound);
                case CallEffect.Wire wire -> line.perform(wire);
            }
        }
    }

    private void tell(CallEffect.Tell effect) {
        switch (effect) {
            case CallEffect.TellAudio _ -> audio(loop.audio);
            case CallEffect.TellOffered offered -> journal.offered(offered.refusal());
            case CallEffect.TellStarted started -> started(started.details());
            case CallEffect.TellAlive _ -> journal.alive();
            case CallEffect.TellDigit digit -> journal.frame(
                    new MediaFrame.Digit(facts.callId(), journal.nextSeq(), loop.wallMs(), digit.digit()));
            case CallEffect.TellOdd odd -> journal.odd(odd.how());
            case CallEffect.TellEnded ended -> {
                playback.end(nowUs); // what was heard of the last turn comes before the end
                journal.ended(ended, nowUs);
            }
        }
    }

    private void sound(CallEffect.Sound effect) {
        switch (effect) {
            case CallEffect.EchoMark echo -> playback.echoed(echo.name());
            case CallEffect.OpenPlayback _ -> {
                journal.opened(nowUs);
                playback.open(nowUs);
            }
        }
    }

    private void started(StreamDetails details) {
        format = details.mediaFormat().spoken() ? details.mediaFormat() : MediaFormat.MULAW_8K;
        playback.format(format);
        output.speak(provider.writer(details.streamSid() == null ? "" : details.streamSid()));
        journal.started(details);
    }

    private void audio(InboundAudio audio) {
        long ownMs = audioBytes / format.bytesPerMs();
        audioBytes += audio.lengthBytes();
        journal.audio(audio.record(), audio.timestampMs() == InboundAudio.NO_TIME ? ownMs : audio.timestampMs());
    }
}
