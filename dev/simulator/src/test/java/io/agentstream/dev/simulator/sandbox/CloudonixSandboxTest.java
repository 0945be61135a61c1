package io.agentstream.dev.simulator.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(30)
final class CloudonixSandboxTest {

    private static final String DOMAIN = "demo.cloudonix.net";
    private static final JsonMapper JSON = new JsonMapper();

    private final CloudonixSandbox sandbox = CloudonixSandbox.start("127.0.0.1", 0, Map.of(DOMAIN, "s3cret"));
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        client.close();
        sandbox.close();
    }

    @Test
    void takesASessionItWasNotToldAboutForLive() throws Exception {
        // given, when
        HttpResponse<String> answer = call("GET", DOMAIN, "s-1", "s3cret");

        // then
        assertEquals(200, answer.statusCode());
        JsonNode session = JSON.readTree(answer.body());
        assertEquals("s-1", session.path("token").asString());
        assertEquals(DOMAIN, session.path("domain").asString());
        assertTrue(session.path("endTime").isNull());
        assertTrue(session.path("callEndTime").isNull());
        assertEquals("connected", session.path("status").asString());
    }

    @ParameterizedTest
    @CsvSource({"demo.cloudonix.net,wrong", "other.cloudonix.net,s3cret"})
    void refusesATokenThatIsNotTheDomainsOwn(String domain, String token) throws Exception {
        // given, when, then
        assertEquals(401, call("GET", domain, "s-1", token).statusCode());
    }

    @Test
    void endsASessionThatIsDeletedAndTellsTheListeners() throws Exception {
        // given
        List<String> hungUp = new CopyOnWriteArrayList<>();
        try (CloudonixSandbox.Registration _ = sandbox.onHangUp(hungUp::add)) {
            // when
            int status = call("DELETE", DOMAIN, "s-1", "s3cret").statusCode();

            // then
            assertEquals(204, status);
            assertEquals(List.of("s-1"), hungUp);
            assertTrue(sandbox.hungUp("s-1"));
            assertFalse(JSON.readTree(call("GET", DOMAIN, "s-1", "s3cret").body()).path("endTime").isNull());
            assertEquals(404, call("DELETE", DOMAIN, "s-1", "s3cret").statusCode());
            JsonNode shown = JSON.readTree(send("GET", "/sandbox/sessions/s-1", "", "").body());
            assertEquals("ended", shown.path("state").asString());
            assertTrue(shown.path("hung_up").asBoolean());
        }
    }

    @Test
    void tellsTheListenersEveryRequest() throws Exception {
        // given
        List<SandboxRequest> requests = new CopyOnWriteArrayList<>();
        try (CloudonixSandbox.Registration _ = sandbox.onRequest(requests::add)) {
            // when
            call("GET", DOMAIN, "s-1", "s3cret");
            call("DELETE", DOMAIN, "s-1", "s3cret");
            call("DELETE", DOMAIN, "s-1", "s3cret");
            call("DELETE", DOMAIN, "s-1", "wrong");
        }
        call("GET", DOMAIN, "s-1", "s3cret");

        // then
        assertEquals(
                List.of("GET 200", "DELETE 204", "DELETE 404", "DELETE 401"),
                requests.stream().map(request -> request.method() + " " + request.status()).toList());
    }

    private HttpResponse<String> dials(String session, String token, String body) throws Exception {
        return send("POST", "/calls/" + DOMAIN + "/sessions/" + session + "/application", token, body);
    }

    @Test
    void givesASessionToWhomItIsToldToDialAndTellsTheListeners() throws Exception {
        // given
        String dial = "{\"cxml\": \"<Response><Dial timeout=\\\"20\\\"><Number>+15550130</Number></Dial><Hangup/></Response>\"}";
        List<String> transferred = new CopyOnWriteArrayList<>();
        try (CloudonixSandbox.Registration _ = sandbox.onTransfer(transferred::add)) {
            // when
            int status = dials("s-1", "s3cret", dial).statusCode();

            // then
            assertEquals(200, status);
            assertEquals(List.of("s-1"), transferred);
            assertEquals("+15550130", sandbox.transferredTo("s-1").orElseThrow());
            assertFalse(sandbox.hungUp("s-1"));
            assertEquals("+15550130", JSON.readTree(send("GET", "/sandbox/sessions/s-1", "", "").body()).path("transferred_to").asString());
            assertEquals("POST", sandbox.requests().getLast().method());
        }

        // and no session of which that cannot be said
        assertEquals(401, dials("s-2", "wrong", dial).statusCode());
        assertEquals(400, dials("s-2", "s3cret", "{\"cxml\": \"<Response/>\"}").statusCode());
        call("DELETE", DOMAIN, "s-3", "s3cret");
        assertEquals(404, dials("s-3", "s3cret", dial).statusCode());
        assertTrue(sandbox.transferredTo("s-2").isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"not_found,404", "unauthorized,401", "forbidden,403", "rate_limited,429", "error,500", "ended,200"})
    void answersAsItsScriptSaysSoManyTimes(String behaviour, int status) throws Exception {
        // given
        int told = send(
                        "PUT",
                        "/sandbox/sessions/s-1",
                        "",
                        "{\"behaviour\": \"" + behaviour + "\", \"times\": 2}")
                .statusCode();

        // when, then
        assertEquals(204, told);
        assertEquals(status, call("GET", DOMAIN, "s-1", "s3cret").statusCode());
        assertEquals(status, call("GET", DOMAIN, "s-1", "s3cret").statusCode());
        assertEquals(200, call("GET", DOMAIN, "s-1", "s3cret").statusCode());
        assertEquals(200, call("GET", DOMAIN, "s-2", "s3cret").statusCode());
    }

    @Test
    void showsAnEndedSessionWithItsEnd() throws Exception {
        // given
        sandbox.script("s-1", Script.always(Behaviour.ENDED));

        // when
        JsonNode session = JSON.readTree(call("GET", DOMAIN, "s-1", "s3cret").body());

        // then
        assertFalse(session.path("endTime").isNull());
        assertFalse(session.path("callEndTime").isNull());
        assertEquals("completed", session.path("status").asString());
    }

    @Test
    void cutsTheConnection() {
        // given
        sandbox.script("s-1", Script.always(Behaviour.RESET));

        // when, then
        assertThrows(IOException.class, () -> call("GET", DOMAIN, "s-1", "s3cret"));
        assertEquals(0, sandbox.requests().getLast().status());
    }

    @Test
    void sendsGarbage() throws Exception {
        // given
        sandbox.script("s-1", Script.always(Behaviour.GARBAGE));

        // when
        HttpResponse<String> answer = call("GET", DOMAIN, "s-1", "s3cret");

        // then
        assertEquals(200, answer.statusCode());
        assertThrows(RuntimeException.class, () -> JSON.readTree(answer.body()));
    }

    @Test
    void delaysOneDomainAndNotAnother() throws Exception {
        // given
        sandbox.domain("quick.cloudonix.net", "t");
        sandbox.scriptDomain(DOMAIN, new Script(Behaviour.SLOW, 0, 700));

        // when
        long began = System.nanoTime();
        var slow = client.sendAsync(
                request("GET", "/customers/self/domains/" + DOMAIN + "/sessions/s-1", "s3cret", ""),
                HttpResponse.BodyHandlers.ofString());
        int quick = call("GET", "quick.cloudonix.net", "s-2", "t").statusCode();

        // then
        assertEquals(200, quick);
        assertFalse(slow.isDone());
        assertEquals(200, slow.get().statusCode());
        assertTrue(Duration.ofNanos(System.nanoTime() - began).toMillis() >= 700);
    }

    @Test
    void learnsADomainOverHttp() throws Exception {
        // given
        send("PUT", "/sandbox/domains/new.example.com", "", "{\"bearer_token\": \"t\"}");

        // when, then
        assertEquals(200, call("GET", "new.example.com", "s-1", "t").statusCode());
    }

    @Test
    void recordsRequestsWithoutTheToken() throws Exception {
        // given
        call("GET", DOMAIN, "s-1", "s3cret");
        call("GET", DOMAIN, "s-1", "wr0ng");

        // when
        String recorded = send("GET", "/sandbox/requests", "", "").body();

        // then
        assertFalse(recorded.contains("s3cret") || recorded.contains("wr0ng"), recorded);
        JsonNode items = JSON.readTree(recorded).path("items");
        assertEquals(2, items.size());
        assertTrue(items.get(0).path("token_valid").asBoolean());
        assertFalse(items.get(1).path("token_valid").asBoolean());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"behaviour\": \"dance\"}",
                "[1]",
                "no JSON",
                "{\"times\": -1}",
                "{\"behaviour\": \"slow\", \"delay_ms\": 999999999}"
            })
    void refusesAScriptThatMakesNoSense(String body) throws Exception {
        // given, when, then
        assertEquals(400, send("PUT", "/sandbox/sessions/s-1", "", body).statusCode());
    }

    @Test
    void refusesATooLargeRequestAndAStrangeSession() throws Exception {
        // given, when, then
        assertEquals(413, send("PUT", "/sandbox/sessions/s-1", "", "x".repeat(20_000)).statusCode());
        assertEquals(400, call("GET", DOMAIN, "a%20b", "s3cret").statusCode());
        assertEquals(404, send("GET", "/customers", "", "").statusCode());
        assertEquals(405, send("POST", "/sandbox/requests", "", "").statusCode());
    }

    private HttpResponse<String> call(String method, String domain, String session, String token)
            throws IOException, InterruptedException {
        return send(method, "/customers/self/domains/" + domain + "/sessions/" + session, token, "");
    }

    private HttpResponse<String> send(String method, String path, String token, String body)
            throws IOException, InterruptedException {
        return client.send(request(method, path, token, body), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String method, String path, String token, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(sandbox.url() + path))
                .timeout(Duration.ofSeconds(10))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return request.build();
    }
}
