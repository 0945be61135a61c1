package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Peers of an HTTP port that take their time, and peers that are many.
final class ConnectionsTest {

    private static final Duration SOON = Duration.ofMillis(400);
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(15);
    private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n";
    private static final byte[] A_LOT = new byte[32 << 20];

    private final AtomicInteger cut = new AtomicInteger();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicInteger waiting = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    @AfterEach
    void close() throws Exception {
        goOn.countDown();
        while (!open.isEmpty()) {
            open.pop().close();
        }
        threads.shutdownNow();
    }

    private HttpServer serve(HttpServer.Bounds bounds, HttpHandler handler) {
        HttpServer server = HttpServer.start("127.0.0.1", 0, 1, 1, bounds, handler);
        open.push(server);
        return server;
    }

    private HttpServer.Bounds bounds(int connections, int perAddress, Duration requestTime, Duration answerTime) {
        return new HttpServer.Bounds(connections, perAddress, Networks.NONE, requestTime, answerTime, cut::incrementAndGet);
    }

    private Socket connect(HttpServer server, String said) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout((int) TimeUnit.NANOSECONDS.toMillis(PATIENCE_NS));
        open.push(socket);
        socket.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /// Answers each request with one byte.
    private static void answer(HttpServerExchange exchange) {
        exchange.getResponseSender().send("x");
    }

    private void answerAfterTheBody(HttpServerExchange exchange) {
        exchange.dispatch(threads, () -> {
            exchange.startBlocking();
            try {
                exchange.getInputStream().readAllBytes();
                answer(exchange);
            } catch (IOException cutOff) {
                exchange.endExchange();
            }
        });
    }

    private void answerWhenTold(HttpServerExchange exchange) {
        exchange.dispatch(threads, () -> {
            waiting.incrementAndGet();
            try {
                goOn.await();
            } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
            }
            answer(exchange);
        });
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE_NS;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "did not come true in time");
            LockSupport.parkNanos(2_000_000);
        }
    }

    /// Sends a byte whenever nothing came for a moment, until the connection is closed.
    ///
    /// @return whether it is closed in time
    private static boolean endsUnderATrickle(Socket socket, HttpServer server) throws IOException {
        socket.setSoTimeout(50);
        long end = System.nanoTime() + PATIENCE_NS;
        while (System.nanoTime() < end) {
            try {
                if (socket.getInputStream().read() < 0) {
                    return true;
                }
            } catch (SocketTimeoutException open) {
                try {
                    socket.getOutputStream().write('x');
                } catch (SocketException closed) {
                    return true;
                }
            } catch (SocketException reset) {
                return true;
            }
            if (server.connections() == 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean ends(Socket socket) throws IOException {
        try (InputStream in = socket.getInputStream()) {
            in.readAllBytes();
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET / HTTP/1.1\r\nHost: ", POST})
    void aRequestHasItsTimeHoweverSlowlyItComes(String said) throws Exception {
        for (HttpHandler handler : List.<HttpHandler>of(ConnectionsTest::answer, this::answerAfterTheBody, HttpServerExchange::endExchange)) {
            HttpServer server = serve(bounds(10, 10, SOON, Duration.ZERO), handler);

            Socket slow = connect(server, said);
            await(() -> server.connections() == 1); // else it counts as gone that has not come
            assertTrue(endsUnderATrickle(slow, server));
            await(() -> server.connections() == 0);
        }
    }

    /// Nothing of its body is in the way, though there is some.
    @Test
    void anAnswerMayTakeLongerThanItsRequest() throws Exception {
        HttpServer server = serve(bounds(10, 10, SOON, Duration.ZERO), exchange -> exchange.dispatch(threads, () -> {
            exchange.startBlocking();
            try {
                OutputStream out = exchange.getOutputStream();
                for (long end = System.nanoTime() + 4 * SOON.toNanos(); System.nanoTime() < end; LockSupport.parkNanos(10_000_000)) {
                    out.write('x');
                    out.flush();
                }
                out.write('!');
                out.close();
            } catch (IOException cutOff) {
                exchange.endExchange();
            }
        }));
        for (String said : List.of(GET, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n")) {
            Socket socket = connect(server, said);
            int next = socket.getInputStream().read();
            while (next >= 0 && next != '!') {
                next = socket.getInputStream().read();
            }
            assertEquals('!', next);
        }
    }

    @Test
    void anAnswerHasItsTimeWhereThePortSaysSo() throws Exception {
        HttpServer server = serve(
                bounds(10, 10, LONG, SOON), exchange -> exchange.getResponseSender().send(ByteBuffer.wrap(A_LOT)));
        Socket deaf = connect(server, GET);
        await(() -> server.connections() == 1);

        await(() -> server.connections() == 0);

        assertEquals(1, cut.get());
        assertTrue(ends(deaf));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoHasWaitedLongestMakesRoom(boolean ofOneAddress) throws Exception {
        HttpServer server = serve(bounds(ofOneAddress ? 10 : 3, ofOneAddress ? 3 : 10, LONG, Duration.ZERO), ConnectionsTest::answer);
        List<Socket> sockets = new ArrayList<>();
        for (String said : List.of("", GET, POST)) {
            int there = sockets.size() + 1;
            sockets.add(connect(server, said));
            await(() -> server.connections() == there);
        }
        assertEquals('H', sockets.get(1).getInputStream().read());

        Socket fourth = connect(server, GET);
        assertEquals('H', fourth.getInputStream().read());
        assertTrue(ends(sockets.get(0)));
        Socket fifth = connect(server, GET);
        assertEquals('H', fifth.getInputStream().read());

        assertEquals(3, server.connections());
        assertEquals(2, cut.get());
    }

    @Test
    void whoIsBeingAnsweredMakesNoRoom() throws Exception {
        HttpServer server = serve(bounds(3, 3, LONG, Duration.ZERO), this::answerWhenTold);
        List<Socket> sockets = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            sockets.add(connect(server, GET));
            int there = i;
            await(() -> waiting.get() == there);
        }

        assertTrue(ends(connect(server, "")));

        assertEquals(1, cut.get());
        goOn.countDown();
        for (Socket socket : sockets) {
            assertEquals('H', socket.getInputStream().read());
        }
        await(() -> {
            try {
                return connect(server, GET).getInputStream().read() == 'H'; // there is room again
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    @Test
    void whoGoesLeavesItsPlace() throws Exception {
        HttpServer server = serve(bounds(2, 2, LONG, Duration.ZERO), ConnectionsTest::answer);
        for (int i = 0; i < 10; i++) {
            try (Socket socket = connect(server, i % 2 == 0 ? "" : GET)) {
                await(() -> server.connections() == 1);
                assertFalse(socket.isClosed());
            }
            await(() -> server.connections() == 0);
        }
        assertEquals(0, cut.get());
    }

    @Test
    void aProxyMayHaveMoreThanOneAddress() throws Exception {
        HttpServer server = serve(
                new HttpServer.Bounds(3, 1, Networks.parse("127.0.0.1"), LONG, Duration.ZERO, cut::incrementAndGet),
                ConnectionsTest::answer);
        for (int i = 1; i <= 3; i++) {
            int there = i;
            connect(server, "");
            await(() -> server.connections() == there);
        }
        assertEquals(0, cut.get());

        assertEquals('H', connect(server, GET).getInputStream().read());
        assertEquals(1, cut.get());
    }
}
