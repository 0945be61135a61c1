package io.agentstream.runtime;

import io.agentstream.runtime.PeerIndex.Peer;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;

/// The connections of an HTTP port. Of more than there may be, in all or of one address, the one is cut that has waited longest for a whole
/// request; where all of them are being answered, the new one. A request has its time to arrive, and where the bounds say so its answer to
/// leave: Undertow looks at the time until a request's head is there, and from then on only whether anything comes or goes. Any thread.
final class Connections {

    private final HttpServer.Bounds bounds;

    /// Who has waited longest comes first.
    private final PeerIndex<Connection> all = new PeerIndex<>();

    private static final class Connection {
        private final Peer peer;
        private final StreamConnection channel;

        /// What it asks for; null where that is nothing.
        private volatile @Nullable HttpServerExchange exchange;

        Connection(StreamConnection channel) {
            this.peer = Peer.of(channel.getPeerAddress());
            this.channel = channel;
        }

        boolean isBeingAnswered() {
            HttpServerExchange asked = exchange;
            return asked != null && asked.isRequestComplete();
        }

        void cut() {
            channel.getIoThread().execute(() -> IoUtils.safeClose(channel));
        }
    }

    Connections(HttpServer.Bounds bounds) {
        this.bounds = bounds;
    }

    /// Of those that come, `next` is told who may stay. On their I/O threads.
    ChannelListener<StreamConnection> lettingIn(ChannelListener<StreamConnection> next) {
        return channel -> {
            if (isLetIn(channel)) {
                next.handleEvent(channel);
            }
        };
    }

    private boolean isLetIn(StreamConnection channel) {
        Connection newcomer = new Connection(channel);
        Connection cut;
        synchronized (this) {
            Connection same = all.find(newcomer.peer.socket());
            if (same != null) { // of which nobody has said that it is gone
                leave(same);
                same.cut();
            }
            cut = whoMakesRoomFor(newcomer);
            if (cut != null) {
                leave(cut);
            }
            if (cut != newcomer) {
                all.putLast(newcomer.peer, newcomer);
            }
        }
        if (cut != null) {
            bounds.onCut().run();
            cut.cut();
        }
        if (cut == newcomer) {
            return false;
        }
        channel.setCloseListener(closed -> leave(newcomer)); // beside whatever else listens, and at once where it is closed already
        return true;
    }

    private @Nullable Connection whoMakesRoomFor(Connection newcomer) {
        Collection<Connection> neighbours = all.neighbours(newcomer.peer);
        if (neighbours.size() >= bounds.perAddress() && !newcomer.peer.isOneOf(bounds.proxies())) {
            return firstThatWaits(neighbours, newcomer);
        }
        return all.size() >= bounds.connections() ? firstThatWaits(all.all(), newcomer) : null;
    }

    private static Connection firstThatWaits(Collection<Connection> some, Connection newcomer) {
        for (Connection connection : some) {
            if (!connection.isBeingAnswered()) {
                return connection;
            }
        }
        return newcomer;
    }

    /// It waits, and longer than nobody.
    private synchronized void waitsAgain(Connection connection) {
        if (all.find(connection.peer.socket()) == connection) {
            all.putLast(connection.peer, connection);
        }
    }

    private synchronized void leave(Connection connection) {
        all.remove(connection.peer, connection);
    }

    private synchronized @Nullable Connection of(ServerConnection connection) {
        return all.find(connection.getPeerAddress());
    }

    synchronized int size() {
        return all.size();
    }

    /// The handler, for requests on connections that came here.
    HttpHandler before(HttpHandler handler) {
        return exchange -> {
            begins(exchange);
            handler.handleRequest(exchange);
        };
    }

    private void begins(HttpServerExchange exchange) {
        Connection connection = of(exchange.getConnection());
        if (connection != null) {
            connection.exchange = exchange;
        }
        RequestTime request = new RequestTime(exchange);
        XnioExecutor.Key answer = bounds.answerTime().isZero()
                ? XnioExecutor.Key.IMMEDIATE
                : after(exchange, bounds.answerTime().toMillis(), () -> cut(exchange));
        exchange.addExchangeCompleteListener((done, next) -> {
            request.over();
            answer.remove();
            if (connection != null) {
                connection.exchange = null;
                waitsAgain(connection);
            }
            next.proceed();
        });
    }

    private static XnioExecutor.Key after(HttpServerExchange exchange, long ms, Runnable task) {
        return exchange.getIoThread().executeAfter(task, ms, TimeUnit.MILLISECONDS);
    }

    /// What a request has left of its time to arrive. Its timer does not outlive it, whichever one it is: it would hold the exchange.
    private final class RequestTime {

        private final HttpServerExchange exchange;
        private XnioExecutor.Key timer = XnioExecutor.Key.IMMEDIATE;
        private boolean over;

        RequestTime(HttpServerExchange exchange) {
            this.exchange = exchange;
            begin();
        }

        private synchronized void begin() {
            if (!over && !exchange.isRequestComplete()) {
                timer = after(exchange, bounds.requestTime().toMillis(), this::late);
            }
        }

        /// Whoever is answered while it still sends is heard out first: who answers for long sees to how long.
        private void late() {
            if (exchange.isResponseStarted() && !exchange.isResponseComplete()) {
                begin();
            } else if (!exchange.isRequestComplete()) {
                cut(exchange);
            }
        }

        synchronized void over() {
            over = true;
            timer.remove();
        }
    }

    private void cut(HttpServerExchange exchange) {
        bounds.onCut().run();
        IoUtils.safeClose(exchange.getConnection());
    }
}
