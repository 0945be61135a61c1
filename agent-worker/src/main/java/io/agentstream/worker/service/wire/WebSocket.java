package io.agentstream.worker.service.wire;

import io.agentstream.runtime.outbound.OutboundSockets;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.ServiceFailure.Silent;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A WebSocket to a service (RFC 6455, the client's side, no extension). Messages are put together from their frames; pings are answered,
/// and sent where nothing else goes; whoever says nothing for [Settings#idleMs] is gone.
///
/// One thread receives, any thread sends and closes. Sending does not block. What is received and not taken stops the reading, so that
/// TCP slows the service down. Two virtual threads belong to a socket, and end with it.
public final class WebSocket implements AutoCloseable {

    static final int NORMAL = 1_000;
    private static final int NO_CODE = 1_005;
    private static final int TOO_LARGE = 1_009;
    private static final int FAREWELL_MS = 2_000;

    /// @param connectMs until it is open, without looking the name up
    /// @param pingEveryMs how often a ping is sent
    /// @param idleMs longest time without anything from the other side, pongs included
    /// @param maxWaitingBytes what may wait to be sent
    public record Settings(
            URI url, Map<String, String> headers, int connectMs, int pingEveryMs, int idleMs, int maxWaitingBytes) {

        public static Settings of(URI url, Map<String, String> headers, int connectMs) {
            return new Settings(url, headers, connectMs, 20_000, 50_000, 256 * 1_024);
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

    private final Socket socket;
    private final OutputStream out;
    private final Frames.Reader frames;
    private final Settings settings;
    private final ByteQueue<Outgoing> outbox;
    private final ByteQueue<Incoming> inbox = new ByteQueue<>(Messages.MAX_MESSAGE_BYTES);
    private volatile long heardNs = System.nanoTime();
    private volatile boolean closing;
    /// Only the receiving thread.
    private @Nullable Incoming last;

    private record Outgoing(int opcode, Slice payload) {}

    private WebSocket(Socket socket, Settings settings, BufferedInputStream in) throws IOException {
        this.socket = socket;
        this.settings = settings;
        this.out = socket.getOutputStream();
        this.frames = new Frames.Reader(in);
        this.outbox = new ByteQueue<>(settings.maxWaitingBytes());
    }

    /// Connects and upgrades; blocks.
    ///
    /// @throws ServiceException where the service does not want to, or cannot be reached
    public static WebSocket open(OutboundSockets sockets, Settings settings) throws ServiceException {
        Socket socket;
        try {
            socket = sockets.connect(settings.url(), settings.connectMs());
        } catch (IOException failure) {
            throw new ServiceException(Failures.of(failure, settings.connectMs()));
        }
        try {
            socket.setSoTimeout(settings.connectMs());
            BufferedInputStream in = new BufferedInputStream(socket.getInputStream(), 16 * 1_024);
            Upgrade.ask(settings.url(), settings.headers(), in, socket.getOutputStream());
            socket.setSoTimeout(0);
            WebSocket opened = new WebSocket(socket, settings, in);
            Thread.ofVirtual().name("service-read").start(opened::read);
            Thread.ofVirtual().name("service-write").start(opened::write);
            return opened;
        } catch (ServiceException refused) {
            closeQuietly(socket);
            throw refused;
        } catch (IOException failure) {
            closeQuietly(socket);
            throw new ServiceException(Failures.of(failure, settings.connectMs()));
        }
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

    /// Says goodbye behind what waits to be sent; TCP ends when the other side has answered, or after two seconds.
    public void finish() {
        closing = true;
        outbox.offer(new Outgoing(Frames.CLOSE, Slice.of(Frames.code(NORMAL))), Short.BYTES);
        outbox.close();
    }

    /// Ends TCP at once.
    @Override
    public void close() {
        closing = true;
        outbox.close();
        closeQuietly(socket);
        inbox.offerLast(new Incoming.Lost(new ServiceFailure.Broken("closed by us")));
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // It is closed, which is all that was wanted.
        }
    }

    private void read() {
        Incoming end;
        try {
            end = messages();
        } catch (ServiceException wrong) {
            outbox.offer(new Outgoing(Frames.CLOSE, Slice.of(Frames.code(TOO_LARGE))), Short.BYTES);
            end = new Incoming.Lost(wrong.failure());
        } catch (IOException | RuntimeException lost) {
            boolean idle = !closing && sinceHeardMs() >= settings.idleMs();
            end = new Incoming.Lost(idle ? new Silent(settings.idleMs()) : new ServiceFailure.Broken("connection lost"));
        } catch (InterruptedException unwanted) {
            end = new Incoming.Lost(new ServiceFailure.Broken("interrupted"));
        }
        inbox.offerLast(end);
        outbox.close();
        if (!(end instanceof Incoming.Closed)) {
            closeQuietly(socket);
        }
    }

    private Incoming messages() throws IOException, ServiceException, InterruptedException {
        while (true) {
            Frames.Frame frame = frames.next();
            heardNs = System.nanoTime();
            switch (frame.opcode()) {
                case Frames.TEXT -> inbox.put(
                        new Incoming.Text(new String(frame.payload(), StandardCharsets.UTF_8)), frame.payload().length);
                case Frames.BINARY -> inbox.put(new Incoming.Binary(Slice.of(frame.payload())), frame.payload().length);
                case Frames.PING -> outbox.offer(new Outgoing(Frames.PONG, Slice.of(frame.payload())), frame.payload().length);
                case Frames.CLOSE -> {
                    int code = Frames.codeOf(frame.payload(), NO_CODE);
                    outbox.offer(new Outgoing(Frames.CLOSE, Slice.of(Frames.code(NORMAL))), Short.BYTES);
                    return new Incoming.Closed(code, Frames.reasonOf(frame.payload()));
                }
                default -> { } // a pong
            }
        }
    }

    private long sinceHeardMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heardNs);
    }

    private void write() {
        long pingedNs = System.nanoTime();
        try {
            while (true) {
                Outgoing next = outbox.poll(settings.pingEveryMs());
                if (next != null) {
                    out.write(Frames.masked(next.opcode(), next.payload()));
                    out.flush();
                    if (next.opcode() == Frames.CLOSE) {
                        break;
                    }
                } else if (outbox.isClosed()) {
                    break;
                }
                if (sinceHeardMs() >= settings.idleMs()) {
                    break;
                }
                if (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - pingedNs) >= settings.pingEveryMs()) {
                    pingedNs = System.nanoTime();
                    out.write(Frames.masked(Frames.PING, Slice.EMPTY));
                    out.flush();
                }
            }
            if (closing) { // the reader ends when the other side closes, or here
                inbox.awaitClosed(FAREWELL_MS);
            }
        } catch (IOException | InterruptedException lost) {
            // The reader finds the same.
        } finally {
            closeQuietly(socket);
        }
    }
}
