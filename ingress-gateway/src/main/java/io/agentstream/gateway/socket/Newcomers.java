package io.agentstream.gateway.socket;

import io.agentstream.runtime.Networks;
import io.agentstream.runtime.PeerAddress;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.util.StatusCodes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;

/// The connections that are no sockets: not yet, or never. Each has so long to become one, whatever it says or leaves out, and of more
/// than there may be the oldest is cut: who wants a socket has one within moments, and only strangers grow old here. A request that is not
/// upgraded is its connection's last. Any thread.
final class Newcomers {

    /// How many there may be.
    ///
    /// @param lifeMs how long one may take to become a socket
    /// @param perAddress of one address, or with IPv6 of one /64, that is no trusted proxy's
    record Limits(int lifeMs, int most, int perAddress) {}

    /// After an answer, whoever has announced a body may take so long to read it.
    private static final int AFTERMATH_MS = 1_000;

    private final Limits limits;
    private final Networks trusted;
    private final Runnable onCut;
    private final SequencedMap<SocketAddress, Newcomer> all = new LinkedHashMap<>();
    private final Map<String, SequencedMap<SocketAddress, Newcomer>> byAddress = new HashMap<>();

    private static final class Newcomer {
        private final SocketAddress peer;
        private final String address;
        private final StreamConnection connection;

        /// When it is over with; null until it has arrived.
        private volatile XnioExecutor.@Nullable Key time;

        Newcomer(SocketAddress peer, String address, StreamConnection connection) {
            this.peer = peer;
            this.address = address;
            this.connection = connection;
        }
    }

    /// @param trusted proxies, which connect for others
    /// @param onCut told of each that has had its time, or has to make room; not of those that go by themselves
    Newcomers(Limits limits, Networks trusted, Runnable onCut) {
        this.limits = limits;
        this.trusted = trusted;
        this.onCut = onCut;
    }

    /// A connection is there. On its I/O thread.
    void arrives(StreamConnection connection) {
        Newcomer newcomer = new Newcomer(peer(connection.getPeerAddress()), address(connection.getPeerAddress()), connection);
        for (Newcomer old : enter(newcomer)) {
            if (!old.peer.equals(newcomer.peer)) {
                onCut.run();
            }
            old.connection.getIoThread().execute(() -> IoUtils.safeClose(old.connection));
        }
        newcomer.time = connection.getIoThread().executeAfter(() -> overdue(newcomer), limits.lifeMs, TimeUnit.MILLISECONDS);
        // Beside whatever else listens, and at once where it is closed already. A balancer that only looks whether the port is open is
        // gone before there is a request.
        connection.setCloseListener(closed -> leave(newcomer));
    }

    private void overdue(Newcomer newcomer) {
        if (leave(newcomer)) {
            onCut.run();
            IoUtils.safeClose(newcomer.connection);
        }
    }

    private static SocketAddress peer(@Nullable SocketAddress peer) {
        return peer == null ? new InetSocketAddress(0) : peer;
    }

    private static String address(@Nullable SocketAddress peer) {
        InetAddress address = peer instanceof InetSocketAddress internet ? internet.getAddress() : null;
        return address == null ? "" : PeerAddress.of(address).key();
    }

    private boolean isProxy(Newcomer newcomer) {
        return newcomer.peer instanceof InetSocketAddress peer && peer.getAddress() != null && trusted.contains(peer.getAddress());
    }

    /// Who has to make room.
    private synchronized List<Newcomer> enter(Newcomer newcomer) {
        List<Newcomer> old = new ArrayList<>();
        Newcomer same = all.get(newcomer.peer);
        if (same != null) { // of which nobody has said that it is gone
            old.add(same);
            leave(same);
        }
        all.put(newcomer.peer, newcomer);
        SequencedMap<SocketAddress, Newcomer> neighbours = byAddress.computeIfAbsent(newcomer.address, first -> new LinkedHashMap<>());
        neighbours.put(newcomer.peer, newcomer);
        if (neighbours.size() > limits.perAddress && !isProxy(newcomer)) {
            old.add(neighbours.firstEntry().getValue());
        } else if (all.size() > limits.most) {
            old.add(all.firstEntry().getValue());
        }
        old.forEach(this::leave);
        return old;
    }

    private synchronized @Nullable Newcomer of(ServerConnection connection) {
        return all.get(peer(connection.getPeerAddress()));
    }

    private boolean leave(Newcomer newcomer) {
        if (!forget(newcomer)) {
            return false;
        }
        XnioExecutor.Key time = newcomer.time;
        if (time != null) {
            time.remove(); // which would keep the connection in memory
        }
        return true;
    }

    private synchronized boolean forget(Newcomer newcomer) {
        if (!all.remove(newcomer.peer, newcomer)) {
            return false;
        }
        SequencedMap<SocketAddress, Newcomer> neighbours = byAddress.get(newcomer.address);
        if (neighbours != null && neighbours.remove(newcomer.peer, newcomer) && neighbours.isEmpty()) {
            byAddress.remove(newcomer.address);
        }
        return true;
    }

    /// Connections that are no sockets.
    synchronized int size() {
        return all.size();
    }

    /// The handler, for requests on connections that came here.
    HttpHandler before(HttpHandler handler) {
        return exchange -> {
            watch(exchange);
            handler.handleRequest(exchange);
        };
    }

    private void watch(HttpServerExchange exchange) {
        Newcomer newcomer = of(exchange.getConnection());
        boolean body = !exchange.isRequestComplete();
        exchange.addResponseCommitListener(answered -> {
            if (answered.getStatusCode() != StatusCodes.SWITCHING_PROTOCOLS) {
                answered.setPersistent(false);
                if (body) { // Undertow reads a body to its end before it closes
                    answered.getIoThread().executeAfter(
                            () -> IoUtils.safeClose(answered.getConnection()), AFTERMATH_MS, TimeUnit.MILLISECONDS);
                }
            }
        });
        if (newcomer != null) {
            exchange.addExchangeCompleteListener((done, next) -> {
                if (done.getStatusCode() == StatusCodes.SWITCHING_PROTOCOLS) {
                    leave(newcomer); // it is a socket
                }
                next.proceed();
            });
        }
    }
}
