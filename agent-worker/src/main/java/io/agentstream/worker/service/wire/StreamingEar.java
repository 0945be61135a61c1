package io.agentstream.worker.service.wire;

import io.agentstream.audio.MuLaw;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.Connection;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Heard;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.Usage;
import io.agentstream.worker.service.wire.EarDialect.Hearing;
import io.agentstream.worker.service.wire.EarDialect.Idle;
import io.agentstream.worker.service.wire.WebSocket.Incoming;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// An ear over a WebSocket. One virtual thread connects and listens, another sends, for each
/// connection. A connection that is lost is made again when there is audio for it: three times at most, unless one lives for
/// [#LIVED_MS] meanwhile.
public final class StreamingEar implements Ear {

    static final int LIVED_MS = 5_000;
    private static final Retry RETRY = new Retry(3, 250, 2_000);
    /// How long words that stand are left alone when the connection is lost that might have told more.
    private static final int ORPHAN_MS = 1_500;
    private static final int RECEIVE_MS = 60_000;

    private sealed interface Item {
        record Audio(Slice muLaw) implements Item {}

        /// @param atMs where in the audio it was sent; -1 before that
        record Finish(AtomicLong atMs) implements Item {}
    }

    private final Wire wire;
    private final Connection connection;
    private final EarDialect dialect;
    private final Gate<Heard> gate;
    private final EarTurn turn;
    private final ByteQueue<Item> waiting = new ByteQueue<>(MAX_WAITING_BYTES);
    private final AtomicLong droppedBytes = new AtomicLong();
    private final AtomicLong sentBytes = new AtomicLong();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicReference<@Nullable WebSocket> current = new AtomicReference<>();
    private volatile @Nullable String bye;
    private volatile @Nullable Hearing hearing;
    /// Only the thread that connects.
    private final Attempts attempts = new Attempts(RETRY, LIVED_MS);

    private StreamingEar(Wire wire, Connection connection, EarDialect dialect, Listener listener) {
        this.wire = wire;
        this.connection = connection;
        this.dialect = dialect;
        this.gate = new Gate<>(listener::on);
        this.turn = new EarTurn(gate);
    }

    public static StreamingEar open(Wire wire, Connection connection, EarDialect dialect, Listener listener) {
        StreamingEar ear = new StreamingEar(wire, connection, dialect, listener);
        Thread.ofVirtual().name("service-ear").start(ear::run);
        return ear;
    }

    @Override
    public void hear(Slice audio) {
        if (audio.length() > 0) { // an empty message would mean the end
            droppedBytes.addAndGet(waiting.push(new Item.Audio(audio), audio.length()));
        }
    }

    @Override
    public void finish() {
        int number = turn.finish();
        AtomicLong atMs = new AtomicLong(-1);
        waiting.push(new Item.Finish(atMs), 0);
        if (closed.getCount() > 0) {
            wire.after(FINISH_LIMIT_MS, () -> {
                Hearing now = hearing;
                int moreMs = now == null ? 0 : now.moreMs();
                if (moreMs > 0) {
                    wire.after(moreMs, () -> settle(number, atMs));
                } else {
                    settle(number, atMs);
                }
            });
        }
    }

    private void settle(int finish, AtomicLong atMs) {
        turn.settle(finish, atMs.get() < 0 ? positionMs() : atMs.get());
    }

    /// Where in the audio that the ear was given the next byte to be sent is.
    private long positionMs() {
        return (sentBytes.get() + droppedBytes.get()) / MuLaw.BYTES_PER_MS;
    }

    @Override
    public Usage usage() {
        return Usage.heard(sentBytes.get() / MuLaw.BYTES_PER_MS);
    }

    @Override
    public void close() {
        gate.shut();
        closed.countDown();
        waiting.close();
        waiting.wake();
        WebSocket socket = current.get();
        String goodbye = bye;
        if (socket != null) {
            if (goodbye != null) {
                socket.send(goodbye);
            }
            socket.finish();
        }
    }

