package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// Kafka is set up anew below a database that stays: with offsets from zero, and fewer partitions than before. What was written on the old one
/// comes again, as from a copy.
@Timeout(420)
@OwnSystem
@Drill
final class FewerPartitionsTest {

    private static final String GROUP = "run-orchestrator";
    private static final List<Topic<?>> COPIED = List.of(Topics.CALL_KEYS, Topics.CALL_LIFECYCLE, Topics.CONVERSATION_EVENTS);

    /// Enough that not all of them are on the one partition that is left.
    private static final int OPEN = 7;

    private static final BigDecimal GRANTED = new BigDecimal("50.00");
    private static final long LONG_MS = 90_000;

    /// Facts of lost runs are final after a minute.
    private static final long FACTS_MS = 150_000;

    private Infrastructure infrastructure;

    @BeforeEach
    void start() throws Exception {
        infrastructure = Infrastructure.start();
    }

    @AfterEach
    void stop() throws Exception {
        infrastructure.close();
    }

    @Test
    void whatIsOverStaysAsItIsAndWhatWasOpenEndsWhereverItWas() throws Exception {
        // given calls that are over, and open ones whose gateway dies when there is no orchestrator, of an owner who pays
        List<Attempt> open = new ArrayList<>();
        String agent;
        List<JsonNode> over;
        List<List<JsonNode>> events = new ArrayList<>();
        Instant killed;
        try (LocalSystem system = infrastructure.startSystem(); ServiceProcess gateway = gateway()) {
            Api api = new Api(system.demo());
            agent = api.newAgent("{\"engine\":\"echo\"}");
            new Operator(system.demo()).limits("{\"max_concurrent_calls\":" + OPEN + "}");
            new Operator(system.demo()).grant(api.send("GET", "/api/v1/users/me", "").path("id").asLong(), GRANTED.toPlainString());
            for (int n = 0; n < 3; n++) {
                try (EchoCall good = EchoCall.begin(system, agent)) {
                    good.awaitHeard(25);
                    good.hangUp();
                }
            }
            over = api.awaitNoOpenRun(agent);
            for (JsonNode run : over) {
                events.add(api.events(run));
            }
            List<RawWebSocket> sockets = new ArrayList<>();
            try (Afterwards _ = () -> {
                for (RawWebSocket socket : sockets) {
                    socket.close();
                }
            }) {
                for (int n = 0; n < OPEN; n++) {
                    Attempt attempt = new Attempt(system, agent);
                    attempt.gateway = "ws://127.0.0.1:" + gateway.port();
                    open.add(attempt);
                    sockets.add(attempt.open());
                    api.awaitRun(agent, attempt.callId, "running");
                }
                system.close();
                gateway.kill();
                killed = Instant.now();
            }
        }
        Map<Topic<?>, List<ConsumerRecord<byte[], byte[]>>> copies = new LinkedHashMap<>();
        for (Topic<?> topic : COPIED) {
            copies.put(topic, TopicReader.read(infrastructure.servers(), topic));
        }

        // when
        infrastructure.setKafkaUpAnew();
        infrastructure.environment().put("AGENT_STREAM_CALL_PARTITIONS", "1");
        try (LocalSystem system = infrastructure.startSystem()) {
            write(copies);
            Groups groups = new Groups(infrastructure.servers());
            groups.awaitRead(GROUP, groups.ends(List.of(Topics.CALL_LIFECYCLE.name(), Topics.CONVERSATION_EVENTS.name())));

            // then what was over is as it was
            Api api = new Api(system.demo());
            List<JsonNode> all = api.runs(agent);
            assertEquals(over.size() + OPEN, all.size());
            assertEquals(over, all.subList(OPEN, all.size()));
            for (int n = 0; n < over.size(); n++) {
                assertEquals(events.get(n), api.events(over.get(n)));
            }

            // and what was open ends when nobody has heard of it for long enough, on partitions that are left and on others
            List<JsonNode> ended = Wait.until("nothing is open", LONG_MS, () -> {
                nobodyHasHeardOfOpenOnesForLong();
                List<JsonNode> runs = api.runs(agent);
                return runs.stream().anyMatch(run -> run.path("ended_at").isNull()) ? Optional.empty() : Optional.of(runs);
            });
            Map<String, Integer> partitions = new HashMap<>();
            copies.getOrDefault(Topics.CALL_LIFECYCLE, List.of())
                    .forEach(record -> partitions.put(new String(record.key(), StandardCharsets.UTF_8), record.partition()));
            List<JsonNode> lost = ended.subList(0, OPEN);
            assertTrue(lost.stream().anyMatch(run -> partitions.getOrDefault(run.path("call_id").asString(), 0) > 0), partitions.toString());
            for (JsonNode run : lost) {
                assertEquals("lost", run.path("end").path("by").asString(), run.toString());
                assertTrue(!Instant.parse(run.path("ended_at").asString()).isAfter(killed), run.toString());
            }
            for (Attempt attempt : open) {
                Wait.until("the provider is told", LONG_MS, () -> Wait.when(system.sandbox().hungUp(attempt.session)));
            }

            // and a new call talks, in a place that is free, and nothing is charged twice
            try (EchoCall next = EchoCall.begin(system, agent)) {
                next.awaitHeard(25);
                next.hangUp();
            }
            List<JsonNode> now = api.awaitNoOpenRun(agent);
            BigDecimal spent = now.stream().map(run -> new BigDecimal(run.path("cost").asString())).reduce(BigDecimal.ZERO, BigDecimal::add);
            assertTrue(over.stream().allMatch(run -> new BigDecimal(run.path("cost").asString()).signum() > 0), "their talk costs something: " + over);
            BigDecimal left = new BigDecimal(api.send("GET", "/api/v1/users/me", "").path("credits").asString());
            assertEquals(0, GRANTED.subtract(spent).compareTo(left), GRANTED + " - " + spent + " is not " + left);

            // and the facts are those of the new Kafka: of each run one, counted once, also where nobody can read any more that it began
            Wait.until("facts", FACTS_MS, () -> Wait.when(facts(now) == now.size() - over.size() && TopicReader.counted(infrastructure.servers()) == facts(now)));
        }
    }

