package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.DemoFile;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The REST API as a test uses it.
final class Api {

    private final String url;
    private final String key;
    private final HttpClient client = HttpClient.newHttpClient();

    Api(DemoFile demo) {
        this(demo.apiUrl(), demo.apiKey());
    }

    Api(String url, String key) {
        this.url = url;
        this.key = key;
    }

    String key() {
        return key;
    }

    JsonNode send(String method, String path, String body) throws IOException, InterruptedException {
        return sendAs(key, method, path, body);
    }

    JsonNode sendAs(String key, String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = client.send(
                HttpRequest.newBuilder(URI.create(url + path))
                        .header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json")
                        .timeout(Duration.ofSeconds(10))
                        .method(method, body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertTrue(response.statusCode() / 100 == 2, () -> method + " answered " + response.statusCode() + " "
                + new String(response.body(), java.nio.charset.StandardCharsets.UTF_8));
        return response.body().length == 0 ? Json.MAPPER.createObjectNode() : Json.MAPPER.readTree(response.body());
    }

    /// Why the service at `url` is not ready, or nothing.
    static Optional<String> notReady(String url) throws InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create(url + "/readyz")).timeout(Duration.ofSeconds(5)).build(),
                    HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200
                    ? Optional.empty()
                    : Optional.of(response.statusCode() + " " + response.body());
        } catch (IOException noAnswer) {
            return Optional.of("no answer");
        }
    }

    /// Waits until the service at `url` says with a 503 that it is not ready, for a reason that has `word` in it.
    static void awaitNotReady(String url, String word) throws Exception {
        Wait.until(url + " is not ready because of " + word, () -> notReady(url)
                .filter(reason -> reason.startsWith("503 ") && reason.contains(word)));
    }

    static void awaitReady(String url) throws Exception {
        Wait.until(url + " is ready", 60_000, () -> notReady(url).isEmpty() ? Optional.of(url) : Optional.empty());
    }

    /// Waits until no run of the agent is open, and gives all of them.
    List<JsonNode> awaitNoOpenRun(String agent) throws Exception {
        return Wait.until("no open run", () -> {
            List<JsonNode> runs = runs(agent);
            return runs.stream().anyMatch(run -> run.path("ended_at").isNull()) ? Optional.empty() : Optional.of(runs);
        });
    }

    /// A new published agent of the demo organisation; its UUID.
    String newAgent(String definition) throws IOException, InterruptedException {
        String uuid = send("POST", "/api/v1/agents", "{\"name\":\"" + Wait.unique("agent") + "\",\"definition\":" + definition + "}")
                .path("uuid").asString();
        send("POST", "/api/v1/agents/" + uuid + "/publish", "");
        return uuid;
    }

    List<JsonNode> runs(String agent) throws IOException, InterruptedException {
        return send("GET", "/api/v1/agents/" + agent + "/runs?limit=500", "").path("items").valueStream().toList();
    }

    /// The run whose URL gave `callId`, when it satisfies what is asked of it.
    JsonNode awaitRun(String agent, String callId, String state) throws Exception {
        return Wait.until("run of " + callId + " is " + state, () -> {
            for (JsonNode run : runs(agent)) {
                if (callId.equals(run.path("gathered_context").path("call_id").asString(""))
                        && state.equals(run.path("state").asString(""))) {
                    return Optional.of(run);
                }
            }
            return Optional.empty();
        });
    }

    /// The run of the provider's session, when it is in `state`.
    JsonNode awaitRunOf(String agent, String session, String state) throws Exception {
        return Wait.until("run of " + session + " is " + state, () -> runs(agent).stream()
                .filter(run -> session.equals(run.path("logs").path("inbound_webhook").path("session").asString("")))
                .filter(run -> state.equals(run.path("state").asString("")))
                .findFirst());
    }

    List<JsonNode> events(JsonNode run) throws IOException, InterruptedException {
        return send("GET", "/api/v1/runs/" + run.path("id").asLong() + "/events?limit=500", "")
                .path("items").valueStream().toList();
    }

    /// The run's events, when the socket's last word is among them.
    List<JsonNode> awaitEnd(JsonNode run) throws Exception {
        return Wait.until("the end in the events", () -> {
            List<JsonNode> all = events(run);
            return Wait.when(all.stream().anyMatch(each -> each.path("type").asString("").equals("ended"))).map(_ -> all);
        });
    }
}
