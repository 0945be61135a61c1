package io.agentstream.runtime.outbound;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// A connection to what a tenant names, from before it stands to its end. One thread opens it, one reads, one writes; any thread closes it, at
/// any moment, without waiting: TCP is reset below whoever waits for it, since saying goodbye in TLS waits for a writer that the other
/// side may hold for ever.
public final class OutboundSocket implements AutoCloseable {

    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    private final AddressGuard guard;
    private final SSLContext tls;
    private final URI url;
    private final CountDownLatch settled = new CountDownLatch(1);
    private volatile boolean timedOut;

    /// Held for looking and changing only.
    private final ReentrantLock lock = new ReentrantLock();
    /// Below: under the lock.
    private @Nullable Socket tcp;
    private boolean closed;

    /// Only who opens, before the others begin.
    private @Nullable Socket open;

    OutboundSocket(AddressGuard guard, SSLContext tls, URI url) {
        this.guard = guard;
        this.tls = tls;
        this.url = url;
    }

    /// Connects and agrees on encryption; blocks.
    ///
    /// @param limitMs for everything up to [#stands], but for looking the name up; then it is closed, whatever it waits for
    /// @throws AddressRefusedException where the name leads to nothing that may be reached
    /// @throws SocketTimeoutException where the limit has passed
    public void open(int limitMs) throws IOException {
        List<InetAddress> addresses = guard.resolve(url.getHost());
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
        Thread.ofVirtual().name("connect-limit").start(() -> watch(limitMs));
        int port = url.getPort() != -1 ? url.getPort() : OutboundSockets.isEncrypted(url) ? HTTPS_PORT : HTTP_PORT;
        IOException last = new SocketTimeoutException("no time was left");
        for (int i = 0; i < addresses.size() && !timedOut; i++) {
            try {
                // What is left is shared by those that are left, so that one which never answers does not use it all up.
                Socket socket = tcp(addresses.get(i), port, Math.max(1, left(deadlineNs) / (addresses.size() - i)));
                open = OutboundSockets.isEncrypted(url) ? encrypted(socket, port) : socket;
                return;
            } catch (IOException failure) {
                last = failure;
            }
        }
        close();
        throw timedOut ? new SocketTimeoutException("no connection in time") : last;
    }

    private void watch(int limitMs) {
        try {
            if (!settled.await(limitMs, TimeUnit.MILLISECONDS)) {
                timedOut = true;
                close();
            }
        } catch (InterruptedException unwanted) {
            close();
        }
    }

    /// It is what was wanted: the limit of [#open] ends.
    public void stands() {
        settled.countDown();
    }

    /// Whether the limit has passed: then what failed failed because of it.
    public boolean timedOut() {
        return timedOut;
    }

    private Socket tcp(InetAddress address, int port, int limitMs) throws IOException {
        Socket socket = new Socket(Proxy.NO_PROXY);
        try {
            take(socket);
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.connect(new InetSocketAddress(address, port), limitMs);
            return socket;
        } catch (IOException failure) {
            reset(socket);
            throw failure;
        }
    }

    private void take(Socket socket) throws SocketException {
        lock.lock();
        try {
            if (closed) {
                throw new SocketException("closed");
            }
            tcp = socket;
        } finally {
            lock.unlock();
        }
    }

    private Socket encrypted(Socket plain, int port) throws IOException {
        try {
            String host = url.getHost();
            String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, name, port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket;
        } catch (IOException failure) {
            reset(plain);
            throw failure;
        }
    }

    private Socket connected() {
        if (open == null) {
            throw new IllegalStateException("it is not open");
        }
        return open;
    }

    public InputStream in() throws IOException {
        return connected().getInputStream();
    }

    public OutputStream out() throws IOException {
        return connected().getOutputStream();
    }

    /// Ends TCP behind what was written; for whoever has said goodbye. Does not wait.
    public void finish() {
        end(false);
    }

    /// Resets TCP, open or not. Does not wait.
    @Override
    public void close() {
        end(true);
    }

    private void end(boolean reset) {
        stands();
        Socket now;
        lock.lock();
        try {
            closed = true;
            now = tcp;
            tcp = null;
        } finally {
            lock.unlock();
        }
        if (now != null && reset) {
            reset(now);
        } else if (now != null) {
            closeQuietly(now);
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException gone) {
            // Nothing is left to be reset.
        }
        closeQuietly(socket);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // It is closed, which is all that was wanted.
        }
    }

    private static int left(long deadlineNs) {
        return (int) TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
    }
}
