package io.agentstream.worker.service.openai;

import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Lived;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Realtime;
import io.agentstream.worker.service.RealtimeSettings;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.ServiceFailure.Broken;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.Usage;
import io.agentstream.worker.service.wire.Attempts;
import io.agentstream.worker.service.wire.ByteQueue;
import io.agentstream.worker.service.wire.Failures;
import io.agentstream.worker.service.wire.Gate;
import io.agentstream.worker.service.wire.Messages;
import io.agentstream.worker.service.wire.Query;
import io.agentstream.worker.service.wire.Retry;
import io.agentstream.worker.service.wire.Serial;
import io.agentstream.worker.service.wire.ServiceException;
import io.agentstream.worker.service.wire.WebSocket;
import io.agentstream.worker.service.wire.WebSocket.Incoming;
import io.agentstream.worker.service.wire.Wire;
import java.net.URI;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One call with OpenAI's Realtime, over as many sessions as it takes: one virtual thread connects and receives, another sends the audio.
/// What happens within a session is [RealtimeDialogue]'s; here sessions begin, are replaced and end.
final class RealtimeCall implements Realtime {

    private static final URI BASE = URI.create("https://api.openai.com/v1");
    private static final int LIVED_MS = 10_000;
    private static final int RECEIVE_MS = 60_000;
    /// A session that begins is sent at once what is kept of the caller's turns and what waits, in letters.
    private static final int MAX_UNSENT_BYTES = 4 * MAX_WAITING_BYTES;

    private final Wire wire;
    /// Any thread.
    private volatile RealtimeSettings settings;
    private final Gate<Lived> gate;
    private final Serial serial = new Serial();
    private final ByteQueue<Sound> waiting = new ByteQueue<>(MAX_WAITING_BYTES);
    private final SentTurns sent = new SentTurns(MAX_WAITING_BYTES);
    private final CountDownLatch closing = new CountDownLatch(1);
    /// Whether a turn of the caller has begun.
    private final AtomicBoolean hearing = new AtomicBoolean();
    /// Only the tasks of `serial`, but for what it says otherwise.
    private final RealtimeDialogue dialogue;
    private final AtomicReference<@Nullable WebSocket> coming = new AtomicReference<>();
    /// Only the thread that connects. A session that was replaced is none that failed.
    private final Attempts attempts = new Attempts(Retry.USUAL, LIVED_MS);

    private RealtimeCall(Wire wire, RealtimeSettings settings, List<Message> history, Listener listener) {
        this.wire = wire;
        this.settings = settings;
        this.gate = new Gate<>(listener::on);
        this.dialogue = new RealtimeDialogue(wire, settings.connection().patience(), gate::tell, new RealtimeHistory(history), sent, serial);
    }

    static RealtimeCall open(Wire wire, RealtimeSettings settings, List<Message> history, Listener listener) {
        RealtimeCall call = new RealtimeCall(wire, settings, history, listener);
        Thread.ofVirtual().name("service-realtime").start(call::run);
        return call;
    }

    /// What the caller's turns are to the service, in order.
    private sealed interface Sound {
        record Heard(Slice audio) implements Sound {}

        record Over(int turn) implements Sound {}

        record Forgotten() implements Sound {}
    }

    @Override
    public void hear(Slice audio) {
        if (audio.length() > 0) {
            if (hearing.compareAndSet(false, true)) {
                serial.run(() -> dialogue.turns().begin());
            }
            waiting.offer(new Sound.Heard(audio), audio.length());
        }
    }

    @Override
    public void finish(int turn) {
        hearing.set(false);
        serial.run(() -> dialogue.turns().end(turn));
        waiting.push(new Sound.Over(turn), 0);
    }

    @Override
    public void forget() {
        hearing.set(false);
        serial.run(() -> dialogue.turns().forget());
        waiting.push(new Sound.Forgotten(), 0);
    }

    @Override
    public void become(String instructions, List<BrainRequest.Tool> tools) {
        settings = settings.with(instructions, tools);
        serial.run(() -> dialogue.become(RealtimeMessages.become(instructions, tools)));
    }

    @Override
    public void offer(List<BrainRequest.Tool> tools) {
        serial.run(() -> dialogue.offer(RealtimeMessages.offer(tools)));
    }

    @Override
    public void tell(Message message) {
        serial.run(() -> dialogue.tell(message));
    }

    @Override
    public void answer(int answer, String instructions) {
        serial.run(() -> dialogue.answer(answer, instructions));
    }

    @Override
    public void stop(int answer) {
        serial.run(() -> dialogue.stop(answer));
    }

    @Override
    public void interrupted(String item, long playedMs) {
        serial.run(() -> dialogue.interrupted(item, playedMs));
    }

    @Override
    public Usage usage() {
        return dialogue.usage();
    }

    @Override
    public void close() {
        gate.shut();
        closing.countDown();
        waiting.close();
        serial.run(dialogue::finish);
        WebSocket unfinished = coming.get();
        if (unfinished != null) {
            unfinished.close();
        }
    }

