package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.cli.audit.Audit;
import io.agentstream.cli.audit.Disagreement;
import io.agentstream.cli.audit.Kind;
import io.agentstream.cli.audit.Window;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.Usage;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// The audit on a stretch of real calls, which is clean, and on the same with everything planted that it looks for.
@Timeout(300)
@OwnSystem
@Order(Turn.FIRST)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class AuditTest {

    private static final long STANDS_NS = Duration.ofSeconds(3).toNanos();

    private static final int CALLS = 20;

    /// Some third of the calls, with what is planted in them.
    private static final int ROOM_FOR_SOME = 24;

    private static Infrastructure infrastructure;
    private static Map<String, RunFacts> facts;
    private static String servers;

    @BeforeAll
    static void talk() throws Exception {
        infrastructure = Infrastructure.start();
        servers = infrastructure.environment().getOrDefault("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", "");
        try (LocalSystem system = infrastructure.startSystem()) {
            new Operator(system.demo()).limits("{\"max_concurrent_calls\":100}"); // while all is cold, calls take longer than they should
            Ran called = Ran.of(
                    Map.of(), "call", "--data", infrastructure.systemDirectory().toString(), "--agent", system.demo().echoAgentUuid(),
                    "--seconds", "3", "--count", Integer.toString(CALLS), "--rate", "2");
            assertTrue(called.out().contains(CALLS + " closed with 1000"), called.out() + called.err()); // however late the echo was
            Attempt refused = new Attempt(system, system.demo().agentUuid());
            refused.domain = "elsewhere.example.com";
            refused.accountSid = refused.domain;
            refused.place();
            Attempt nobodys = new Attempt(system, "00000000-0000-4000-8000-000000000000");
            nobodys.place();
            Ran demo = Ran.of(Map.of(), "call", "--data", infrastructure.systemDirectory().toString(), "--dtmf", "3");
            assertTrue(demo.out().contains("completed"), demo.out() + demo.err());
            Api api = new Api(system.demo());
            long owner = api.send("GET", "/api/v1/users/me", "").path("id").longValue();
            api.sendAs(system.demo().operatorKey(), "PATCH", "/api/v1/operator/users/" + owner, "{\"billing\":\"prepaid\"}");
            facts = Wait.until("facts of all runs", 60_000, () -> {
                Map<String, RunFacts> latest = TopicReader.latest(servers, Topics.RUNS);
                boolean told = latest.size() == CALLS + 2
                        && latest.values().stream().allMatch(run -> Boolean.TRUE.equals(run.isFinal()));
                return told ? Optional.of(latest) : Optional.empty();
            });
            Instant minute = newestEnd().truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
            Wait.until("the minute is over", 70_000, () -> Wait.when(Instant.now().isAfter(minute)));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        infrastructure.close();
    }

    private static Instant newestEnd() {
        return facts.values().stream().map(RunFacts::endedAt).max(Comparator.naturalOrder()).orElseThrow();
    }

    private static Ran audit(String... more) {
        List<String> words = new ArrayList<>(List.of("audit", "--since", "10m", "--settled", "0s"));
        words.addAll(List.of(more));
        return Ran.of(infrastructure.environment(), words.toArray(String[]::new));
    }

    @Test
    @Order(1)
    void findsNothingInAStretchOfCalls() {
        Ran ran = audit();

        assertEquals(0, ran.code(), ran.out() + ran.err());
        assertTrue(ran.lastLine().startsWith((CALLS + 3) + " calls from ") && ran.lastLine().endsWith(
                "0 of them not judged yet; disagreements: 0"), ran.out());
    }

    /// With [AsyncApiRecords], which knows the published contract only.
    @Test
    @Order(1)
    void everyRecordOfThoseCallsIsAsTheContractSays() throws Exception {
        AsyncApiRecords contract = new AsyncApiRecords();
        Set<String> wrong = new TreeSet<>();
        Set<String> silent = new TreeSet<>();
        for (Topic<?> topic : Topics.ALL) {
            List<ConsumerRecord<byte[], byte[]>> records = TopicReader.read(servers, topic);
            records.stream()
                    .filter(record -> record.value() != null)
                    .forEach(record -> wrong.addAll(contract.wrong(topic, record.key(), record.value())));
            if (records.isEmpty()) {
                silent.add(topic.name());
            }
        }

        assertEquals(Set.of(), wrong);
        silent.remove(Topics.DEAD_LETTERS.name());
        silent.remove(Topics.CALL_KEYS.name()); // keys of calls that are over are taken off
        assertEquals(Set.of(), silent);
    }

    @Test
    @Order(2)
    void saysTheSameAsLinesOfJson() {
        Ran ran = audit("--json");

        JsonNode summary = Json.MAPPER.readTree(ran.lastLine());
        assertEquals(0, ran.code(), ran.out());
        assertEquals("summary", summary.path("type").stringValue());
        assertEquals(CALLS + 3, summary.path("calls").intValue());
        assertEquals(0, summary.path("disagreements").intValue());
    }

    @Test
    @Order(3)
    void looksAtNoOtherCalls() {
        Ran ran = audit("--until", "9m");

        assertEquals(0, ran.code(), ran.out());
        assertTrue(ran.lastLine().startsWith("0 calls "), ran.out());
    }

    @Test
    @Order(4)
    void findsAndNamesWhatIsPlanted() throws Exception {
        // given
        List<AuditPlants.Planted> planted = plant();

        // when
        Ran ran = audit("--json");

        // then
        assertEquals(1, ran.code(), ran.out() + ran.err());
        List<JsonNode> lines = ran.out().lines().map(line -> Json.MAPPER.readTree(line)).toList();
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (AuditPlants.Planted each : planted) {
            kinds.add(each.kind());
            assertTrue(lines.stream().anyMatch(line -> isAbout(line, each)), each + " in " + ran.out() + ran.err());
        }
        assertTrue(kinds.size() >= 20, kinds.toString());
        assertEquals(lines.size() - 1, lines.getLast().path("disagreements").intValue(), ran.out());
        assertTrue(lines.stream().filter(line -> line.path("type").stringValue().equals("disagreement"))
                .allMatch(line -> line.has("says") && line.has("runs")), ran.out());
        for (String secret : new String[] {"+1555", infrastructure.environment().get("AGENT_STREAM_DATABASE_PASSWORD")}) {
            assertTrue(!ran.out().contains(secret), ran.out());
        }
    }

    /// The topics are read once for every few calls then, and nothing is found twice or missed.
    @Test
    @Order(5)
    void findsTheSameWithLittleMemory() throws Exception {
        Instant now = Instant.now();
        Window window = new Window(now.minus(Duration.ofMinutes(10)), now, now, Duration.ZERO, Duration.ofMinutes(2));

        Set<String> much = found(window, 40_000);
        Set<String> little = found(window, ROOM_FOR_SOME);

        assertEquals(much, little);
    }

    private static Set<String> found(Window window, int room) throws Exception {
        Set<String> found = new TreeSet<>();
        try (Database database = new Database(Database.Settings.of(
                infrastructure.environment().get("AGENT_STREAM_DATABASE_URL"),
                infrastructure.environment().get("AGENT_STREAM_DATABASE_USER"),
                new Secret(infrastructure.environment().get("AGENT_STREAM_DATABASE_PASSWORD"))))) {
            KafkaClients clients = new KafkaClients(servers, Map.of(), Duration.ZERO);
            Audit.Outcome outcome = new Audit(clients, database, room).run(window, (Disagreement wrong) -> found.add(wrong.line()));
            assertEquals(found.size(), outcome.disagreements());
        }
        return found;
    }

    private static boolean isAbout(JsonNode line, AuditPlants.Planted planted) {
        if (!planted.kind().text().equals(line.path("kind").asString(""))) {
            return false;
        }
        if (planted.about().startsWith("says ")) {
            return line.path("says").asString("").startsWith(planted.about().substring("says ".length()));
        }
        return planted.about().startsWith("call ")
                ? planted.about().equals("call " + line.path("call_id").asString(""))
                : line.path("runs").valueStream().anyMatch(run -> planted.about().equals(run.stringValue()));
    }

    private static List<AuditPlants.Planted> plant() throws Exception {
        List<RunFacts> talked = facts.values().stream()
                .filter(run -> run.state().equals("completed"))
                .sorted(Comparator.comparing(RunFacts::durationMs).reversed()) // on a busy machine some never came to talk
                .toList();
        RunFacts refused = facts.values().stream().filter(run -> run.state().equals("failed")).findFirst().orElseThrow();
        Map<String, Usage> usage = TopicReader.latest(servers, Topics.USAGE);
        RunFacts last = talked.getLast();
        Usage minute = usage.get(last.run().organizationId() + "@" + last.endedAt().truncatedTo(ChronoUnit.MINUTES));
        KafkaClients clients = new KafkaClients(servers, Map.of(), Duration.ZERO);
        try (Connection database = DriverManager.getConnection(
                        infrastructure.environment().get("AGENT_STREAM_DATABASE_URL"),
                        infrastructure.environment().get("AGENT_STREAM_DATABASE_USER"),
                        infrastructure.environment().get("AGENT_STREAM_DATABASE_PASSWORD"));
                Producer<byte[], byte[]> producer = clients.events("test", Duration.ofSeconds(10))) {
            AuditPlants plants = new AuditPlants(database, producer, talked);
            plants.inTheLedger();
            plants.inTheServices();
            plants.inTheDatabase();
            plants.onTheSocketsTopics();
            plants.onARefusedCall(refused);
            plants.inTheFacts();
            Usage wrong = plants.inTheSum(minute);
            long[] standsSinceNs = {System.nanoTime()};
            Wait.until("the wrong sum stands, whatever the facts make of what was planted before it", 30_000, () -> {
                if (!wrong.equals(TopicReader.latest(servers, Topics.USAGE).get(wrong.organizationId() + "@" + wrong.minute()))) {
                    plants.write(wrong);
                    standsSinceNs[0] = System.nanoTime();
                }
                return Wait.when(System.nanoTime() - standsSinceNs[0] > STANDS_NS);
            });
            return plants.planted();
        }
    }
}
