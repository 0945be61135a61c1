package io.agentstream.runtime;

import io.undertow.Undertow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/// Owns a listening port and the I/O threads behind it. Undertow's own listeners let in whoever comes, and begin with a connection's first
/// request: of what comes before nobody is told. Any thread.
public final class ListeningPort implements AutoCloseable {

    /// Begins to listen; nothing is accepted yet.
    @FunctionalInterface
    public interface Opening {
        AcceptingChannel<? extends StreamConnection> open(XnioWorker threads, InetSocketAddress address) throws IOException;
    }

    private final Undertow undertow;
    private final AcceptingChannel<? extends StreamConnection> server;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ListeningPort(Undertow undertow, AcceptingChannel<? extends StreamConnection> server) {
        this.undertow = undertow;
        this.server = server;
    }

    /// @param undertow that has no listener and is not started yet
    /// @param port port to listen on, 0 for any free one
    /// @throws PortTakenException where it cannot listen there; says where
    public static ListeningPort open(Undertow undertow, String bindAddress, int port, Opening opening) {
        try {
            undertow.start();
            AcceptingChannel<? extends StreamConnection> server =
                    opening.open(undertow.getWorker(), new InetSocketAddress(bindAddress, port));
            server.resumeAccepts();
            return new ListeningPort(undertow, server);
        } catch (BindException taken) {
            undertow.stop();
            throw taken(taken, bindAddress, port);
        } catch (IOException e) {
            undertow.stop();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            undertow.stop();
            throw e;
        }
    }

    private static PortTakenException taken(BindException cause, String bindAddress, int port) {
        // The only thing that tells the two apart is what the operating system says.
        boolean noSuchAddress = String.valueOf(cause.getMessage()).contains("assign");
        return new PortTakenException(
                "cannot listen on " + bindAddress + ":" + port + ": "
                        + (noSuchAddress
                                ? "this machine has no such address"
                                : "the port is taken; choose another, or 0 for any"),
                port, cause);
    }

    /// The port that is listened on.
    public int number() {
        return server.getLocalAddress(InetSocketAddress.class).getPort();
    }

    /// A second time does nothing: XNIO would wait for threads that have ended.
    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            IoUtils.safeClose(server);
            undertow.stop();
        }
    }
}
