package io.agentstream.dev.e2e;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.runtime.outbound.AwkwardReceiver;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.Topics;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What is said of runs beside the API: on `runs.v1`, in the ledger, and in the messages `run.ended`. One thread.
final class RunRecords {

    private final LocalSystem system;
    private final AwkwardReceiver receiver;
    private final Map<Api, Long> followed = new LinkedHashMap<>();

    /// @param receiver of the messages
    RunRecords(LocalSystem system, AwkwardReceiver receiver) {
        this.system = system;
        this.receiver = receiver;
    }

    /// From now on it is heard what is said of the runs of that organisation.
    void follow(Api api) throws Exception {
        JsonNode hook = api.send("POST", "/api/v1/webhooks", "{\"url\":\"" + receiver.url() + "\",\"events\":[\"run.ended\"]}");
        followed.put(api, hook.path("id").asLong());
    }

    void unfollow() throws Exception {
        for (Map.Entry<Api, Long> each : followed.entrySet()) {
            each.getKey().send("DELETE", "/api/v1/webhooks/" + each.getValue(), "");
        }
    }

    /// All that is said by now.
    Seen see() throws Exception {
        Map<String, List<RunFacts>> told = new HashMap<>();
        for (var record : TopicReader.read(system.demo().kafkaBootstrapServers(), Topics.RUNS)) {
            if (record.value() != null && Topics.RUNS.codec().decode(record.value()) instanceof Decoded.Value<RunFacts>(RunFacts facts)) {
                told.computeIfAbsent(facts.callId().toString(), _ -> new ArrayList<>()).add(facts);
            }
        }
        Map<Long, BigDecimal> charged = new HashMap<>();
        for (Api api : followed.keySet()) {
            for (JsonNode entry : ledger(api)) {
                if (entry.path("run_id").isNumber()) {
                    charged.merge(entry.path("run_id").asLong(), new BigDecimal(entry.path("amount").asString()).negate(), BigDecimal::add);
                }
            }
        }
        Map<Long, Map<String, JsonNode>> messages = new HashMap<>();
        for (AwkwardReceiver.Got got : receiver.got) {
            JsonNode run = Json.MAPPER.readTree(got.body()).at("/data/run");
            messages.computeIfAbsent(run.path("id").asLong(), _ -> new HashMap<>())
                    .put(Objects.requireNonNull(got.headers().get("webhook-id")), run);
        }
        return new Seen(told, charged, messages);
    }

    private static List<JsonNode> ledger(Api api) throws Exception {
        List<JsonNode> all = new ArrayList<>();
        Optional<String> next = Optional.of("/api/v1/ledger?limit=500");
        while (next.isPresent()) {
            JsonNode page = api.send("GET", next.get(), "");
            page.path("items").forEach(all::add);
            JsonNode cursor = page.path("next_cursor");
            next = cursor.isString() ? Optional.of("/api/v1/ledger?limit=500&cursor=" + cursor.asString()) : Optional.empty();
        }
        return all;
    }

    /// @param told by call, in the order in which it was told
    /// @param charged by run, what its entries in the ledger come to
    /// @param messages by run, of each message what it says of the run
    record Seen(Map<String, List<RunFacts>> told, Map<Long, BigDecimal> charged, Map<Long, Map<String, JsonNode>> messages) {

        /// What they say otherwise than the API does of a run.
        ///
        /// @param said of it on `run.events.v1`, in order
        List<String> otherwise(JsonNode run, List<String> said) {
            List<String> otherwise = new ArrayList<>();
            List<RunFacts> facts = told.getOrDefault(run.path("call_id").asString(""), List.of());
            same(otherwise, "runs.v1 went through", states(said), facts.stream().map(RunFacts::state).distinct().toList());
            if (!facts.isEmpty()) {
                same(otherwise, "runs.v1", ending(run), ending(facts.getLast(), run));
            }
            same(otherwise, "ledger", money(run.path("cost")), charged.getOrDefault(run.path("id").asLong(), BigDecimal.ZERO).stripTrailingZeros());
            List<JsonNode> ended = List.copyOf(messages.getOrDefault(run.path("id").asLong(), Map.of()).values());
            same(otherwise, "run.ended", List.of(ending(run)), ended.stream().map(Seen::ending).toList());
            return otherwise;
        }

        private static void same(List<String> otherwise, String where, Object expected, Object found) {
            if (!expected.equals(found)) {
                otherwise.add(where + ": " + found + " in place of " + expected);
            }
        }

        private static List<String> states(List<String> said) {
            return said.stream()
                    .map(event -> event.equals("Created") ? "initialized" : event.toLowerCase(Locale.ROOT))
                    .filter(List.of("initialized", "running", "completed", "failed")::contains)
                    .toList();
        }

        private static List<@Nullable Object> ending(JsonNode run) {
            return row(
                    run.path("state").asString(""), text(run.path("end").path("by")), text(run.path("failure").path("code")),
                    text(run.path("disconnected_by")), text(run.path("outcome")), time(text(run.path("started_at"))),
                    time(text(run.path("ended_at"))), money(run.path("cost")));
        }

        private static List<@Nullable Object> ending(RunFacts facts, JsonNode run) {
            return row(
                    facts.state(), lower(facts.end()),
                    facts.failure() == null ? null : facts.failure().runFailure().orElse(lower(facts.failure())),
                    lower(facts.disconnectedBy()), facts.outcome(), near(facts.startedAt(), run.path("started_at")), near(facts.endedAt(), run.path("ended_at")),
                    facts.cost() == null ? BigDecimal.ZERO : new BigDecimal(facts.cost()).stripTrailingZeros());
        }

        private static List<@Nullable Object> row(@Nullable Object... fields) {
            List<@Nullable Object> row = new ArrayList<>();
            for (Object field : fields) {
                row.add(field);
            }
            return row;
        }

        private static BigDecimal money(JsonNode cost) {
            return cost.isString() ? new BigDecimal(cost.asString()).stripTrailingZeros() : BigDecimal.ZERO;
        }

        private static @Nullable String text(JsonNode node) {
            return node.isString() ? node.asString() : null;
        }

        private static @Nullable Instant time(@Nullable String text) {
            return text == null ? null : millis(Instant.parse(text));
        }

        private static @Nullable Instant millis(@Nullable Instant time) {
            return time == null ? null : time.truncatedTo(ChronoUnit.MILLIS);
        }

        /// The other one where they are the same but for a millisecond: PostgreSQL rounds what a record cuts off.
        private static @Nullable Instant near(@Nullable Instant time, JsonNode other) {
            Instant others = time(text(other));
            boolean isSame = time != null && others != null && Duration.between(time, others).abs().toMillis() <= 1;
            return isSame ? others : millis(time);
        }

        private static @Nullable String lower(@Nullable Enum<?> constant) {
            return constant == null ? null : constant.name().toLowerCase(Locale.ROOT);
        }
    }
}
