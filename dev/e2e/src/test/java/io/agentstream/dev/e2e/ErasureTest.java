package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.Action;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.Cue;
import io.agentstream.dev.simulator.caller.Step;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CarrierFacts;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// What is left of a caller who asked to be forgotten, for somebody who holds all of the installation: its topics from their
/// beginning, its database, and the key that calls' keys are wrapped by.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class ErasureTest {

    private LocalSystem system;
    private Api api;

    @BeforeEach
    void open(LocalSystem shared) {
        system = shared;
        api = new Api(system.demo());
    }

    @Test
    void nothingOfACallerIsReadableAnywhereOnceTheErasureIsDone() throws Exception {
        // given a call that talked
        String number = "+1555" + ThreadLocalRandom.current().nextInt(1_000_000, 9_999_999);
        CallPlan plan = CallPlan.to(
                        URI.create(system.demo().streamUrl() + "&from=%2B" + number.substring(1)), system.demo().domain())
                .withSteps(List.of(
                        new Step(new Cue.AgentSpeaks(800), new Action.Press('7')),
                        new Step(new Cue.Then(3_000), new Action.Press('3'))))
                .withMaxMs(40_000);
        CallOutcome outcome = Telephone.place(plan);
        assertEquals(1000, outcome.closeCode(), outcome.toString());
        JsonNode run = api.awaitRunOf(system.demo().agentUuid(), plan.session(), "completed");
        assertEquals(number, run.path("initial_context").path("caller_number").asString());
        CallId call = CallId.parse(run.path("call_id").asString()).orElseThrow();
        assertTrue(words(run).stream().anyMatch(text -> text.startsWith("You pressed 7")), "the agent's words are not in the API");

        RunFacts before = Wait.until("its facts", () -> Optional
                .ofNullable(TopicReader.latest(system.demo().kafkaBootstrapServers(), Topics.RUNS).get(call.toString()))
                .filter(told -> told.carrier() != null));
        assertEquals(
                CarrierFacts.of(null, plan.session(), null, null).sessionSha256(), Objects.requireNonNull(before.carrier()).sessionSha256());

        // when it is to be forgotten
        JsonNode ordered = api.send("POST", "/api/v1/erasures", "{\"caller_number\":\"" + number + "\"}");
        JsonNode done = Wait.until("the erasure is done", () -> {
            JsonNode now = api.send("GET", "/api/v1/erasures/" + ordered.path("id").asLong(), "");
            return now.path("state").asString().equals("done") ? Optional.of(now) : Optional.empty();
        });

        // then
        assertEquals(1, done.path("destroyed").path("runs").asInt(), done.toString());
        assertEquals(1, done.path("destroyed").path("keys").asInt(), done.toString());
        assertTrue(done.path("destroyed").path("events").asInt() > 0, done.toString());
        assertTrue(words(run).isEmpty());
        assertFalse(database().contains(number.substring(1)), "the number is in the database");
        int sealed = 0;
        for (Topic<?> topic : Topics.ALL) {
            for (ConsumerRecord<byte[], byte[]> each : TopicReader.read(system.demo().kafkaBootstrapServers(), topic)) {
                if (each.value() == null) {
                    continue;
                }
                String text = new String(each.value(), StandardCharsets.ISO_8859_1);
                assertFalse(text.contains(number.substring(1)), "the number is on " + topic.name());
                if (each.key() != null && CallId.fromKey(each.key()).filter(call::equals).isPresent()) {
                    assertFalse(text.contains("You pressed 7"), "words are on " + topic.name());
                    assertFalse(topic.equals(Topics.CALL_KEYS), "the call's keys are still on their topic");
                    sealed += isClearSound(topic, each.value()) ? 1_000_000 : 1;
                }
            }
        }
        assertTrue(sealed > 100 && sealed < 1_000_000, "records of the call, a million for each that can be heard: " + sealed);

        // and its facts say so, and by which names its provider knows it no longer
        RunFacts facts = Wait.until("its facts say so", () -> Optional
                .ofNullable(TopicReader.latest(system.demo().kafkaBootstrapServers(), Topics.RUNS).get(call.toString()))
                .filter(told -> told.erasedAt() != null));
        assertEquals(new CarrierFacts(system.demo().domain(), null, null, null), facts.carrier());
        assertTrue(facts.talk() != null && facts.cost() != null, "what the bill needs is there: " + facts);
    }

    private static boolean isClearSound(Topic<?> topic, byte[] value) {
        return topic.codec().decode(value) instanceof Decoded.Value<?>(var what)
                && (what instanceof MediaFrame.Audio || what instanceof MediaFrame.Digit || what instanceof SocketCommand.Play);
    }

    private List<String> words(JsonNode run) throws Exception {
        return api.events(run).stream()
                .map(event -> event.path("payload").path("text").asString(event.path("text").asString("")))
                .filter(text -> !text.isEmpty())
                .toList();
    }

    /// All rows of all tables, as text.
    private String database() throws Exception {
        StringBuilder all = new StringBuilder();
        try (Connection connection = DriverManager.getConnection(
                        system.demo().jdbcUrl(), system.demo().databaseUser(), system.demo().databasePassword());
                Statement statement = connection.createStatement()) {
            List<String> tables = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery("select tablename from pg_tables where schemaname = 'public'")) {
                while (rows.next()) {
                    tables.add(rows.getString(1));
                }
            }
            for (String table : tables) {
                try (ResultSet rows = statement.executeQuery("select t::text from " + table + " t")) {
                    while (rows.next()) {
                        all.append(rows.getString(1)).append('\n');
                    }
                }
            }
        }
        return all.toString();
    }
}
