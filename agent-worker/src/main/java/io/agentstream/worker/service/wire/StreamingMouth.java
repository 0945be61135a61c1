package io.agentstream.worker.service.wire;

import io.agentstream.worker.service.Connection;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.ServiceFailure.Broken;
import io.agentstream.worker.service.wire.MouthDialect.Piece;
import io.agentstream.worker.service.wire.WebSocket.Incoming;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A mouth over one WebSocket, made when it is first needed and again after a loss. An utterance of which nothing was heard yet is said
/// again over the new one; one that was half heard fails. One virtual thread connects and receives.
public final class StreamingMouth implements Mouth {

    private static final Retry RETRY = Retry.USUAL;

    private final Wire wire;
    private final Connection connection;
    private final MouthDialect dialect;
    private final CountDownLatch closing = new CountDownLatch(1);

    /// Held for looking and changing, never while a listener is called.
    private final ReentrantLock lock = new ReentrantLock();
    /// All below: under the lock.
    private final Map<String, StreamedUtterance> utterances = new LinkedHashMap<>();
    private @Nullable WebSocket socket;
    /// Before it is open.
    private @Nullable WebSocket coming;
    private boolean running;
    private boolean closed;
    private int count;

    public StreamingMouth(Wire wire, Connection connection, MouthDialect dialect) {
        this.wire = wire;
        this.connection = connection;
        this.dialect = dialect;
    }

    @Override
    public Utterance speak(Listener listener) {
        lock.lock();
        try {
            StreamedUtterance utterance = new StreamedUtterance("u" + ++count, listener, connection.patience(), wire, dialect, this::pump, this::remove);
            if (closed) {
                utterance.cancel();
            } else {
                utterances.put(utterance.id(), utterance);
            }
            return utterance;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void warmUp() {
        lock.lock();
        try {
            run();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        List<StreamedUtterance> all;
        lock.lock();
        try {
            closed = true;
            all = List.copyOf(utterances.values());
        } finally {
            lock.unlock();
        }
        all.forEach(StreamedUtterance::cancel);
        closing.countDown();
        WebSocket last;
        lock.lock();
        try {
            last = socket == null ? coming : socket;
        } finally {
            lock.unlock();
        }
        if (last != null) {
            last.finish();
        }
    }

    /// Sends what an utterance has to say, or connects for it.
    private void pump() {
        WebSocket open;
        boolean taken = true;
        lock.lock();
        try {
            open = socket;
            if (open == null) {
                run();
            } else {
                taken = sendsAll(open);
            }
        } finally {
            lock.unlock();
        }
        if (open != null && !taken) {
            open.close(); // it does not take what it gets
        }
    }

    /// Under the lock, which keeps their order.
    private boolean sendsAll(WebSocket open) {
        for (StreamedUtterance utterance : List.copyOf(utterances.values())) {
            for (String message : utterance.toSend()) {
                if (!open.send(message)) {
                    return false;
                }
            }
        }
        return true;
    }

    private void remove(StreamedUtterance utterance, List<String> last) {
        lock.lock();
        try {
            if (utterances.remove(utterance.id()) != null && socket != null) {
                WebSocket open = socket;
                last.forEach(open::send);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Under the lock.
    private void run() {
        if (!running && !closed) {
            running = true;
            Thread.ofVirtual().name("service-mouth").start(this::talk);
        }
    }

    private void talk() {
        try {
            int failures = 0;
            while (true) {
                ServiceFailure failure = connection();
                if (!goesOn(failure)) {
                    return;
                }
                OptionalLong wait = RETRY.waitMs(failure, failures++, ThreadLocalRandom.current().nextDouble());
                if (wait.isEmpty()) {
                    giveUp(failure);
                    return;
                }
                if (closing.await(wait.getAsLong(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException | RuntimeException wrong) { // ours: nobody may wait for a voice that does not come
            giveUp(new Broken("our adapter"));
        }
    }

    /// After a loss: those that were half heard fail; where others are left, a new connection is wanted.
    private boolean goesOn(ServiceFailure failure) {
        List<StreamedUtterance> half = new ArrayList<>();
        boolean more;
        lock.lock();
        try {
            for (StreamedUtterance utterance : utterances.values()) {
                if (!utterance.beginAgain()) {
                    half.add(utterance);
                }
            }
            half.forEach(utterance -> utterances.remove(utterance.id()));
            more = !closed && utterances.values().stream().anyMatch(StreamedUtterance::hasSomething);
            running = more;
        } finally {
            lock.unlock();
        }
        half.forEach(utterance -> utterance.fail(failure));
        return more;
    }

    private void giveUp(ServiceFailure failure) {
        List<StreamedUtterance> all;
        lock.lock();
        try {
            all = List.copyOf(utterances.values());
            utterances.clear();
            running = false;
            socket = null;
        } finally {
            lock.unlock();
        }
        all.forEach(utterance -> utterance.fail(failure));
    }

    /// One connection, from its beginning to its end.
    private ServiceFailure connection() throws InterruptedException {
        WebSocket.Settings settings;
        try {
            settings = WebSocket.Settings.of(dialect.url(), dialect.proof(connection.key().key()), connection.patience().connectMs());
        } catch (RuntimeException noKey) {
            return Failures.ofKey(noKey);
        }
        try (WebSocket open = new WebSocket(wire, settings)) {
            if (!isNow(null, open)) {
                return new Broken("closed by us");
            }
            open.open();
            if (!isNow(open, null)) {
                return new Broken("closed by us");
            }
            pump();
            return receive(open);
        } catch (ServiceException failure) {
            return failure.failure();
        } finally {
            isNow(null, null);
        }
    }

    /// @return false where the mouth is closed
    private boolean isNow(@Nullable WebSocket open, @Nullable WebSocket next) {
        lock.lock();
        try {
            socket = closed ? null : open;
            coming = closed ? null : next;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private ServiceFailure receive(WebSocket open) throws InterruptedException, ServiceException {
        while (true) {
            switch (open.receive(dialect.keepAliveMs())) {
                case Incoming.Text text -> dialect.read(text.text()).forEach(this::take);
                case Incoming.Binary _ -> { }
                case Incoming.Quiet _ -> {
                    String message = dialect.keepAlive();
                    if (message != null) {
                        open.send(message);
                    }
                }
                case Incoming.Closed(int code, String _) -> {
                    return Failures.ofClose(code);
                }
                case Incoming.Lost(ServiceFailure failure) -> {
                    return failure;
                }
            }
        }
    }

    private void take(Piece piece) {
        StreamedUtterance utterance;
        lock.lock();
        try {
            utterance = utterances.get(piece.id());
        } finally {
            lock.unlock();
        }
        if (utterance != null) { // what comes for one that was cancelled is thrown away
            utterance.take(piece);
        }
    }

    /// How an utterance takes its leave: itself, and the messages to send because of it.
    interface Leave {
        void of(StreamedUtterance utterance, List<String> last);
    }
}
