package io.agentstream.worker.service.wire;

import io.agentstream.runtime.outbound.OutboundSocket;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.ServiceFailure.Silent;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A WebSocket to a service (RFC 6455, the client's side, no extension), from before it stands to its end. Messages are put together from their
/// frames; pings are answered, the newest where several wait, and sent where nothing else goes. Whoever says nothing for
/// [Settings#idleMs], takes nothing for [Settings#writeMs], or brings more than its [Budget], is gone.
///
/// One thread opens and receives, any thread sends and closes. Neither waits, whatever the other side does: a writer may be held in TLS with
/// its lock, so nobody else says goodbye there. What is received and not taken stops the reading, so that TCP slows the service
/// down. Two virtual threads belong to a socket, and end with it.
public final class WebSocket implements AutoCloseable {

    static final int NORMAL = 1_000;
    private static final int NO_CODE = 1_005;
    private static final int FAREWELL_MS = 2_000;

    /// @param connectMs until it is open, without looking the name up
    /// @param pingEveryMs how often a ping is sent
    /// @param idleMs longest time without anything from the other side, pongs included
    /// @param writeMs longest time that the other side does not take what is written
    /// @param maxWaitingBytes what may wait to be sent
    public record Settings(
            URI url, Map<String, String> headers, int connectMs, int pingEveryMs, int idleMs, int writeMs, int maxWaitingBytes) {

        public static Settings of(URI url, Map<String, String> headers, int connectMs) {
            return new Settings(url, headers, connectMs, 20_000, 50_000, 5_000, 256 * 1_024);
        }

        /// @param otherBytes what may wait to be sent
        public Settings waiting(int otherBytes) {
            return new Settings(url, headers, connectMs, pingEveryMs, idleMs, writeMs, otherBytes);
        }

        /// Without URL and headers, which are secrets.
        @Override
        public String toString() {
            return "Settings[" + connectMs + " ms]";
        }
    }

    /// What [#receive] gives.
    public sealed interface Incoming {
        record Text(String text) implements Incoming {
            @Override
            public String toString() {
                return "Text[" + text.length() + " characters]";
            }
        }

        record Binary(Slice bytes) implements Incoming {}

        /// The other side has closed.
        ///
        /// @param code 1005 where it gave none
        /// @param reason the service's words: to be looked at, never logged
        record Closed(int code, String reason) implements Incoming {
            @Override
            public String toString() {
                return "Closed[" + code + "]";
            }
        }

        /// The connection is lost, or was closed by us.
        record Lost(ServiceFailure failure) implements Incoming {}

        /// Nothing came in time.
        record Quiet() implements Incoming {}
    }

    private static final long NOT_WRITING = 0;

    private final Wire wire;
    private final Settings settings;
    private final OutboundSocket connection;
    private final ByteQueue<Outgoing> outbox;
    private final ByteQueue<Incoming> inbox = new ByteQueue<>(Messages.MAX_MESSAGE_BYTES);
    /// What the newest ping wants back; null for nothing. Only the newest has to be answered (RFC 6455, 5.5.3).
    private final AtomicReference<@Nullable Slice> pong = new AtomicReference<>();
    private volatile long heardNs = System.nanoTime();
    /// When what is being written was begun; [#NOT_WRITING]: nothing is.
    private volatile long writingNs = NOT_WRITING;
    private volatile boolean opened;
    private volatile boolean closing;
    /// Nothing is written any more: TCP is over, or ends by itself.
    private volatile boolean written;
    private volatile @Nullable ServiceFailure gone;
    /// Only the receiving thread.
    private @Nullable Incoming last;

    private record Outgoing(int opcode, Slice payload) {}

    /// Nothing is done before [#open].
    public WebSocket(Wire wire, Settings settings) {
        this.wire = wire;
        this.settings = settings;
        this.connection = wire.sockets().prepare(settings.url());
        this.outbox = new ByteQueue<>(settings.maxWaitingBytes());
    }

    /// Connects and upgrades within one limit; blocks until then, or until it is closed.
    ///
    /// @throws ServiceException where the service does not want to, or cannot be reached
    public void open() throws ServiceException {
        try {
            connection.open(settings.connectMs());
            BufferedInputStream in = new BufferedInputStream(connection.in(), 16 * 1_024);
            OutputStream out = connection.out();
            Upgrade.ask(settings.url(), settings.headers(), in, out);
            connection.stands();
            heardNs = System.nanoTime();
            opened = true;
            Thread.ofVirtual().name("service-read").start(() -> read(new Frames.Reader(in)));
            Thread.ofVirtual().name("service-write").start(() -> write(out));
            watch();
        } catch (ServiceException refused) {
            connection.close();
            throw refused;
        } catch (IOException failure) {
            connection.close();
            throw new ServiceException(connection.timedOut() ? new Silent(settings.connectMs()) : Failures.of(failure, settings.connectMs()));
        }
    }

    /// Looks when the other side could be gone, until it is.
    private void watch() {
        long leftMs = Math.min(settings.idleMs() - sinceMs(heardNs), writingLeftMs());
        if (written) {
            return;
        }
        if (leftMs <= 0) {
            gone = new Silent(sinceMs(heardNs) >= settings.idleMs() ? settings.idleMs() : settings.writeMs());
            connection.close();
        } else {
            wire.after(leftMs, this::watch);
        }
    }

    private long writingLeftMs() {
        long sinceNs = writingNs;
        return settings.writeMs() - (sinceNs == NOT_WRITING ? 0 : sinceMs(sinceNs));
    }

    /// @return false where there is no room, because the other side does not take what it gets, or it is closed
    public boolean send(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return outbox.offer(new Outgoing(Frames.TEXT, Slice.of(bytes)), bytes.length);
    }

    /// As [#send(String)].
    public boolean send(Slice bytes) {
        return outbox.offer(new Outgoing(Frames.BINARY, bytes), bytes.length());
    }

    /// The next message, or why there is none. After [Incoming.Closed] or [Incoming.Lost] the same comes again.
    public Incoming receive(long limitMs) throws InterruptedException {
        if (last != null) {
            return last;
        }
        Incoming next = inbox.poll(limitMs);
        if (next == null) {
            return new Incoming.Quiet();
        }
        if (next instanceof Incoming.Closed || next instanceof Incoming.Lost) {
            last = next;
        }
        return next;
    }

    /// Says goodbye behind what waits to be sent; TCP ends when the other side has answered, or after two seconds. Does not wait.
    public void finish() {
        closing = true;
        outbox.offer(new Outgoing(Frames.CLOSE, Slice.of(Frames.code(NORMAL))), Short.BYTES);
        outbox.close();
        if (!opened) {
            connection.close();
        }
    }

    /// Ends TCP at once. Does not wait.
    @Override
    public void close() {
        closing = true;
        outbox.close();
        connection.close();
        inbox.offerLast(new Incoming.Lost(new ServiceFailure.Broken("closed by us")));
    }

    private void read(Frames.Reader frames) {
        Incoming end;
        try {
            end = messages(frames);
        } catch (ServiceException wrong) {
            end = new Incoming.Lost(wrong.failure());
        } catch (IOException | RuntimeException lost) {
            ServiceFailure known = gone;
            end = new Incoming.Lost(known == null ? new ServiceFailure.Broken("connection lost") : known);
        } catch (InterruptedException unwanted) {
            end = new Incoming.Lost(new ServiceFailure.Broken("interrupted"));
        }
        inbox.offerLast(end);
        outbox.close();
        if (!(end instanceof Incoming.Closed)) {
            connection.close();
        }
    }

    private Incoming messages(Frames.Reader frames) throws IOException, ServiceException, InterruptedException {
        while (true) {
            Frames.Frame frame = frames.next();
            heardNs = System.nanoTime();
            switch (frame.opcode()) {
                case Frames.TEXT -> inbox.put(
                        new Incoming.Text(new String(frame.payload(), StandardCharsets.UTF_8)), frame.payload().length);
                case Frames.BINARY -> inbox.put(new Incoming.Binary(Slice.of(frame.payload())), frame.payload().length);
                case Frames.PING -> {
                    pong.set(Slice.of(frame.payload()));
                    outbox.wake();
                }
                case Frames.CLOSE -> {
                    int code = Frames.codeOf(frame.payload(), NO_CODE);
                    outbox.offer(new Outgoing(Frames.CLOSE, Slice.of(Frames.code(NORMAL))), Short.BYTES);
                    return new Incoming.Closed(code, Frames.reasonOf(frame.payload()));
                }
                default -> { } // a pong
            }
        }
    }

    private static long sinceMs(long thenNs) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - thenNs);
    }

    private void write(OutputStream out) {
        long pingedNs = System.nanoTime();
        try {
            while (true) {
                Slice answer = pong.getAndSet(null);
                if (answer != null) {
                    frame(out, Frames.PONG, answer);
                }
                // Behind a pong comes what waits, however many pings come.
                Outgoing next = outbox.poll(answer != null ? 0 : settings.pingEveryMs(), () -> answer == null && pong.get() != null);
                if (next != null) {
                    frame(out, next.opcode(), next.payload());
                    if (next.opcode() == Frames.CLOSE) {
                        break;
                    }
                } else if (outbox.isOver()) {
                    break;
                }
                if (sinceMs(pingedNs) >= settings.pingEveryMs()) {
                    pingedNs = System.nanoTime();
                    frame(out, Frames.PING, Slice.EMPTY);
                }
            }
            if (closing) { // the reader ends when the other side closes, or here
                inbox.awaitClosed(FAREWELL_MS);
            }
            connection.finish();
        } catch (IOException | InterruptedException lost) { // the reader finds the same
            connection.close();
        } finally {
            written = true;
        }
    }

    private void frame(OutputStream out, int opcode, Slice payload) throws IOException {
        long nowNs = System.nanoTime();
        writingNs = nowNs == NOT_WRITING ? 1 : nowNs;
        out.write(Frames.masked(opcode, payload));
        out.flush();
        writingNs = NOT_WRITING;
    }
}
