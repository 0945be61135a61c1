package io.agentstream.gateway.socket;

import io.agentstream.runtime.HttpServer;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
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
    private static final int REQUEST_TIMEOUT_MS = 10_000;
    private static final int ADMIN_THREADS = 2;
    private static final int HTTP_BUFFER_BYTES = 16 << 10;
    private static final int BACKLOG = 1_000;
    /// Small, so that a peer which does not read is noticed before seconds of audio are on their way to it.
    private static final int SEND_BUFFER_BYTES = 64 << 10;

    private final Undertow undertow;
    private final @Nullable AcceptingChannel<StreamConnection> behindProxies;

    private Listener(Undertow undertow, @Nullable AcceptingChannel<StreamConnection> behindProxies) {
        this.undertow = undertow;
        this.behindProxies = behindProxies;
    }

    /// @throws IllegalStateException where the port is taken
    static Listener open(MediaServer.Settings settings, HttpHandler handler, Runnable onStranger) {
        return open(settings, handler, REQUEST_TIMEOUT_MS, onStranger);
    }

    /// @param requestTimeoutMs how long a connection may take for what it has to say before its first request, and for that
    static Listener open(MediaServer.Settings settings, HttpHandler handler, int requestTimeoutMs, Runnable onStranger) {
        boolean direct = !settings.proxies().protocol();
        Undertow.Builder builder = Undertow.builder()
                .setIoThreads(settings.ioThreads())
                .setWorkerThreads(ADMIN_THREADS)
                .setWorkerOption(Options.WORKER_NAME, "gateway")
                .setSocketOption(Options.KEEP_ALIVE, true)
                .setSocketOption(Options.SEND_BUFFER, SEND_BUFFER_BYTES)
                .setServerOption(UndertowOptions.MAX_HEADER_SIZE, MAX_HEADER_BYTES)
                .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, requestTimeoutMs)
                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, requestTimeoutMs)
                .setHandler(handler);
        if (direct && settings.tls() == null) {
            builder.addHttpListener(settings.port(), settings.bindAddress());
        } else if (direct) {
            builder.addHttpsListener(settings.port(), settings.bindAddress(), settings.tls());
        }
        Undertow undertow = builder.build();
        try {
            undertow.start();
            return new Listener(undertow, direct ? null : behindProxies(undertow, settings, handler, requestTimeoutMs, onStranger));
        } catch (RuntimeException e) {
            undertow.stop();
            throw HttpServer.portTaken(e, settings.bindAddress(), settings.port());
        }
    }

    private static AcceptingChannel<StreamConnection> behindProxies(
            Undertow undertow, MediaServer.Settings settings, HttpHandler handler, int requestTimeoutMs, Runnable onStranger) {
        UndertowXnioSsl tls = settings.tls() == null
                ? null
                : new UndertowXnioSsl(Xnio.getInstance(Undertow.class.getClassLoader()), OptionMap.EMPTY, settings.tls());
        OptionMap http = OptionMap.builder()
                .set(UndertowOptions.MAX_HEADER_SIZE, MAX_HEADER_BYTES)
                .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, requestTimeoutMs)
                .set(UndertowOptions.NO_REQUEST_TIMEOUT, requestTimeoutMs)
                .set(UndertowOptions.BUFFER_PIPELINED_DATA, true)
                .getMap();
        ProxiedConnections proxied = new ProxiedConnections(
                settings.proxies().trusted(), tls, new DefaultByteBufferPool(true, HTTP_BUFFER_BYTES), http, handler,
                requestTimeoutMs, onStranger);
        try {
            AcceptingChannel<StreamConnection> server = undertow.getWorker().createStreamConnectionServer(
                    new InetSocketAddress(settings.bindAddress(), settings.port()),
                    ChannelListeners.openListenerAdapter(proxied),
                    OptionMap.builder()
                            .set(Options.TCP_NODELAY, true)
                            .set(Options.REUSE_ADDRESSES, true)
                            .set(Options.KEEP_ALIVE, true)
                            .set(Options.BACKLOG, BACKLOG)
                            .set(Options.SEND_BUFFER, SEND_BUFFER_BYTES)
                            .getMap());
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
        InetSocketAddress address = behindProxies == null
                ? (InetSocketAddress) undertow.getListenerInfo().getFirst().getAddress()
                : behindProxies.getLocalAddress(InetSocketAddress.class);
        return address.getPort();
    }

    @Override
    public void close() {
        IoUtils.safeClose(behindProxies);
        undertow.stop();
    }
}
