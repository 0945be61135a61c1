package io.agentstream.cli.api;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
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
    private boolean hasEnough;

    /// @param path with its query
    public TimelineStream(ApiClient client, String path) {
        this.client = client;
        this.path = path;
    }

    /// Gives each entry to `taker`, for as long as it says that it wants more.
    ///
    /// @return what the stream ended with: an object with the `summary`; nothing where the taker had enough
    /// @throws ApiException where it is over without one
    public Optional<JsonNode> follow(Predicate<JsonNode> taker) throws IOException, InterruptedException {
        while (true) {
            Optional<JsonNode> end = connection(taker);
            if (hasEnough || (end.isPresent() && end.get().has("summary"))) {
                return end;
            }
            String reason = end.map(each -> each.path("reason").asString("")).orElse("");
            if (reason.equals("key")) {
                throw new ApiException(401, EventStream.REVOKED);
            }
            if (reason.equals("long")) {
                throw new ApiException(200, "The call has told more than can be followed; without --follow all of it can be seen.");
            }
            if (++breaks > MAX_BREAKS) {
                throw new ApiException(0, "The timeline breaks off again and again. Is the API being restarted?");
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        }
    }

    /// What it said at its end; nothing where it broke off.
    private Optional<JsonNode> connection(Predicate<JsonNode> taker) throws IOException, InterruptedException {
        try (EventStream stream = EventStream.open(client, path, lastId)) {
            for (Optional<EventStream.Message> next = stream.next(); next.isPresent(); next = stream.next()) {
                EventStream.Message message = next.get();
                switch (message.kind()) {
                    case "message" -> {
                        hasEnough = !taker.test(message.json());
                        if (hasEnough) {
                            return Optional.empty();
                        }
                        lastId = stream.lastId();
                        breaks = 0;
                    }
                    case "end" -> {
                        return Optional.of(message.json());
                    }
                    default -> {
                        // of a newer server
                    }
                }
            }
            return Optional.empty();
        } catch (ApiException refused) {
            if (lastId.isEmpty() || !refused.isPassing()) {
                throw refused;
            }
            return Optional.empty();
        }
    }
}
