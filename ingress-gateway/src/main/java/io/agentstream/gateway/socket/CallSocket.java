package io.agentstream.gateway.socket;

import io.agentstream.gateway.call.CallEffect;
import io.agentstream.gateway.call.CallInput;
import io.agentstream.gateway.call.CallMachine;
import io.agentstream.gateway.call.CallState;
import io.agentstream.gateway.call.MessageBudget;
import io.agentstream.gateway.call.Playback;
import io.agentstream.gateway.telephony.Base64Text;
import io.agentstream.gateway.telephony.ProviderMessage;
import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.gateway.websocket.FrameReader;
import io.agentstream.gateway.websocket.FrameWriter;
import io.agentstream.gateway.websocket.Messages;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.MediaFrameCodec;
import io.agentstream.schemas.SocketCommand;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/// One call and its socket: does what [CallMachine] and [Playback] decide. All methods are for the call's I/O thread only. What it
/// throws inside ends this call and no other.
final class CallSocket implements Messages {

    private static final Logger log = LoggerFactory.getLogger(CallSocket.class);

    /// Reads of one turn of the selector, so that one busy peer leaves the others theirs.
    private static final int MAX_READS = 16;

    private final CallFacts facts;
    private final CallJournal journal;
    private final GatewayParts parts;
    private final IoLoop loop;
    private final StreamConnection connection;
    private final CallMachine machine;
    private final FrameReader reader;
    private final MessageBudget budget;
    private final Playback playback;
    private final CallOutput output;
    private final TelephonyProvider provider;

    private CallState state = new CallState.Closed();
    private long nowUs;
    private long audioBytes;
    private boolean lost;
    private boolean closeWhenSent;
    private boolean released;
    private @Nullable SocketCommand command;

    // Made once, because they run fifty times a second.
    private final Runnable reading = this::read;
    private final Runnable obeying = this::obey;
    private final Runnable ticking = this::tick;

    /// Its index among the calls of its thread; the loop's.
    int place;

    /// When it wants to be ticked.
    long dueUs;

    CallSocket(CallFacts facts, TelephonyProvider provider, GatewayParts parts, IoLoop loop, StreamConnection connection) {
        this.facts = facts;
        this.provider = provider;
        this.parts = parts;
        this.loop = loop;
        this.connection = connection;
        this.nowUs = loop.nowUs();
        this.machine = new CallMachine(parts.limits(), facts.domainMissing());
        this.reader = new FrameReader(parts.maxMessageBytes());
        this.budget = new MessageBudget(nowUs);
        this.journal = new CallJournal(facts, parts, nowUs, () -> loop.execute(() -> on(new CallInput.NotRecorded())));
        this.output = new CallOutput(
                facts, journal, parts, loop, new Outbox(connection.getSinkChannel(), parts.maxUnsentBytes()));
        this.playback = new Playback(parts.limits().lookAheadUs(), output);
    }

    CallId callId() {
        return facts.callId();
    }

    IoLoop loop() {
        return loop;
    }

    /// @param refusal why the gateway refuses the call by itself
    void start(@Nullable Failure refusal) {
        loop.add(this);
        connection.getSourceChannel().setReadListener(channel -> onReadable());
        connection.getSinkChannel().setWriteListener(channel -> onWritable());
        act(() -> apply(machine.open(refusal, facts.provider() == null ? "" : facts.provider(), nowUs)));
        connection.getSourceChannel().wakeupReads(); // the first messages may have come with the request
    }

    void onCommand(SocketCommand next) {
        command = next;
        act(obeying);
    }

    private void obey() {
        if (command == null || state instanceof CallState.Closing || state instanceof CallState.Closed) {
            return;
        }
        switch (command) {
            // A worker may be faster than the orchestrator's open: what it wants played waits for that.
            case SocketCommand.Play play -> playback.play(play, nowUs);
            case SocketCommand.Clear clear -> playback.clear(clear.turn(), nowUs);
            case SocketCommand.Mark mark -> playback.mark(mark, nowUs);
            case SocketCommand.Admit _ -> step(new CallInput.Admitted());
            case SocketCommand.Open _ -> step(new CallInput.Opened());
            case SocketCommand.Close close -> step(new CallInput.Ordered(close));
        }
        command = null;
    }