    private void run() {
        try {
            while (gate.isOpen()) {
                attempts.begin();
                ServiceFailure failure = session();
                inTurn(dialogue::ended);
                if (!gate.isOpen()) {
                    return;
                }
                if (dialogue.wasReplaced()) {
                    continue;
                }
                OptionalLong wait = attempts.failed(failure);
                if (wait.isEmpty()) {
                    serial.run(() -> gate.tellLast(new Lived.Failed(failure)));
                    return;
                }
                if (closing.await(wait.getAsLong(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException | RuntimeException wrong) { // ours: nobody may speak to a deaf agent for ever
            serial.run(() -> gate.tellLast(new Lived.Failed(new Broken("our adapter"))));
        } finally {
            waiting.close();
        }
    }

    private URI url() {
        URI given = settings.connection().url();
        return new Query(given == null ? BASE : given, "ws", "/realtime").with("model", settings.model()).uri();
    }

    private ServiceFailure session() throws InterruptedException {
        WebSocket.Settings how;
        try {
            how = WebSocket.Settings.of(
                    url(), OpenAi.proof(OpenAi.base(settings.connection().url()), settings.connection().key().key()),
                    settings.connection().patience().connectMs()).waiting(MAX_UNSENT_BYTES);
        } catch (RuntimeException noKey) {
            return Failures.ofKey(noKey);
        }
        AtomicBoolean over = new AtomicBoolean();
        Thread sender = null;
        try (WebSocket socket = new WebSocket(wire, how)) {
            coming.set(socket);
            if (!gate.isOpen()) {
                return new Broken("closed by us");
            }
            socket.open();
            socket.send(RealtimeMessages.setup(settings));
            setUp(socket);
            attempts.stands();
            inTurn(() -> dialogue.begin(socket)); // what the caller says now comes behind what it is told of before
            coming.set(null);
            if (!gate.isOpen()) {
                return new Broken("closed by us");
            }
            var replacing = wire.after(settings.sessionMs(), () -> serial.run(() -> dialogue.replace(socket)));
            sender = Thread.ofVirtual().name("service-realtime-send").start(() -> send(socket, over));
            try {
                return receive(socket);
            } finally {
                replacing.cancel(false);
            }
        } catch (ServiceException failure) {
            return failure.failure();
        } finally {
            coming.set(null);
            over.set(true);
            waiting.wake();
            if (sender != null) {
                sender.join();
            }
        }
    }

    /// Until it is done, which may be behind what is being done.
    private void inTurn(Runnable task) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        serial.run(() -> {
            try {
                task.run();
            } finally {
                done.countDown();
            }
        });
        done.await();
    }

    /// Until the service has taken what the session is to be: where it does not, nothing else would be understood as it is meant.
    private void setUp(WebSocket socket) throws InterruptedException, ServiceException {
        int limitMs = settings.connection().patience().firstMs();
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
        while (true) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
            if (leftMs <= 0) { // also where it goes on telling what nobody wants to know
                throw new ServiceException(new ServiceFailure.Silent(limitMs));
            }
            switch (socket.receive(leftMs)) {
                case Incoming.Text text -> {
                    var event = Messages.read(text.text());
                    switch (Messages.text(event, "type")) {
                        case "session.updated" -> {
                            return;
                        }
                        case "error" -> throw new ServiceException(new Refused("the session as it is set up"));
                        default -> { }
                    }
                }
                case Incoming.Binary _ -> { }
                case Incoming.Quiet _ -> throw new ServiceException(new ServiceFailure.Silent(limitMs));
                case Incoming.Closed(int code, String _) -> throw new ServiceException(Failures.ofClose(code));
                case Incoming.Lost(ServiceFailure failure) -> throw new ServiceException(failure);
            }
        }
    }

    private ServiceFailure receive(WebSocket socket) throws InterruptedException, ServiceException {
        while (true) {
            switch (socket.receive(RECEIVE_MS)) {
                case Incoming.Text text -> {
                    var event = Messages.read(text.text());
                    serial.run(() -> dialogue.take(event));
                }
                case Incoming.Binary _, Incoming.Quiet _ -> { }
                case Incoming.Closed(int code, String _) -> {
                    ServiceFailure why = Failures.ofClose(code);
                    inTurn(() -> dialogue.closed(why));
                    return why;
                }
                case Incoming.Lost(ServiceFailure failure) -> {
                    return dialogue.failureOr(failure);
                }
            }
        }
    }

    private void send(WebSocket socket, AtomicBoolean over) {
        try {
            while (!over.get() && gate.isOpen()) {
                Sound sound = waiting.poll(RECEIVE_MS, over::get);
                if (sound != null && !isTaken(socket, sound)) {
                    socket.close(); // it does not take what it gets: a new session may
                    return;
                }
            }
        } catch (InterruptedException unwanted) {
            socket.close();
        }
    }

    /// What does not wait any more is kept, whatever becomes of it: the next session is sent what this one has lost.
    private boolean isTaken(WebSocket socket, Sound sound) {
        return switch (sound) {
            case Sound.Heard(Slice audio) -> {
                sent.add(audio);
                yield socket.send(RealtimeMessages.audio(audio));
            }
            case Sound.Over(int turn) -> {
                sent.over(turn);
                serial.run(() -> dialogue.turns().commits(turn)); // before it is sent: it may be answered at once
                boolean isTaken = socket.send(RealtimeMessages.commit(turn));
                serial.run(() -> dialogue.committed(turn)); // also where it is lost: nobody waits for it any more
                yield isTaken;
            }
            case Sound.Forgotten _ -> {
                sent.forget();
                yield socket.send(RealtimeMessages.forget());
            }
        };
    }
}
