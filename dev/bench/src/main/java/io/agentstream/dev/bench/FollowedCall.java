package io.agentstream.dev.bench;

import io.agentstream.dev.bench.process.ChildProcess;
import io.agentstream.dev.bench.report.Followed;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/// One of the calls, which many follow in every other window: they come when a window begins, are told what was before, and then what
/// happens. One thread.
final class FollowedCall {

    private static final int WINDOWS = 8;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final ChildProcess process;
    private final String apiUrl;
    private final Secret apiKey;
    private final int followers;

    FollowedCall(ChildProcess process, String apiUrl, Secret apiKey, int followers) {
        this.process = process;
        this.apiUrl = apiUrl;
        this.apiKey = apiKey;
        this.followers = followers;
    }

    /// With the calls of `load` up.
    ///
    /// @param length of all windows of a kind together
    Followed measure(LoadRun load, List<Window.Member> members, Duration length) throws IOException, InterruptedException {
        long run = newestRun();
        Duration window = length.dividedBy(WINDOWS).compareTo(Duration.ofSeconds(1)) < 0 ? length : length.dividedBy(WINDOWS);
        int windows = window.equals(length) ? 1 : WINDOWS;
        List<Followed.Seen> without = new ArrayList<>();
        List<Followed.Seen> with = new ArrayList<>();
        for (int i = 0; i < windows; i++) {
            without.add(seen(load.measure(members, window), 0, 0));
            process.ask("follow", Map.of("run", run, "count", followers), LIMIT);
            LoadRun.Measurement measured = load.measure(members, window);
            JsonNode answer = process.ask("leave", "", LIMIT);
            with.add(seen(measured, answer.path("told").asInt(), answer.path("events").asLong()));
        }
        return Followed.of(followers, without, with);
    }

    private static Followed.Seen seen(LoadRun.Measurement measured, int told, long events) {
        return new Followed.Seen(
                measured.sample().rttMs(), Objects.requireNonNull(measured.sample().processes().get("orchestrator")).cores(), told, events);
    }

    private long newestRun() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(apiUrl + "/api/v1/runs?state=running&limit=1"))
                .timeout(LIMIT)
                .header("Authorization", "Bearer " + apiKey.reveal())
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            String body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
            long run = Json.MAPPER.readTree(body).at("/items/0/id").asLong(0);
            if (run == 0) {
                throw new IOException("there is no running run to be followed");
            }
            return run;
        }
    }
}