    void onTick() {
        act(ticking);
    }

    private void tick() {
        if (nowUs >= machine.dueUs(state, budget.lastHeardUs())) {
            step(new CallInput.Tick(budget.lastHeardUs()));
        }
        playback.tick(nowUs);
    }

    void on(CallInput input) {
        act(() -> step(input));
    }

    private void onReadable() {
        act(reading);
    }

    private void onWritable() {
        act(() -> output.onWritable(nowUs));
    }

    /// Every way into a call goes through here, and leaves nothing undone.
    private void act(Runnable work) {
        if (released) {
            return;
        }
        nowUs = loop.nowUs();
        try {
            work.run();
            output.send(nowUs);
            settle();
        } catch (RuntimeException | Error bug) {
            log.atError().addKeyValue("call", facts.callId()).setCause(bug).log("call is broken");
            giveUp();
        }
        if (!released) {
            dueUs = nextDueUs();
            loop.wakeAt(dueUs, nowUs);
        }
    }

    private long nextDueUs() {
        long due = Math.min(machine.dueUs(state, budget.lastHeardUs()), playback.dueUs());
        return state instanceof CallState.Closing ? due : Math.min(due, output.stallAtUs());
    }

    private void read() {
        ByteBuffer in = loop.inBuffer;
        for (int reads = 0; reads < MAX_READS && !released; reads++) {
            int count;
            try {
                in.clear();
                count = connection.getSourceChannel().read(in);
            } catch (IOException gone) {
                count = -1;
            }
            if (count < 0) {
                connection.getSourceChannel().suspendReads();
                lost = true;
                return;
            }
            if (count == 0) {
                return;
            }
            parts.meters().bytesIn.increment(count);
            reader.feed(loop.in, 0, count, this);
            if (count < in.capacity() && !parts.tls()) {
                return; // more would only say that there is no more; with TLS a record may be left inside
            }
        }
        if (!released) {
            connection.getSourceChannel().wakeupReads();
        }
    }

    @Override
    public void text(byte[] bytes, int from, int to) {
        parts.meters().framesIn.increment();
        if (!counts()) {
            return;
        }
        if (state instanceof CallState.Talking && provider.findAudio(bytes, from, to, loop.span)) {
            audio(bytes, loop.span);
            return;
        }
        ProviderMessage message = provider.read(bytes, from, to);
        boolean tooLong = message instanceof ProviderMessage.Audio audio
                && audio.payload().length() > MediaFrameCodec.MAX_PAYLOAD_BYTES;
        step(tooLong ? new CallInput.Broken(Failure.MESSAGE_TOO_BIG) : new CallInput.Heard(message));
    }

    /// The usual message: base64 is decoded straight into the record that goes to Kafka.
    private void audio(byte[] text, TelephonyProvider.AudioSpan span) {
        int length = Base64Text.decodedBytes(text, span.from, span.to);
        if (length > MediaFrameCodec.MAX_PAYLOAD_BYTES) {
            step(new CallInput.Broken(Failure.MESSAGE_TOO_BIG));
            return;
        }
        byte[] record = new byte[MediaFrameCodec.AUDIO_PAYLOAD_OFFSET + Math.max(length, 0)];
        if (length < 0 || !Base64Text.decode(text, span.from, span.to, record, MediaFrameCodec.AUDIO_PAYLOAD_OFFSET)) {
            step(new CallInput.Heard(new ProviderMessage.Malformed()));
            return;
        }
        journal.audio(record, streamMs(span.timestampMs, length));
    }

    private long streamMs(long timestampMs, int bytes) {
        long ownMs = audioBytes / 8;
        audioBytes += bytes;
        return timestampMs == ProviderMessage.Audio.NO_TIME ? ownMs : timestampMs;
    }

    @Override
    public void ping(byte[] bytes, int from, int to) {
        if (counts()) {
            output.put(FrameWriter.pong(bytes, from, to));
        }
    }

