package io.agentstream.cli.api;

import io.agentstream.schemas.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Server-sent events of one connection, as the HTML standard reads them. The other side says at least every [#SILENCE] that it is
/// there; one that does not is taken for gone. One thread, which waits; another one reads.
public final class EventStream implements AutoCloseable {
    private static final Duration SILENCE = Duration.ofSeconds(45);
    private static final int MAX_WAITING = 1_000;

    private final InputStream body;
    private final BlockingQueue<Line> lines = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Thread reader;
    private String lastId;

    /// @param text null: there are no more
    private record Line(@Nullable String text) {}

    /// What a person is told where a stream ends because of its key.
    public static final String REVOKED = "The API key was revoked.";

    /// @param kind `message`, unless the event says otherwise
    public record Message(String kind, String data) {

        /// Its data; a missing node where that is no JSON.
        public JsonNode json() {
            try {
                return Json.MAPPER.readTree(data);
            } catch (JacksonException foreign) {
                return Json.MAPPER.missingNode();
            }
        }
    }

    /// Connects.
    ///
    /// @param lastId of the event behind which it goes on; empty: with what happens from now on
    public static EventStream open(ApiClient client, String path, String lastId) throws IOException, InterruptedException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept", "text/event-stream");
        if (!lastId.isEmpty()) {
            headers.put("Last-Event-ID", lastId);
        }
        return new EventStream(client.open(path, headers), lastId);
    }

    EventStream(InputStream body, String lastId) {
        this.body = body;
        this.lastId = lastId;
        this.reader = Thread.ofVirtual().name("event-stream").start(this::read);
    }

    private void read() {
        try (BufferedReader text = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            for (String line = text.readLine(); line != null; line = text.readLine()) {
                lines.put(new Line(line));
            }
            lines.put(new Line(null));
        } catch (IOException broken) {
            while (!Thread.currentThread().isInterrupted() && !offerEnd()) {
                // whoever takes them makes room
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean offerEnd() {
        try {
            return lines.offer(new Line(null), 1, TimeUnit.SECONDS);
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// The next event; nothing where the connection is over.
    public Optional<Message> next() throws InterruptedException {
        String kind = "message";
        String id = lastId;
        StringBuilder data = new StringBuilder();
        boolean hasData = false;
        while (true) {
            Line line = lines.poll(SILENCE.toSeconds(), TimeUnit.SECONDS);
            String text = line == null ? null : line.text();
            if (text == null) {
                return Optional.empty();
            }
            if (text.isEmpty()) {
                lastId = id; // not before: what is cut off will come again
                if (hasData) {
                    return Optional.of(new Message(kind, data.toString()));
                }
                kind = "message";
                continue;
            }
            int colon = text.indexOf(':');
            String field = colon < 0 ? text : text.substring(0, colon);
            String value = colon < 0 ? "" : text.substring(text.startsWith(" ", colon + 1) ? colon + 2 : colon + 1);
            switch (field) {
                case "data" -> {
                    data.append(hasData ? "\n" : "").append(value);
                    hasData = true;
                }
                case "event" -> kind = value;
                case "id" -> id = value;
                default -> {
                    // a comment, or of a newer server
                }
            }
        }
    }

    /// From where another connection goes on.
    public String lastId() {
        return lastId;
    }

    @Override
    public void close() {
        reader.interrupt();
        try {
            body.close();
        } catch (IOException gone) {
            // it is closed
        }
    }
}
