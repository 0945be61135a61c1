package io.agentstream.gateway.socket;

import io.agentstream.runtime.Networks;
import io.agentstream.runtime.PeerIndex;
import io.agentstream.runtime.PeerIndex.Peer;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.util.StatusCodes;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedCollection;
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
    private final PeerIndex<Newcomer> all = new PeerIndex<>();

    private static final class Newcomer {
        private final Peer peer;
        private final StreamConnection connection;

        /// When it is over with; null until it has arrived.
        private volatile XnioExecutor.@Nullable Key time;

        Newcomer(StreamConnection connection) {
            this.peer = Peer.of(connection.getPeerAddress());
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
        Newcomer newcomer = new Newcomer(connection);
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

    /// Who has to make room.
    private synchronized List<Newcomer> enter(Newcomer newcomer) {
        List<Newcomer> old = new ArrayList<>();
        Newcomer same = all.find(newcomer.peer.socket());
        if (same != null) { // of which nobody has said that it is gone
            old.add(same);
            leave(same);
        }
        all.putLast(newcomer.peer, newcomer);
        SequencedCollection<Newcomer> neighbours = all.neighbours(newcomer.peer);
        if (neighbours.size() > limits.perAddress && !newcomer.peer.isOneOf(trusted)) {
            old.add(neighbours.getFirst());
        } else if (all.size() > limits.most) {
            old.add(all.all().getFirst());
        }
        old.forEach(this::leave);
        return old;
    }

    private synchronized @Nullable Newcomer of(ServerConnection connection) {
        return all.find(connection.getPeerAddress());
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
        return all.remove(newcomer.peer, newcomer);
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