    /// Runs of which facts are final.
    private long facts(List<JsonNode> runs) throws Exception {
        Map<String, RunFacts> facts = TopicReader.latest(infrastructure.servers(), Topics.RUNS);
        return runs.stream()
                .filter(run -> facts.containsKey(run.path("call_id").asString()))
                .filter(run -> isTold(facts.get(run.path("call_id").asString()), run))
                .count();
    }

    private static boolean isTold(RunFacts facts, JsonNode run) {
        Duration apart = facts.startedAt() == null
                ? Duration.ofDays(1)
                : Duration.between(facts.startedAt(), Instant.parse(run.path("started_at").asString())).abs();
        return Boolean.TRUE.equals(facts.isFinal()) && apart.compareTo(Duration.ofMillis(2)) <= 0;
    }

    private void write(Map<Topic<?>, List<ConsumerRecord<byte[], byte[]>>> copies) {
        try (Producer<byte[], byte[]> producer =
                new KafkaClients(infrastructure.servers(), Map.of(), Duration.ZERO).events("test", Duration.ofSeconds(10))) {
            copies.forEach((topic, records) -> records.forEach(record ->
                    producer.send(new ProducerRecord<>(topic.name(), record.key(), record.value()))));
            producer.flush();
        }
    }

    private void nobodyHasHeardOfOpenOnesForLong() throws Exception {
        try (Connection database = DriverManager.getConnection(
                        infrastructure.environment().get("AGENT_STREAM_DATABASE_URL"),
                        infrastructure.environment().get("AGENT_STREAM_DATABASE_USER"),
                        infrastructure.environment().get("AGENT_STREAM_DATABASE_PASSWORD"));
                Statement statement = database.createStatement()) {
            statement.executeUpdate("update runs set last_seen_at = now() - interval '5 minutes' where state = 'running'");
        }
    }

    private ServiceProcess gateway() throws Exception {
        return ServiceProcess.start(ServiceProcess.Kind.GATEWAY, Beside.of(infrastructure.environment()));
    }
}
