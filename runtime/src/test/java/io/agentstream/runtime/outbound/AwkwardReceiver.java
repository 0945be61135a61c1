package io.agentstream.runtime.outbound;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ServerSocketFactory;

/// A receiver of HTTP requests that does with its connections what it is told to. Each connection has a thread.
public final class AwkwardReceiver implements AutoCloseable {

    /// What a connection does once a request is read.
    @FunctionalInterface
    public interface Behaviour {
        void answer(Got request, OutputStream out, CountDownLatch closed) throws IOException, InterruptedException;
    }

    /// A request. Names of headers are in lower case.
    public record Got(String line, Map<String, String> headers, String body) {}

    private final ServerSocket server;
    private final String scheme;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Behaviour behaviour = status(204);
    public final List<Got> got = new CopyOnWriteArrayList<>();

    public AwkwardReceiver() throws IOException {
        this(ServerSocketFactory.getDefault(), "http");
    }

    public AwkwardReceiver(ServerSocketFactory sockets, String scheme) throws IOException {
        this.scheme = scheme;
        this.server = sockets.createServerSocket(0, 500, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(this::accept);
    }

    public AwkwardReceiver doing(Behaviour next) {
        behaviour = next;
        return this;
    }

    public int port() {
        return server.getLocalPort();
    }

    public URI url() {
        return URI.create(scheme + "://127.0.0.1:" + port() + "/hook?key=1");
    }

    /// Answers with this status, and headers where there are any.
    public static Behaviour status(int status, String... headers) {
        return (_, out, _) -> write(out, "HTTP/1.1 " + status + " Said\r\nContent-Length: 0\r\n"
                + String.join("", List.of(headers).stream().map(header -> header + "\r\n").toList()) + "Connection: close\r\n\r\n");
    }

    /// Takes the request and says nothing.
    public static Behaviour hang() {
        return (_, _, closed) -> closed.await(60, TimeUnit.SECONDS);
    }

    /// Takes the request and closes.
    public static Behaviour closeEarly() {
        return (_, _, _) -> {};
    }

    /// Answers 200 and then a body without an end, as fast as it is taken.
    public static Behaviour endlessBody() {
        return (_, out, _) -> {
            write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
            byte[] block = "x".repeat(8_192).getBytes(StandardCharsets.US_ASCII);
            while (true) {
                out.write(block);
            }
        };
    }

    /// Sends a byte of a header now and then, for ever.
    public static Behaviour trickle() {
        return (_, out, closed) -> {
            write(out, "HTTP/1.1 200 OK\r\nX-Slow: ");
            while (!closed.await(50, TimeUnit.MILLISECONDS)) {
                write(out, "a");
            }
        };
    }

    public static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closing) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            Got request = read(socket.getInputStream());
            got.add(request);
            behaviour.answer(request, socket.getOutputStream(), closed);
        } catch (IOException gone) {
            // The other side has closed, which is its right.
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private static Got read(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("closed before a request");
            }
            head.append((char) c);
        }
        String[] lines = head.toString().split("\r\n", -1);
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
            int colon = lines[i].indexOf(':');
            headers.put(lines[i].substring(0, colon).toLowerCase(Locale.ROOT), lines[i].substring(colon + 1).strip());
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Got(lines[0], headers, new String(body, StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        server.close();
    }
}
