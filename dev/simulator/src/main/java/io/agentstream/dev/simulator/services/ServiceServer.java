package io.agentstream.dev.simulator.services;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// The server that every played service stands on: HTTP/1.1 and WebSockets on a port of the loopback, one virtual thread for each
/// connection, and every byte in the hands of the service, so that it can be as awkward as real ones. Any thread. Close drops everything.
public abstract class ServiceServer implements AutoCloseable {

    private final ServerSocket listening;
    private final String scheme;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final Queue<Mishap> mishaps = new ArrayDeque<>();

    /// Call [#start] when the subclass is complete.
    protected ServiceServer() {
        this("http", ServerSocketFactory.getDefault());
    }

    /// Over TLS.
    protected ServiceServer(SSLContext tls) {
        this("https", tls.getServerSocketFactory());
    }

    private ServiceServer(String scheme, ServerSocketFactory factory) {
        this.scheme = scheme;
        try {
            listening = factory.createServerSocket(0, 256, InetAddress.getLoopbackAddress());
        } catch (IOException noPort) {
            throw new IllegalStateException(noPort);
        }
    }

    protected final void start() {
        Thread.ofVirtual().name("service-accept").start(this::accept);
    }

    /// Where it is; put the service's own paths behind it.
    public final URI url() {
        return URI.create(scheme + "://127.0.0.1:" + listening.getLocalPort());
    }

    /// What happens to the next requests, in this order; to those behind them, nothing.
    public final void next(Mishap... what) {
        synchronized (mishaps) {
            mishaps.addAll(List.of(what));
        }
    }

    /// Everything that it was asked, oldest first.
    public final List<Asked> asked() {
        return List.copyOf(asked);
    }

    /// How many connections are open.
    public final int connections() {
        return sockets.size();
    }

    /// Answers one request; returns when it is answered.
    protected abstract void serve(Asked request, Reply reply, Mishap mishap) throws IOException;

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                sockets.add(socket);
                Thread.ofVirtual().name("service-connection").start(() -> talk(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void talk(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            BufferedInputStream in = new BufferedInputStream(socket.getInputStream());
            Optional<Asked> request = Asked.read(in);
            while (request.isPresent()) {
                asked.add(request.get());
                Reply reply = new Reply(socket, in, request.get());
                serve(request.get(), reply, mishap());
                if (reply.isUpgraded() || socket.isClosed()) {
                    return;
                }
                reply.end();
                request = Asked.read(in);
            }
        } catch (IOException gone) {
            // The other side has had enough, or we have.
        } finally {
            sockets.remove(socket);
        }
    }

    private Mishap mishap() {
        synchronized (mishaps) {
            @Nullable Mishap next = mishaps.poll();
            return next == null ? Mishap.NONE : next;
        }
    }

    /// The part of most mishaps that is the same for every service, before anything of an answer.
    ///
    /// @return whether that was the answer
    protected static boolean beginsBadly(Reply reply, Mishap mishap) throws IOException {
        switch (mishap) {
            case REFUSED -> reply.json(401, "{\"error\":{\"code\":\"invalid_api_key\",\"message\":\"no\"}}");
            case BUSY -> reply.header("Retry-After", "1").header("retry-after-ms", "50").json(429, "{\"error\":{\"code\":\"rate_limit_exceeded\"}}");
            case BUSY_FOR_LONG -> reply.header("Retry-After", "3600").json(429, "{\"error\":{\"code\":\"rate_limit_exceeded\"}}");
            case NO_QUOTA -> reply.json(429, "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"pay\"}}");
            case ERROR -> reply.json(500, "{\"error\":{\"message\":\"oh\"}}");
            case LOST -> reply.reset();
            case NONE, SPLIT, CUT, ERROR_WITHIN, UNENDED, SILENT, EMPTY, UNKNOWN, HUGE, GARBAGE -> {
                return false;
            }
        }
        return true;
    }

    @Override
    public final void close() {
        try {
            listening.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException gone) {
            // It is closed, which is all that was wanted.
        }
    }
}
