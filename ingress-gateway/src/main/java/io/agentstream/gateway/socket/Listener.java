package io.agentstream.gateway.socket;

import io.agentstream.runtime.ListeningPort;
import io.agentstream.runtime.PortTakenException;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/// Opens the port that providers connect to, with or without TLS and proxies. Any thread.
final class Listener {

    private static final int MAX_HEADER_BYTES = 16 << 10;
    /// Nothing that is asked for here has a body. (0 would be no limit.)
    private static final long MAX_BODY_BYTES = 1;
    static final int REQUEST_TIMEOUT_MS = 10_000;
    private static final int ADMIN_THREADS = 2;
    private static final int HTTP_BUFFER_BYTES = 16 << 10;
    private static final int BACKLOG = 1_000;
    /// Small, so that a peer which does not read is noticed before seconds of audio are on their way to it.
    private static final int SEND_BUFFER_BYTES = 64 << 10;

    private Listener() {}

    /// @param newcomers who are served within their time
    /// @throws PortTakenException where the port is taken
    static ListeningPort open(MediaServer.Settings settings, HttpHandler handler, Newcomers newcomers, Runnable onStranger) {
        Undertow undertow = Undertow.builder()
                .setIoThreads(settings.ioThreads())
                .setWorkerThreads(ADMIN_THREADS)
                .setWorkerOption(Options.WORKER_NAME, "gateway")
                .build();
        return ListeningPort.open(undertow, settings.bindAddress(), settings.port(), (threads, address) ->
                accepting(threads, address, settings, newcomers.before(handler), newcomers, onStranger));
    }

    private static AcceptingChannel<? extends StreamConnection> accepting(
            XnioWorker threads, InetSocketAddress address, MediaServer.Settings settings, HttpHandler handler, Newcomers newcomers,
            Runnable onStranger) throws IOException {
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
        if (settings.proxies().protocol()) {
            return threads.createStreamConnectionServer(
                    address,
                    ChannelListeners.openListenerAdapter(new ProxiedConnections(
                            settings.proxies().trusted(), tls, buffers, http, handler, REQUEST_TIMEOUT_MS, newcomers, onStranger)),
                    tcp);
        }
        HttpOpenListener requests = new HttpOpenListener(buffers, http);
        requests.setRootHandler(handler);
        ChannelListener<StreamConnection> direct = connection -> {
            newcomers.arrives(connection);
            requests.handleEvent(connection);
        };
        return tls == null
                ? threads.createStreamConnectionServer(address, ChannelListeners.openListenerAdapter(direct), tcp)
                : tls.createSslConnectionServer(threads, address, ChannelListeners.openListenerAdapter(direct), tcp);
    }
}
