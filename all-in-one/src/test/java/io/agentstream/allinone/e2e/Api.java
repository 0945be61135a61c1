package io.agentstream.allinone.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.allinone.DemoFile;
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

    private final DemoFile demo;
    private final HttpClient client = HttpClient.newHttpClient();

    Api(DemoFile demo) {
        this.demo = demo;
    }

    JsonNode send(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = client.send(
                HttpRequest.newBuilder(URI.create(demo.apiUrl() + path))
                        .header("Authorization", "Bearer " + demo.apiKey())
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

    List<JsonNode> events(JsonNode run) throws IOException, InterruptedException {
        return send("GET", "/api/v1/runs/" + run.path("id").asLong() + "/events?limit=500", "")
                .path("items").valueStream().toList();
    }
}
