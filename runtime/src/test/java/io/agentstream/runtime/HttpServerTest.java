package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What is no HTTP request never comes to a handler: the server answers it by itself, without a body, and closes. So says `openapi.yaml`.
final class HttpServerTest {

    private static final int LIMIT_MS = 10_000;
    private static final String BARE = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

    private final AtomicInteger handled = new AtomicInteger();
    private final HttpServer server = HttpServer.start("127.0.0.1", 0, 1, 1, exchange -> handled.incrementAndGet());

    @AfterEach
    @Timeout(10)
    void close() {
        server.close();
    }

    /// All that is answered until the connection is closed.
    private String answer(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(LIMIT_MS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static String get(String target, String... headers) {
        return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + Stream.of(headers).map(header -> header + "\r\n").collect(Collectors.joining())
                + "\r\n";
    }

    private static String[] many(int count) {
        return IntStream.range(0, count).mapToObj(n -> "x-" + n + ": 1").toArray(String[]::new);
    }

    static Stream<Arguments> noRequests() {
        return Stream.of(
                Arguments.argumentSet("a line of something else", "\u0016\u0003\u0001 hello\r\n\r\n"),
                Arguments.argumentSet("a method that is no word", "G@T / HTTP/1.1\r\nHost: x\r\n\r\n"),
                Arguments.argumentSet("a path whose escape is none", get("/%zz")),
                Arguments.argumentSet("a header without a colon", get("/", "no colon")),
                Arguments.argumentSet("a name with a control character", get("/", "x\u0001: 1")),
                Arguments.argumentSet("two lengths", get("/", "Content-Length: 1", "Content-Length: 2")),
                Arguments.argumentSet("a length that is no number", get("/", "Content-Length: one")),
                Arguments.argumentSet("too many headers", get("/", many(65))),
                Arguments.argumentSet("too many parameters", get("/?" + "a=1&".repeat(65))));
    }

    @ParameterizedTest
    @MethodSource("noRequests")
    void whatIsNoRequestIsAnsweredWithoutABodyAndNobodyHandlesIt(String sent) throws Exception {
        assertEquals(BARE, answer(sent));
        assertEquals(0, handled.get());
    }

    static Stream<Arguments> tooLong() {
        return Stream.of(
                Arguments.argumentSet("a line", get("/" + "a".repeat(17 << 10))),
                Arguments.argumentSet("a header", get("/", "x: " + "a".repeat(17 << 10))));
    }

    @ParameterizedTest
    @MethodSource("tooLong")
    void whatIsTooLongIsAnsweredTheSame(String sent) throws Exception {
        assertEquals(BARE, answer(sent));
        assertEquals(0, handled.get());
    }

    @Test
    void whatIsARequestIsHandled() throws Exception {
        answer(get("/a%20path?x=1", "Connection: close"));

        assertEquals(1, handled.get());
    }

    /// The second time is the one behind each test.
    @Test
    void mayBeClosedTwice() {
        server.close();

        assertThrows(IOException.class, () -> answer(get("/")));
    }
}
