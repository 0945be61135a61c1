package io.agentstream.dev.bench.system;

import io.agentstream.dev.bench.process.Part;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;

/// People who follow one call over HTTP, from its beginning and then live. Asked to `follow` and to `leave`.
public final class FollowersPart implements Part {

    private static final long PATIENCE_NS = 20_000_000_000L;
    private static final long LOOK_MS = 20;

    private final String apiUrl;
    private final String apiKey;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    /// Those who were told something.
    private final AtomicInteger told = new AtomicInteger();
    private final AtomicLong events = new AtomicLong();
    private final List<Thread> followers = new ArrayList<>();

    /// @param settings `api_url` and `api_key`
    public FollowersPart(JsonNode settings) {
        this.apiUrl = settings.path("api_url").asString();
        this.apiKey = settings.path("api_key").asString();
    }

    @Override
    public Object opened() {
        return Map.of();
    }

    /// `follow` takes `run` and `count`, and waits until all of them were told something: what is asked is what following costs, and not
    /// that so many come at once. `leave` answers how many of them were `told` anything, and how many `events`.
    @Override
    public Object answer(String question, JsonNode argument) throws InterruptedException {
        return switch (question) {
            case "follow" -> {
                String url = apiUrl + "/api/v1/runs/" + argument.path("run").asLong() + "/timeline";
                told.set(0);
                events.set(0);
                for (int i = 0; i < argument.path("count").asInt(); i++) {
                    followers.add(Thread.ofVirtual().start(() -> follow(url)));
                }
                for (long deadlineNs = System.nanoTime() + PATIENCE_NS;
                        told.get() < followers.size() && System.nanoTime() < deadlineNs;) {
                    Thread.sleep(LOOK_MS);
                }
                yield Map.of();
            }
            case "leave" -> {
                leave();
                yield Map.of("told", told.get(), "events", events.get());
            }
            default -> throw Part.unknown(question);
        };
    }

    private void follow(String url) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer " + apiKey)
                .header("Accept", "text/event-stream")
                .build();
        try {
            HttpResponse<InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            while (answer.statusCode() == 429 || answer.statusCode() == 503) { // not so many at once: until the window is over
                answer.body().close();
                Thread.sleep(answer.headers().firstValueAsLong("Retry-After").orElse(1) * 1_000);
                answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            }
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("a follower is answered " + answer.statusCode());
            }
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
                long own = 0;
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("data:")) {
                        events.incrementAndGet();
                        told.addAndGet(own++ == 0 ? 1 : 0);
                    }
                }
            }
        } catch (IOException over) {
            // the call's end, or theirs
        } catch (InterruptedException left) {
            Thread.currentThread().interrupt();
        }
    }

    private void leave() throws InterruptedException {
        followers.forEach(Thread::interrupt);
        for (Thread each : followers) {
            each.join();
        }
        followers.clear();
    }

    @Override
    public void close() throws Exception {
        leave();
        client.shutdownNow();
    }
}
