package io.agentstream.dev.local;

import io.agentstream.schemas.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Finds the runs of calls that are over through the REST API. One thread; waits at most a few seconds, for all calls together, for runs
/// to be closed.
final class RunLookup {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long FIRST_PAUSE_MS = 100;

    /// Many calls that look for their runs at once ask less often than a key may.
    private static final long LONGEST_PAUSE_MS = 1_000;

    private final DemoFile system;
    private final String agent;
    private final Instant since;
    private final Set<Long> told = new HashSet<>();
    private long deadlineNs;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    /// @param since when the first of the calls was placed
    RunLookup(DemoFile system, String agent, Instant since) {
        this.system = system;
        this.agent = agent;
        this.since = since;
    }

    /// The run of the call with the provider's `session`, closed if it closes in time; nothing where there is none. One that was refused
    /// before it could introduce itself is found by its time: a failed run without a session, each told once.
    Optional<JsonNode> find(String session) throws InterruptedException {
        if (deadlineNs == 0) {
            deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        }
        CountDownLatch never = new CountDownLatch(1);
        long pauseMs = FIRST_PAUSE_MS;
        while (true) {
            Optional<JsonNode> run = look(session);
            boolean closed = run.isPresent() && !run.get().path("ended_at").isNull();
            if (closed || System.nanoTime() > deadlineNs) {
                run.ifPresent(found -> told.add(found.path("id").asLong()));
                return run;
            }
            if (never.await(pauseMs, TimeUnit.MILLISECONDS)) {
                throw new AssertionError();
            }
            pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
        }
    }

    private Optional<JsonNode> look(String session) throws InterruptedException {
        String runs = "/api/v1/agents/" + agent + "/runs?limit=500&";
        Optional<JsonNode> own =
                items(runs + "external_call_id=" + URLEncoder.encode(session, StandardCharsets.UTF_8)).stream().findFirst();
        return own.isPresent()
                ? own
                : items(runs + "state=failed&created_after=" + since).stream()
                        .filter(run -> run.path("logs").path("inbound_webhook").path("session").isMissingNode())
                        .filter(run -> !told.contains(run.path("id").asLong()))
                        .findFirst();
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
