package io.agentstream.cli.api;

import io.agentstream.schemas.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// A run's timeline as it goes on: server-sent events, until the run is over. A connection that breaks is made again, [#MAX_BREAKS] times
/// in a row, and goes on behind the last event. One thread.
public final class TimelineStream {

    private static final int MAX_BREAKS = 10;
    private static final long PAUSE_MS = 1_000;

    private final ApiClient client;
    private final String path;
    private String lastId = "";
    private int breaks;

    /// @param path with its query
    public TimelineStream(ApiClient client, String path) {
        this.client = client;
        this.path = path;
    }

    /// Gives each entry to `taker`.
    ///
    /// @return what the stream ended with: an object with the `summary`
    public JsonNode follow(Consumer<JsonNode> taker) throws IOException, InterruptedException {
        while (true) {
            Optional<JsonNode> end = connection(taker);
            if (end.isPresent() && end.get().has("summary")) {
                return end.get();
            }
            if (++breaks > MAX_BREAKS) {
                throw new ApiException(0, "The timeline breaks off again and again. Is the API being restarted?");
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        }
    }

    /// Nothing where it broke off.
    private Optional<JsonNode> connection(Consumer<JsonNode> taker) throws IOException, InterruptedException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept", "text/event-stream");
        if (!lastId.isEmpty()) {
            headers.put("Last-Event-ID", lastId);
        }
        try (InputStream body = client.open(path, headers);
                BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            return events(lines, taker);
        } catch (ApiException refused) {
            if (lastId.isEmpty() || !refused.isPassing()) {
                throw refused;
            }
            return Optional.empty();
        } catch (IOException broken) {
            return Optional.empty();
        }
    }

    private Optional<JsonNode> events(BufferedReader lines, Consumer<JsonNode> taker) throws IOException {
        String kind = "";
        String data = "";
        String id = lastId;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("event: ")) {
                kind = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data = line.substring(6);
            } else if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.isEmpty()) {
                if (kind.equals("end")) {
                    return Optional.of(read(data));
                }
                if (!data.isEmpty()) {
                    taker.accept(read(data));
                    lastId = id;
                    breaks = 0;
                }
                kind = "";
                data = "";
            }
        }
        return Optional.empty();
    }

    private static JsonNode read(String data) throws IOException {
        try {
            return Json.MAPPER.readTree(data);
        } catch (JacksonException broken) {
            throw new IOException("what the stream brings is no JSON", broken);
        }
    }
}
