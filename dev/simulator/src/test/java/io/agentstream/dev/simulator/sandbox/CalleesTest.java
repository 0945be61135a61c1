package io.agentstream.dev.simulator.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The sandbox calls somebody, who does what was said of them.
@Timeout(60)
final class CalleesTest {

    private static final String DOMAIN = "demo.cloudonix.net";
    private static final String NUMBER = "+15550131";
    private static final JsonMapper JSON = new JsonMapper();

    private final CloudonixSandbox sandbox = CloudonixSandbox.start("127.0.0.1", 0, Map.of(DOMAIN, "s3cret"));
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<String> pressed = new CopyOnWriteArrayList<>();
    private HttpServer hooks;

    @BeforeEach
    void listen() throws IOException {
        hooks = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hooks.createContext("/key", exchange -> {
            String digit = JSON.readTree(exchange.getRequestBody().readAllBytes()).path("Digits").asString();
            pressed.add(digit);
            byte[] answer = (digit.equals("1") ? "<Response><Dial><Conference beep=\"false\">room</Conference></Dial></Response>" : "<Response><Hangup/></Response>")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        hooks.start();
    }

    @AfterEach
    void close() {
        client.close();
        sandbox.close();
        hooks.stop(0);
    }

    private int call() throws IOException, InterruptedException {
        String at = "http://127.0.0.1:" + hooks.getAddress().getPort();
        String body = JSON.createObjectNode()
                .put("destination", NUMBER).put("timeout", 1).put("callback", at + "/status")
                .put("cxml", "<Response><Gather numDigits=\"1\" action=\"" + at + "/key\"><Say>Hello.</Say></Gather><Hangup/></Response>")
                .toString();
        return post("/calls/" + DOMAIN + "/application", body);
    }

    private int post(String path, String body) throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(URI.create(sandbox.url() + path))
                                .header("Authorization", "Bearer s3cret")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private void awaitStatus(String status) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!sandbox.statusOfLegTo(NUMBER).equals(status) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        assertEquals(status, sandbox.statusOfLegTo(NUMBER));
    }

    @ParameterizedTest
    @CsvSource({"BUSY,busy,", "NO_ANSWER,noanswer,", "HANGS_UP,completed,", "LISTENS,completed,", "REFUSES,completed,2"})
    void whoDoesNotTakeACallEndsIt(Callee.Does does, String status, String digit) throws Exception {
        sandbox.callee(NUMBER, Callee.who(does));

        assertEquals(200, call());

        awaitStatus(status);
        assertEquals(digit == null ? List.of() : List.of(digit), pressed);
    }

    @Test
    void whoTakesACallMeetsTheCallerAndWhoeverLeavesEndsItForBoth() throws Exception {
        assertEquals(200, call());
        awaitRoom(1);
        assertEquals(200, post("/calls/" + DOMAIN + "/sessions/caller/application",
                "{\"cxml\":\"<Response><Dial><Conference>room</Conference></Dial></Response>\"}"));
        awaitRoom(2);

        client.send(
                HttpRequest.newBuilder(URI.create(sandbox.url() + "/customers/self/domains/" + DOMAIN + "/sessions/caller"))
                        .header("Authorization", "Bearer s3cret").DELETE().build(),
                HttpResponse.BodyHandlers.discarding());

        awaitStatus("completed");
        assertEquals(List.of(), sandbox.room("room"));
    }

    @ParameterizedTest
    @CsvSource({"TAKES,answered,live", "REFUSES,answered,live", "BUSY,busy,ended", "NO_ANSWER,noanswer,ended", "HANGS_UP,completed,ended"})
    void aCallerWhoIsPutThroughIsHungUpWhereNobodyAnswers(Callee.Does does, String dial, String state) throws Exception {
        // given
        sandbox.callee(NUMBER, Callee.who(does));

        // when
        assertEquals(200, post("/calls/" + DOMAIN + "/sessions/caller/application",
                "{\"cxml\":\"<Response><Dial timeout=\\\"1\\\"><Number>" + NUMBER + "</Number></Dial><Hangup/></Response>\"}"));

        // then
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!sandbox.dialOf("caller").equals(Optional.of(dial)) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        JsonNode shown = JSON.readTree(client.send(
                HttpRequest.newBuilder(URI.create(sandbox.url() + "/sandbox/sessions/caller")).build(), HttpResponse.BodyHandlers.ofString()).body());
        assertEquals(dial, shown.path("dial").asString(""));
        assertEquals(state, shown.path("state").asString(""));
        assertEquals(NUMBER, shown.path("transferred_to").asString(""));
    }

    private void awaitRoom(int people) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (sandbox.room("room").size() < people && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        assertEquals(people, sandbox.room("room").size());
    }

    @Test
    void aRequestCanBeDoneAndItsAnswerBeLost() {
        sandbox.callee(NUMBER, Callee.who(Callee.Does.BUSY).answered(Behaviour.LOST, 1));

        assertThrows(IOException.class, this::call);

        awaitStatus("busy");
    }

    @ParameterizedTest
    @CsvSource({"RATE_LIMITED,429", "ERROR,500", "UNAUTHORIZED,401"})
    void aRequestCanBeRefused(Behaviour behaviour, int status) throws Exception {
        sandbox.callee(NUMBER, Callee.WILLING.answered(behaviour, 1));

        assertEquals(status, call());
        assertTrue(sandbox.legTo(NUMBER).isEmpty());
        assertEquals(200, call());
    }
}
