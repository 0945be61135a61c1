package io.agentstream.cli.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import io.agentstream.runtime.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A timeline that is followed over connections that break.
final class TimelineStreamTest {

    private final Queue<String> answers = new ArrayDeque<>();
    private final List<String> resumed = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private HttpServer server;
    private ApiClient client;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
            resumed.add(last == null ? "" : last);
            byte[] body = answers.remove().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        client = new ApiClient(URI.create("http://127.0.0.1:" + server.getAddress().getPort()), new Secret("key"), "");
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop(0);
    }

    private String follow() throws Exception {
        return new TimelineStream(client, "/timeline").follow(entry -> told.add(entry.path("line").asString("")))
                .orElseThrow()
                .toString();
    }

    @Test
    void whoHasEnoughIsToldNothingMore() throws Exception {
        // given
        answers.add("id: 1.0\ndata: {\"line\":\"one\"}\n\nid: 2.0\ndata: {\"line\":\"two\"}\n\n");

        // when
        var end = new TimelineStream(client, "/timeline").follow(entry -> !told.add(entry.path("line").asString("")));

        // then
        assertEquals(Optional.empty(), end);
        assertEquals(List.of("one"), told);
        assertEquals(1, resumed.size());
    }

    @Test
    void goesOnBehindTheLastEntryUntilThereIsASummary() throws Exception {
        // given
        answers.add("retry: 1000\n\nid: 1.0\ndata: {\"line\":\"one\"}\n\nid: 2.0\ndata: {\"line\":\"cut");
        answers.add("id: 2.0\ndata: {\"line\":\"two\"}\n\nevent: end\ndata: {\"summary\":{}}\n\n");

        // when
        String end = follow();

        // then
        assertEquals("{\"summary\":{}}", end);
        assertEquals(List.of("one", "two"), told);
        assertEquals(List.of("", "1.0"), resumed);
    }

    @Test
    void doesNotComeAgainWhereThatIsOfNoUse() {
        // given
        answers.add("event: end\ndata: {\"reason\":\"key\"}\n\n");
        answers.add("event: end\ndata: {\"reason\":\"long\"}\n\n");

        // when, then
        assertEquals(EventStream.REVOKED, assertThrows(ApiException.class, this::follow).getMessage());
        assertEquals(
                "The call has told more than can be followed; without --follow all of it can be seen.",
                assertThrows(ApiException.class, this::follow).getMessage());
    }
}
