package io.agentstream.cli.api;

import io.agentstream.schemas.CallId;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Finds a run by what a person has of it: its number, its name (`WR-AGS-...`), our id of the call, or the provider's.
public final class RunFinder {

    private static final Pattern NAME = Pattern.compile("(?i)WR-AGS-([0-9]{8})");
    private static final long NAMES = 100_000_000;

    /// Names are numbers of runs, times 61803399, modulo a hundred million; this leads back.
    private static final long BACK = 82_636_599;

    /// A run is made a moment after its call, by another clock.
    private static final long AROUND_S = 120;

    private RunFinder() {}

    /// The run as the API shows it.
    ///
    /// @throws ApiException where the organisation has no such run, too
    public static JsonNode find(ApiClient client, String reference) throws IOException, InterruptedException {
        Matcher name = NAME.matcher(reference);
        if (name.matches()) {
            return get(client, Long.toString(numberOf(Long.parseLong(name.group(1)))))
                    .filter(run -> run.path("name").asString("").equalsIgnoreCase(reference))
                    .orElseThrow(() -> none(reference));
        }
        if (reference.matches("[1-9][0-9]{0,17}")) {
            Optional<JsonNode> run = get(client, reference);
            return run.isPresent() ? run.get() : byProvider(client, reference);
        }
        Optional<CallId> callId = CallId.parse(reference);
        if (callId.isPresent()) {
            Optional<JsonNode> run = byCall(client, callId.get());
            if (run.isPresent()) {
                return run.get();
            }
        }
        return byProvider(client, reference);
    }

    /// The number of the run whose name has these digits; of an installation with more than a hundred million runs the first of several.
    static long numberOf(long digits) {
        long number = digits * BACK % NAMES;
        return number == 0 ? NAMES : number;
    }

    private static Optional<JsonNode> get(ApiClient client, String id) throws IOException, InterruptedException {
        try {
            return Optional.of(client.get("/api/v1/runs/" + id));
        } catch (ApiException refused) {
            if (refused.status() == 404) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    private static Optional<JsonNode> byCall(ApiClient client, CallId callId) throws IOException, InterruptedException {
        Instant made = Instant.ofEpochMilli(callId.madeAtMs());
        Map<String, @Nullable Object> around = new LinkedHashMap<>();
        around.put("limit", 500);
        around.put("created_after", made.minusSeconds(AROUND_S));
        around.put("created_before", made.plusSeconds(AROUND_S));
        JsonNode[] found = new JsonNode[1];
        client.each("/api/v1/runs", around, run -> {
            if (run.path("call_id").asString("").equals(callId.toString())) {
                found[0] = run;
            }
            return found[0] == null;
        });
        return Optional.ofNullable(found[0]);
    }

    /// The newest of several.
    private static JsonNode byProvider(ApiClient client, String reference) throws IOException, InterruptedException {
        JsonNode first = client.get("/api/v1/runs" + ApiClient.query(Map.of("external_call_id", reference, "limit", 1)))
                .path("items")
                .path(0);
        if (!first.isObject()) {
            throw none(reference);
        }
        return first;
    }

    private static ApiException none(String reference) {
        return new ApiException(404, "This organisation has no run " + reference
                + ": give its number, its name (WR-AGS-...), or the call's id. ./agent-stream runs lists them.");
    }
}
