package io.agentstream.gateway.socket;

import io.agentstream.gateway.call.CallEffect;
import io.agentstream.gateway.call.CallInput;
import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.gateway.websocket.FrameReader;
import io.agentstream.gateway.websocket.FrameWriter;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.SocketCommand;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/// The connection of one [LiveCall]: reads it, writes it, closes it. All methods are for the call's I/O thread only. What it throws
/// inside ends this call and no other.
final class CallSocket implements LiveCall.Line {

    private static final Logger log = LoggerFactory.getLogger(CallSocket.class);

    /// Reads of one turn of the selector, so that one busy peer leaves the others theirs.
    private static final int MAX_READS = 16;

    private final CallId callId;
    private final GatewayParts parts;
    private final IoLoop loop;
    private final StreamConnection connection;
    private final FrameReader reader;
    private final CallOutput output;
    private final LiveCall call;
    private final PeerMessages messages;

    private boolean lost;
    private boolean closeWhenSent;
    private boolean released;
    private @Nullable SocketCommand command;

    // Made once, because they run fifty times a second.
    private final Runnable reading = this::read;
    private final Runnable obeying = this::obey;
    private final Runnable ticking;

    /// Its index among the calls of its thread; the loop's.
    int place;

    /// When it wants to be ticked.
    long dueUs;

    CallSocket(CallFacts facts, TelephonyProvider provider, GatewayParts parts, IoLoop loop, StreamConnection connection) {
        this.callId = facts.callId();
        this.parts = parts;
        this.loop = loop;
        this.connection = connection;
        this.reader = new FrameReader(parts.maxMessageBytes());
        CallJournal journal =
                new CallJournal(facts, parts, loop.nowUs(), () -> loop.execute(() -> on(new CallInput.NotRecorded())));
        this.output = new CallOutput(
                facts, journal, parts, loop, new Outbox(connection.getSinkChannel(), parts.maxUnsentBytes()));
        this.call = new LiveCall(facts, provider, parts, loop, journal, output, this);
        this.messages = new PeerMessages(call, provider, loop, parts.meters(), output);
        this.ticking = call::tick;
    }

    CallId callId() {
        return callId;
    }

    IoLoop loop() {
        return loop;
    }

    /// @param refusal why the gateway refuses the call by itself
    void start(@Nullable Failure refusal) {
        loop.add(this);
        connection.getSourceChannel().setReadListener(channel -> act(reading));
        connection.getSinkChannel().setWriteListener(channel -> act(() -> output.onWritable(call.nowUs())));
        act(() -> call.open(refusal));
        connection.getSourceChannel().wakeupReads(); // the first messages may have come with the request
    }

    void onCommand(SocketCommand next) {
        command = next;
        act(obeying);
    }

    private void obey() {
        SocketCommand next = command;
        command = null;
        if (next != null) {
            call.obey(next);
        }
    }

    void onTick() {
        act(ticking);
    }

    void on(CallInput input) {
        act(() -> call.step(input));
    }

    /// Every way into a call goes through here, and leaves nothing undone.
    private void act(Runnable work) {
        if (released) {
            return;
        }
        call.at(loop.nowUs());
        try {
            work.run();
            output.send(call.nowUs());
            settle();
        } catch (RuntimeException | Error bug) {
            log.atError().addKeyValue("call", callId).setCause(bug).log("call is broken");
            giveUp();
        }
        if (!released) {
            dueUs = call.isClosing() ? call.dueUs() : Math.min(call.dueUs(), output.stallAtUs());
            loop.wakeAt(dueUs, call.nowUs());
        }
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
            reader.feed(loop.in, 0, count, messages);
            if (count < in.capacity() && !parts.tls()) {
                return; // more would only say that there is no more; with TLS a record may be left inside
            }
        }
        if (!released) {
            connection.getSourceChannel().wakeupReads();
        }
    }

    @Override
    public void perform(CallEffect.Wire effect) {
        switch (effect) {
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
        if (output.isStalled(call.nowUs()) && !isLost() && !call.isOver()) {
            call.step(new CallInput.Broken(Failure.PEER_STALLED));
            output.send(call.nowUs());
        }
        if (isLost() && !released) {
            call.step(new CallInput.Lost());
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
            call.step(new CallInput.Orphaned());
            output.send(call.nowUs());
        } catch (RuntimeException | Error again) {
            log.atError().addKeyValue("call", callId).setCause(again).log("broken call does not close");
            release();
        }
    }

    private void release() {
        if (released) {
            return;
        }
        released = true;
        dueUs = Long.MAX_VALUE;
        call.gone();
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