    private void run() {
        try {
            while (gate.isOpen()) {
                attempts.begin();
                ServiceFailure failure = connection();
                if (!gate.isOpen()) {
                    return;
                }
                wire.after(ORPHAN_MS, turn.orphaned());
                OptionalLong wait = attempts.failed(failure);
                if (wait.isEmpty()) {
                    turn.failed(failure);
                } else if (closed.await(wait.getAsLong(), TimeUnit.MILLISECONDS) || !waiting.awaitItem()) {
                    return;
                }
            }
        } catch (InterruptedException | RuntimeException wrong) { // ours: nobody may speak to a deaf ear for ever
            turn.failed(new ServiceFailure.Broken("our adapter"));
        } finally {
            waiting.close();
        }
    }

    /// One connection, from its beginning to its end.
    private ServiceFailure connection() throws InterruptedException {
        WebSocket.Settings settings;
        try {
            settings = WebSocket.Settings.of(
                    dialect.url(), dialect.proof(connection.key().key()), connection.patience().connectMs());
        } catch (RuntimeException noKey) {
            return Failures.ofKey(noKey);
        }
        bye = null;
        try (WebSocket socket = new WebSocket(wire, settings)) {
            current.set(socket);
            if (!gate.isOpen()) {
                return new ServiceFailure.Broken("closed by us");
            }
            socket.open();
            attempts.stands();
            dialect.opening().forEach(socket::send);
            Hearing mine = dialect.hearing(positionMs(), turn);
            hearing = mine;
            bye = mine.bye();
            AtomicBoolean over = new AtomicBoolean();
            Thread sender = Thread.ofVirtual().name("service-ear-send").start(() -> send(socket, mine, over));
            try {
                return listen(socket, mine);
            } finally {
                over.set(true);
                waiting.wake();
                sender.join();
            }
        } catch (ServiceException failure) {
            return failure.failure();
        } finally {
            current.set(null);
            hearing = null;
        }
    }

    private static ServiceFailure listen(WebSocket socket, Hearing hearing) throws InterruptedException, ServiceException {
        while (true) {
            switch (socket.receive(RECEIVE_MS)) {
                case Incoming.Text text -> hearing.read(text.text());
                case Incoming.Binary _, Incoming.Quiet _ -> { }
                case Incoming.Closed(int code, String _) -> {
                    return Failures.ofClose(code);
                }
                case Incoming.Lost(ServiceFailure failure) -> {
                    return failure;
                }
            }
        }
    }

    private void send(WebSocket socket, Hearing hearing, AtomicBoolean over) {
        try {
            boolean taken = true;
            while (taken && !over.get() && gate.isOpen()) {
                Item next = waiting.poll(hearing.idleMs(), over::get);
                taken = switch (next) {
                    case null -> over.get() || !gate.isOpen() || idle(socket, hearing.idle());
                    case Item.Audio(Slice muLaw) -> {
                        sentBytes.addAndGet(muLaw.length());
                        String message = dialect.audio(muLaw);
                        yield message == null ? socket.send(muLaw) : socket.send(message);
                    }
                    case Item.Finish(AtomicLong atMs) -> {
                        atMs.set(positionMs());
                        String message = hearing.finish();
                        yield message == null || socket.send(message);
                    }
                };
            }
            if (!taken) {
                socket.close(); // it does not take what it gets: a new one may
            }
        } catch (InterruptedException unwanted) {
            socket.close();
        }
    }

    private boolean idle(WebSocket socket, Idle idle) {
        return switch (idle) {
            case Idle.Nothing _ -> true;
            case Idle.Text(String message) -> socket.send(message);
            case Idle.Audio(Slice muLaw) -> {
                sentBytes.addAndGet(muLaw.length());
                yield socket.send(muLaw);
            }
        };
    }
}
