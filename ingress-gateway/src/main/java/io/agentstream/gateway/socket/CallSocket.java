package io.agentstream.gateway.socket;

import io.agentstream.gateway.call.CallEffect;
import io.agentstream.gateway.call.CallInput;
import io.agentstream.gateway.kafka.CallPlace;
import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.gateway.websocket.FrameReader;
import io.agentstream.gateway.websocket.FrameWriter;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/// The connection of one [LiveCall]: reads it, writes it, closes it. Methods are for the call's I/O thread only, unless they say
/// otherwise. What it throws inside ends this call and no other.
final class CallSocket implements LiveCall.Line {

    private static final Logger log = LoggerFactory.getLogger(CallSocket.class);

    /// What a peer may still bring while its call is being closed: what was on its way. Who goes on is not waited for.
    private static final int MAX_BYTES_AFTER_CLOSE = 512 * 1024;

    private final CallId callId;
    private final GatewayParts parts;
    private final IoLoop loop;
    private final StreamConnection connection;
    private final AdmissionControl.Permit permit;
    private final Inbox inbox;
    private final FrameReader reader;
    private final CallJournal journal;
    private final CallOutput output;
    private final LiveCall call;
    private final PeerMessages messages;
    private final CallPlace commandsAt = new CallPlace(Topics.SOCKET_COMMANDS.name());

    private boolean lost;
    private int bytesAfterClose;
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

    CallSocket(
            CallFacts facts, AdmissionControl.Permit permit, TelephonyProvider provider, GatewayParts parts, IoLoop loop,
            StreamConnection connection) {
        this.callId = facts.callId();
        this.parts = parts;
        this.loop = loop;
        this.connection = connection;
        this.permit = permit;
        this.inbox = new Inbox(connection.getSourceChannel(), loop, parts.tls());
        this.reader = new FrameReader(parts.maxMessageBytes());
        this.journal = new CallJournal(
                facts, parts, permit, commandsAt, loop.nowUs(), () -> loop.execute(() -> on(new CallInput.NotRecorded())));
        this.output = new CallOutput(
                facts, journal, parts, loop, new Outbox(connection.getSinkChannel(), parts.maxUnsentBytes()));
        this.call = new LiveCall(facts, provider, parts, loop, journal, output, this);
        this.messages = new PeerMessages(call, provider, loop, parts, output);
        this.ticking = call::tick;
    }

    CallId callId() {
        return callId;
    }

    IoLoop loop() {
        return loop;
    }

    /// Where its commands were read. For the command reader's thread, too.
    CallPlace commandsAt() {
        return commandsAt;
    }

    /// Whether the gateway refused it by itself, and it is there only until its peer has heard of that.
    boolean isRefused() {
        return permit.refusal() != null;
    }

    void start() {
        loop.add(this);
        connection.getSinkChannel().setWriteListener(channel -> act(() -> output.onWritable(call.nowUs())));
        act(() -> call.open(permit.refusal()));
        if (!released) {
            inbox.open(() -> act(reading));
        }
    }

    void onCommand(SocketCommand next) {
        command = next;
        act(obeying);
    }

    private void obey() {
        SocketCommand next = command;
        command = null;
        if (next != null) {
            journal.belongsTo(next.organizationId(), call.nowUs());
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
        lost |= !inbox.read(this::taken);
    }

    private boolean taken(int count) {
        parts.meters().bytesIn.increment(count);
        if (call.isClosing()) {
            bytesAfterClose += count;
            if (bytesAfterClose > MAX_BYTES_AFTER_CLOSE) {
                return false;
            }
        }
        messages.brought(count);
        if (!released) {
            reader.feed(loop.in, 0, count, messages);
        }
        return !released;
    }

    @Override
    public void perform(CallEffect.Wire effect) {
        switch (effect) {
            case CallEffect.StopReading _ -> {
                reader.skipMessages();
                inbox.stop();
            }
            case CallEffect.SendClose close -> {
                output.put(FrameWriter.close(close.code(), close.reason()));
                reader.skipMessages();
                inbox.resume();
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

    /// Nothing comes from the peer any more, or nothing goes to it, or it does not leave off.
    private boolean isLost() {
        return lost || bytesAfterClose > MAX_BYTES_AFTER_CLOSE || output.isLost();
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
