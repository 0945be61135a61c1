package io.agentstream.dev.local;

import io.agentstream.schemas.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Finds the runs of calls through the REST API. One thread; waits at most a few seconds for a run to be closed.
final class RunLookup {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long FIRST_PAUSE_MS = 100;

    /// Many calls that look for their runs at once ask less often than a key may.
    private static final long LONGEST_PAUSE_MS = 1_000;

    private final DemoFile system;
    private final String agent;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    RunLookup(DemoFile system, String agent) {
        this.system = system;
        this.agent = agent;
    }

    /// The run of the call with the provider's `session`, closed if it closes in time; nothing where there is none.
    Optional<JsonNode> find(String session) throws InterruptedException {
        long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        CountDownLatch never = new CountDownLatch(1);
        long pauseMs = FIRST_PAUSE_MS;
        while (true) {
            Optional<JsonNode> run = items("/api/v1/agents/" + agent + "/runs?limit=500").stream()
                    .filter(r -> session.equals(r.path("logs").path("inbound_webhook").path("session").asString("")))
                    .findFirst();
            boolean closed = run.isPresent() && !run.get().path("ended_at").isNull();
            if (closed || System.nanoTime() > deadlineNs) {
                return run;
            }
            if (never.await(pauseMs, TimeUnit.MILLISECONDS)) {
                throw new AssertionError();
            }
            pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
        }
    }

    /// What happened in a run, in order.
    List<JsonNode> events(JsonNode run) throws InterruptedException {
        return items("/api/v1/runs/" + run.path("id").asLong() + "/events?limit=500");
    }

    private List<JsonNode> items(String path) throws InterruptedException {
        try {
            HttpResponse<byte[]> response = client.send(
                    HttpRequest.newBuilder(URI.create(system.apiUrl() + path))
                            .header("Authorization", "Bearer " + system.apiKey())
                            .timeout(Duration.ofSeconds(5))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            return response.statusCode() == 200
                    ? Json.MAPPER.readTree(response.body()).path("items").valueStream().toList()
                    : List.of();
        } catch (IOException | JacksonException e) {
            return List.of();
        }
    }
}
