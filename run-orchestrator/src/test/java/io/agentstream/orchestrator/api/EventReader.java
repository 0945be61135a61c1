package io.agentstream.orchestrator.api;

import io.agentstream.runtime.Secret;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Somebody who follows what happens, over a real connection.
final class EventReader implements AutoCloseable {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final long DEADLINE_MS = 15_000;

    private final HttpClient client = HttpClient.newHttpClient();
    private final HttpResponse<InputStream> answer;
    private final BlockingQueue<Told> told = new LinkedBlockingQueue<>();
    private volatile String lastId;

    /// @param kind `over` where the stream is over as streams end, `broken` where it is cut off
    record Told(String id, String kind, JsonNode data) {
        String type() {
            return data.path("type").stringValue("");
        }
    }

    /// @param path with its query
    EventReader(RunningApi api, Secret key, String path, @Nullable String lastId) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(api.url(path))
                .header("Authorization", "Bearer " + key.reveal())
                .header("Accept", "text/event-stream");
        if (lastId != null) {
            request.header("Last-Event-ID", lastId);
        }
        this.lastId = lastId == null ? "" : lastId;
        answer = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        if (answer.statusCode() == 200) {
            Thread.ofVirtual().start(this::read);
        }
    }

    private void read() {
        String kind = "message";
        String data = "";
        String id = lastId;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    kind = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data = line.substring(6);
                } else if (line.isEmpty()) {
                    lastId = id;
                    if (!data.isEmpty()) {
                        told.add(new Told(lastId, kind, MAPPER.readTree(data)));
                    }
                    kind = "message";
                    data = "";
                }
            }
            told.add(new Told(lastId, "over", MAPPER.missingNode()));
        } catch (IOException broken) {
            told.add(new Told(lastId, "broken", MAPPER.missingNode()));
        }
    }

    int status() {
        return answer.statusCode();
    }

    /// The next one; fails where none comes.
    Told next() throws InterruptedException {
        Told next = told.poll(DEADLINE_MS, TimeUnit.MILLISECONDS);
        if (next == null) {
            throw new AssertionError("nothing happened");
        }
        return next;
    }

    /// What comes up to the first of a type.
    List<Told> until(String type) throws InterruptedException {
        List<Told> all = new ArrayList<>();
        do {
            all.add(next());
        } while (!all.getLast().type().equals(type) && all.getLast().kind().equals("message"));
        return all;
    }

    /// What has come by now.
    List<Told> soFar() {
        List<Told> all = new ArrayList<>();
        told.drainTo(all);
        return all;
    }

    /// Waits until the stream has begun.
    EventReader begun() throws InterruptedException {
        long deadlineNs = System.nanoTime() + DEADLINE_MS * 1_000_000;
        while (lastId.isEmpty() && System.nanoTime() < deadlineNs) {
            Thread.onSpinWait();
        }
        return this;
    }

    String lastId() {
        return lastId;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
