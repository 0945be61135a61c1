package io.agentstream.orchestrator.provider.cloudonix;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A provider that answers what it was told to, one answer for each request, the last for all that follow.
final class AwkwardServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    record Request(String method, String path, String authorization, long nanoTime) {}

    interface Answer {
        void to(HttpExchange exchange, CountDownLatch closed) throws IOException, InterruptedException;
    }

    AwkwardServer(Answer... answers) throws IOException {
        this.answers.addAll(List.of(answers));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    static Answer status(int status, String body) {
        return (exchange, _) -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    static Answer retryAfter(int status, String value) {
        return (exchange, _) -> {
            exchange.getResponseHeaders().set("Retry-After", value);
            exchange.sendResponseHeaders(status, -1);
        };
    }

    static Answer redirect(String location) {
        return (exchange, _) -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(302, -1);
        };
    }

    /// Never answers.
    static Answer silence() {
        return (_, closed) -> closed.await();
    }

    /// Headers at once, then a body that never ends and never goes on.
    static Answer halfAnAnswer() {
        return (exchange, closed) -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            closed.await();
        };
    }

    /// Drops the connection without a word.
    static Answer reset() {
        return (_, _) -> {
            throw new IOException("dropped on purpose");
        };
    }

    /// A body without end.
    static Answer flood() {
        return (exchange, closed) -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] part = "x".repeat(64 * 1024).getBytes(StandardCharsets.US_ASCII);
            while (closed.getCount() > 0) {
                exchange.getResponseBody().write(part);
            }
        };
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    List<Request> requests() {
        return requests;
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests.add(new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getRawPath(),
                exchange.getRequestHeaders().getFirst("Authorization"),
                System.nanoTime()));
        Answer answer = answers.size() > 1 ? answers.poll() : answers.peek();
        try (exchange) {
            answer.to(exchange, closed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
