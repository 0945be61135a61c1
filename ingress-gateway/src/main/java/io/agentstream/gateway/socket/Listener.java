package io.agentstream.gateway.socket;

import io.agentstream.runtime.HttpServer;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.channels.AcceptingChannel;

/// Owns the listening port and the I/O threads behind it. Any thread.
final class Listener implements AutoCloseable {

    private static final int MAX_HEADER_BYTES = 16 << 10;
    /// Nothing that is asked for here has a body. (0 would be no limit.)
    private static final long MAX_BODY_BYTES = 1;
    static final int REQUEST_TIMEOUT_MS = 10_000;
    private static final int ADMIN_THREADS = 2;
    private static final int HTTP_BUFFER_BYTES = 16 << 10;
    private static final int BACKLOG = 1_000;
    /// Small, so that a peer which does not read is noticed before seconds of audio are on their way to it.
    private static final int SEND_BUFFER_BYTES = 64 << 10;

    private final AtomicBoolean closed = new AtomicBoolean();
    private final Undertow undertow;
    private final AcceptingChannel<? extends StreamConnection> server;

    private Listener(Undertow undertow, AcceptingChannel<? extends StreamConnection> server) {
        this.undertow = undertow;
        this.server = server;
    }

    /// @param newcomers who are served within their time
    /// @throws IllegalStateException where the port is taken
    static Listener open(MediaServer.Settings settings, HttpHandler handler, Newcomers newcomers, Runnable onStranger) {
        Undertow undertow = Undertow.builder()
                .setIoThreads(settings.ioThreads())
                .setWorkerThreads(ADMIN_THREADS)
                .setWorkerOption(Options.WORKER_NAME, "gateway")
                .build();
        try {
            undertow.start();
            return new Listener(undertow, accepting(undertow, settings, newcomers.before(handler), newcomers, onStranger));
        } catch (RuntimeException e) {
            undertow.stop();
            throw HttpServer.portTaken(e, settings.bindAddress(), settings.port());
        }
    }

    /// Undertow's own listeners begin with a connection's first request, and of what comes before nobody is told.
    private static AcceptingChannel<? extends StreamConnection> accepting(
            Undertow undertow, MediaServer.Settings settings, HttpHandler handler, Newcomers newcomers, Runnable onStranger) {
        UndertowXnioSsl tls = settings.tls() == null
                ? null
                : new UndertowXnioSsl(Xnio.getInstance(Undertow.class.getClassLoader()), OptionMap.EMPTY, settings.tls());
        OptionMap http = OptionMap.builder()
                .set(UndertowOptions.MAX_HEADER_SIZE, MAX_HEADER_BYTES)
                .set(UndertowOptions.MAX_ENTITY_SIZE, MAX_BODY_BYTES)
                .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, REQUEST_TIMEOUT_MS)
                .set(UndertowOptions.NO_REQUEST_TIMEOUT, REQUEST_TIMEOUT_MS)
                .set(UndertowOptions.BUFFER_PIPELINED_DATA, true)
                .getMap();
        DefaultByteBufferPool buffers = new DefaultByteBufferPool(true, HTTP_BUFFER_BYTES);
        OptionMap tcp = OptionMap.builder()
                .set(Options.TCP_NODELAY, true)
                .set(Options.REUSE_ADDRESSES, true)
                .set(Options.KEEP_ALIVE, true)
                .set(Options.BACKLOG, BACKLOG)
                .set(Options.SEND_BUFFER, SEND_BUFFER_BYTES)
                .getMap();
        InetSocketAddress address = new InetSocketAddress(settings.bindAddress(), settings.port());
        try {
            AcceptingChannel<? extends StreamConnection> server;
            if (settings.proxies().protocol()) {
                server = undertow.getWorker().createStreamConnectionServer(
                        address,
                        ChannelListeners.openListenerAdapter(new ProxiedConnections(
                                settings.proxies().trusted(), tls, buffers, http, handler, REQUEST_TIMEOUT_MS, newcomers, onStranger)),
                        tcp);
            } else {
                HttpOpenListener requests = new HttpOpenListener(buffers, http);
                requests.setRootHandler(handler);
                ChannelListener<StreamConnection> direct = connection -> {
                    newcomers.arrives(connection);
                    requests.handleEvent(connection);
                };
                server = tls == null
                        ? undertow.getWorker().createStreamConnectionServer(address, ChannelListeners.openListenerAdapter(direct), tcp)
                        : tls.createSslConnectionServer(
                                undertow.getWorker(), address, ChannelListeners.openListenerAdapter(direct), tcp);
            }
            server.resumeAccepts();
            return server;
        } catch (BindException taken) {
            throw new IllegalStateException(taken);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The port that is listened on.
    int port() {
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