    @Override
    public void other() {
        counts();
    }

    private boolean counts() {
        if (budget.take(nowUs)) {
            return true;
        }
        step(new CallInput.Broken(Failure.TOO_MANY_MESSAGES));
        return false;
    }

    @Override
    public void close(int code) {
        step(new CallInput.PeerClosed(code));
    }

    @Override
    public void broken(Breach breach) {
        switch (breach) {
            case BINARY -> step(new CallInput.Broken(Failure.BINARY_MESSAGE));
            case TOO_BIG -> step(new CallInput.Broken(Failure.MESSAGE_TOO_BIG));
            case PROTOCOL -> step(new CallInput.Broken(Failure.PROTOCOL_ERROR));
            case NOT_UTF8 -> step(new CallInput.Heard(new ProviderMessage.Malformed()));
        }
    }

    private void step(CallInput input) {
        apply(machine.step(state, input, nowUs));
    }

    private void apply(Step<CallState, CallEffect> step) {
        state = step.state();
        for (CallEffect effect : step.effects()) {
            perform(effect);
        }
    }

    private void perform(CallEffect effect) {
        switch (effect) {
            case CallEffect.TellOffered offered -> journal.offered(offered.refusal());
            case CallEffect.TellStarted started -> {
                String streamSid = started.details().streamSid();
                output.speak(provider.writer(streamSid == null ? "" : streamSid));
                journal.started(started.details());
            }
            case CallEffect.TellAlive _ -> journal.alive();
            case CallEffect.TellEnded ended -> {
                playback.end(nowUs); // what was heard of the last turn comes before the end
                journal.ended(ended, nowUs);
            }
            case CallEffect.TellAudio audio -> journal.frame(new MediaFrame.Audio(
                    facts.callId(),
                    journal.nextSeq(),
                    loop.wallMs(),
                    streamMs(audio.timestampMs(), audio.payload().length()),
                    audio.payload()));
            case CallEffect.TellDigit digit -> journal.frame(
                    new MediaFrame.Digit(facts.callId(), journal.nextSeq(), loop.wallMs(), digit.digit()));
            case CallEffect.EchoMark echo -> playback.echoed(echo.name());
            case CallEffect.OpenPlayback _ -> {
                journal.opened(nowUs);
                playback.open(nowUs);
            }
            case CallEffect.StopReading _ -> {
                reader.skipMessages();
                connection.getSourceChannel().suspendReads();
            }
            case CallEffect.SendClose close -> {
                output.put(FrameWriter.close(close.code(), close.reason()));
                reader.skipMessages();
                connection.getSourceChannel().resumeReads();
            }
            case CallEffect.Disconnect _ -> closeWhenSent = true;
            case CallEffect.Abort _ -> release();
        }
    }

    /// Tells the machine what became known while it was not to be asked.
    private void settle() {
        if (output.isStalled(nowUs) && !isLost() && (state instanceof CallState.Talking || state instanceof CallState.Handshake)) {
            step(new CallInput.Broken(Failure.PEER_STALLED));
            output.send(nowUs);
        }
        if (isLost() && !released) {
            step(new CallInput.Lost());
            output.discard();
        }
        if (closeWhenSent && (isLost() || output.isEmpty())) {
            release();
        }
    }

    /// Nothing comes from the peer any more, or nothing goes to it.
    private boolean isLost() {
        return lost || output.isLost();
    }

    private void giveUp() {
        output.discard();
        try {
            step(new CallInput.Orphaned());
            output.send(nowUs);
        } catch (RuntimeException | Error again) {
            log.atError().addKeyValue("call", facts.callId()).setCause(again).log("broken call does not close");
            release();
        }
    }

    private void release() {
        if (released) {
            return;
        }
        released = true;
        dueUs = Long.MAX_VALUE;
        state = new CallState.Closed();
        journal.gone();
        loop.remove(this);
        parts.registry().remove(this);
        try {
            connection.getSinkChannel().shutdownWrites();
            connection.getSinkChannel().flush();
        } catch (IOException gone) {
            // it is closed in either case
        }
        IoUtils.safeClose(connection);
    }
}
