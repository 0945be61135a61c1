package io.agentstream.runtime.outbound;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// Opens connections that stay open to what tenants name: TCP to an address that the [AddressGuard] let through for it, and TLS with
/// the name that the URL gives. No proxy of the machine's is used. Any thread; each call blocks within its limit and the look-up's.
public final class OutboundSockets {

    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    private final AddressGuard guard;
    private final SSLContext tls;

    public OutboundSockets(AddressGuard guard) {
        this(guard, null);
    }

    /// @param tls whom to trust; null: whom the JVM trusts
    public OutboundSockets(AddressGuard guard, @Nullable SSLContext tls) {
        this.guard = guard;
        this.tls = tls == null ? usual() : tls;
    }

    private static SSLContext usual() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// Whether the URL asks for TLS.
    public static boolean isEncrypted(URI url) {
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        return scheme.equals("https") || scheme.equals("wss");
    }

    /// @param url with `ws`, `wss`, `http` or `https`, and a host
    /// @param limitMs for connecting and TLS together, without looking the name up
    /// @throws AddressRefusedException where the name leads to nothing that may be reached
    /// @throws SocketTimeoutException where the limit has passed
    public Socket connect(URI url, int limitMs) throws IOException {
        List<InetAddress> addresses = guard.resolve(url.getHost());
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
        int port = url.getPort() != -1 ? url.getPort() : isEncrypted(url) ? HTTPS_PORT : HTTP_PORT;
        IOException last = new SocketTimeoutException("no time was left");
        for (int i = 0; i < addresses.size(); i++) {
            try {
                // What is left is shared by those that are left, so that one which never answers does not use it all up.
                Socket socket = tcp(addresses.get(i), port, Math.max(1, left(deadlineNs) / (addresses.size() - i)));
                return isEncrypted(url) ? encrypted(socket, url, port, deadlineNs) : socket;
            } catch (IOException failure) {
                last = failure;
            }
        }
        throw last;
    }

    private static Socket tcp(InetAddress address, int port, int limitMs) throws IOException {
        Socket socket = new Socket(Proxy.NO_PROXY);
        try {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.connect(new InetSocketAddress(address, port), limitMs);
            return socket;
        } catch (IOException failure) {
            socket.close();
            throw failure;
        }
    }

    private Socket encrypted(Socket tcp, URI url, int port, long deadlineNs) throws IOException {
        try {
            String host = url.getHost();
            String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(tcp, name, port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(Math.max(1, left(deadlineNs)));
            socket.startHandshake();
            socket.setSoTimeout(0);
            return socket;
        } catch (IOException failure) {
            tcp.close();
            throw failure;
        }
    }

    private static int left(long deadlineNs) {
        return (int) TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
    }
}
