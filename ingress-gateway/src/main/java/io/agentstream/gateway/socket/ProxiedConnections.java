package io.agentstream.gateway.socket;

import io.agentstream.runtime.Networks;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.ConnectorStatistics;
import io.undertow.server.DelegateOpenListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import io.undertow.server.protocol.proxy.ProxyProtocolOpenListener;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;

/// Connections that begin with the PROXY protocol's header. Undertow reads it, but of anybody, and waits for it as long as it takes.
/// Here only trusted proxies get that far, and only for a while. Called by I/O threads.
final class ProxiedConnections implements ChannelListener<StreamConnection> {

    private final Networks trusted;
    private final @Nullable UndertowXnioSsl tls;
    private final HttpOpenListener clients;
    private final HttpOpenListener balancers;
    private final int headerTimeoutMs;
    private final Newcomers newcomers;
    private final Runnable onStranger;

    /// @param headerTimeoutMs how long a connection may take for its header
    /// @param newcomers told of a connection when its header was read
    /// @param http options of what comes after the header
    ProxiedConnections(
            Networks trusted, @Nullable UndertowXnioSsl tls, ByteBufferPool buffers, OptionMap http, HttpHandler handler,
            int headerTimeoutMs, Newcomers newcomers, Runnable onStranger) {
        this.trusted = trusted;
        this.tls = tls;
        this.clients = new HttpOpenListener(buffers, http);
        this.clients.setRootHandler(handler);
        this.balancers = new HttpOpenListener(buffers, http);
        // A balancer that does not say for whom it connects speaks for itself; it has not looked at what the request says.
        this.balancers.setRootHandler(exchange -> {
            exchange.getRequestHeaders().remove(Headers.X_FORWARDED_FOR);
            handler.handleRequest(exchange);
        });
        this.headerTimeoutMs = headerTimeoutMs;
        this.newcomers = newcomers;
        this.onStranger = onStranger;
    }

    @Override
    public void handleEvent(StreamConnection connection) {
        InetSocketAddress peer = connection.getPeerAddress(InetSocketAddress.class);
        if (peer == null || !trusted.contains(peer.getAddress())) {
            onStranger.run();
            IoUtils.safeClose(connection);
            return;
        }
        XnioExecutor.Key timer = connection.getIoThread()
                .executeAfter(() -> IoUtils.safeClose(connection), headerTimeoutMs, TimeUnit.MILLISECONDS);
        new ProxyProtocolOpenListener(new AfterHeader(peer, timer), tls, clients.getBufferPool(), OptionMap.EMPTY)
                .handleEvent(connection);
    }

    /// Where one connection goes when its header was read.
    private final class AfterHeader implements DelegateOpenListener {

        private final InetSocketAddress balancer;
        private final XnioExecutor.Key timer;

        AfterHeader(InetSocketAddress balancer, XnioExecutor.Key timer) {
            this.balancer = balancer;
            this.timer = timer;
        }

        private HttpOpenListener next(StreamConnection connection) {
            timer.remove();
            newcomers.arrives(connection);
            return balancer.equals(connection.getPeerAddress()) ? balancers : clients;
        }

        @Override
        public void handleEvent(StreamConnection connection) {
            next(connection).handleEvent(connection);
        }

        @Override
        public void handleEvent(StreamConnection connection, PooledByteBuffer read) {
            next(connection).handleEvent(connection, read);
        }

        @Override
        public HttpHandler getRootHandler() {
            return clients.getRootHandler();
        }

        @Override
        public void setRootHandler(HttpHandler handler) {
            throw new UnsupportedOperationException("the handlers are given");
        }

        @Override
        public OptionMap getUndertowOptions() {
            return clients.getUndertowOptions();
        }

        @Override
        public void setUndertowOptions(OptionMap options) {
            throw new UnsupportedOperationException("the options are given");
        }

        @Override
        public ByteBufferPool getBufferPool() {
            return clients.getBufferPool();
        }

        @Override
        public @Nullable ConnectorStatistics getConnectorStatistics() {
            return clients.getConnectorStatistics();
        }
    }
}
