package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.cli.audit.Audit;
import io.agentstream.cli.audit.Window;
import io.agentstream.dev.local.DemoFile;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.Usage;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Orchestrators are killed at random, and with them the projections that they run, while they decide about calls and charge them; then
/// all that the projections kept is deleted. The sum has to be that of the ledger and of the runs, whose talk has to be charged, and the audit has
/// to find nothing.
/// The seed is printed; `-Dfacts.seed` gives one.
@Timeout(value = 15, unit = TimeUnit.MINUTES)
@KillsProcesses
final class LedgerChaosTest {

    /// Time for one kill at least.
    private static final int SHORT_SECONDS = 7;

    private static final int LONG_SECONDS = Integer.getInteger("facts.chaos.seconds", 60);
    private static final long CALLS_IN_SECOND = 8;
    private static final long CATCH_UP_MS = 180_000;

    private static final String SUMS = """
            select organization_id, date_trunc('minute', ended_at) as minute, count(*) filter (where state = 'completed') as completed,
                   count(*) filter (where state = 'failed') as failed, coalesce(sum(l.amount), 0) as cost,
                   coalesce(sum(ceil(greatest(0, floor(extract(epoch from ended_at) * 1000)
                                                - floor(extract(epoch from started_at) * 1000)) / 1000)), 0)::bigint as seconds
              from runs r, lateral (select -sum(amount) as amount from ledger where run_id = r.id) l
             group by 1, 2
            """;

    /// Of runs that talked and ended as their gateway says: whether the caller heard the agent, what was charged, and what their talk comes to.
    private static final String CHARGES = """
            select r.call_id = any(?) as heard, coalesce(l.amount, 0) as charged,
                   round(r.price_per_minute * ceil(greatest(0, floor(extract(epoch from ended_at) * 1000)
                                                              - floor(extract(epoch from started_at) * 1000)) / 1000) / 60, 4) as talk
              from runs r, lateral (select -sum(amount) as amount from ledger where run_id = r.id) l
             where started_at is not null and (end_by = 'caller_hangup' or failure_code = 'peer_stalled')
            """;

    /// Of all calls, at least: those that nobody served cost nothing, nor do those that no orchestrator lived to admit in time.
    private static final int PAID_PERCENT = 25;

    private final List<UUID> heard = new ArrayList<>();
    private final long seed = Long.getLong("facts.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);

    @Test
    void usageEqualsTheLedgerAndTheAuditFindsNothingThoughAnOrchestratorIsKilled() throws Exception {
        play(SHORT_SECONDS);
    }

    @Test
    @Tag("long")
    void usageEqualsTheLedgerAndTheAuditFindsNothingWhateverIsKilled() throws Exception {
        play(LONG_SECONDS);
    }

    private void play(int seconds) throws Exception {
        System.out.println("seed " + seed + " (-Dfacts.seed)");
        Instant since = Instant.now().minusSeconds(1);
        try (Infrastructure infrastructure = Infrastructure.start()) {
            Map<String, String> theirs = Map.copyOf(infrastructure.environment());
            infrastructure.environment().put("AGENT_STREAM_PROJECTIONS", "false"); // those are in the processes that are killed
            try (LocalSystem system = infrastructure.startSystem();
                    Producer<byte[], byte[]> producer = clients(theirs).events("test", Duration.ofSeconds(10));
                    Admin admin = clients(theirs).admin("test")) {
                Map<String, String> mine = Beside.of(system, theirs);
                new Operator(system.demo()).limits("{\"max_concurrent_calls\":100000}");

                // given
                int[] killed = {0};
                int calls = load(seconds, system.demo(), producer, mine, killed);

                // then
                try (ServiceProcess last = ServiceProcess.start(ServiceProcess.Kind.ORCHESTRATOR, mine)) {
                    awaitEqual("after the kills", mine, calls);
                    last.leave(); // nobody waits for it then
                }

                // when
                Forgetting.everything(admin);

                // then
                try (ServiceProcess last = ServiceProcess.start(ServiceProcess.Kind.ORCHESTRATOR, mine)) {
                    awaitEqual("without what they kept", mine, calls);
                    awaitFinal(mine, calls);
                    assertEquals(new TreeSet<>(), audit(mine, since));
                    last.kill();
                }
                int paid = assertTalkIsCharged(mine);
                System.out.println(calls + " calls, " + paid + " of which cost something, " + killed[0]
                        + " orchestrators killed; usage equals the ledger in " + stored(mine).size() + " minutes, and the audit finds nothing");
                assertTrue(paid * 100 >= calls * PAID_PERCENT, paid + " of " + calls + " calls cost something");
            }
        }
    }

    /// Says of calls what gateways say, and kills one of two orchestrators every few seconds.
    private int load(
            int seconds, DemoFile demo, Producer<byte[], byte[]> producer, Map<String, String> environment, int[] killed)
            throws Exception {
        ServiceProcess[] processes = {
            ServiceProcess.start(ServiceProcess.Kind.ORCHESTRATOR, environment), ServiceProcess.start(ServiceProcess.Kind.ORCHESTRATOR, environment)
        };
        int calls = 0;
        try {
            long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            long killNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
            while (System.nanoTime() < untilNs) {
                call(demo, producer);
                calls++;
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1) / CALLS_IN_SECOND); // the rate of the load
                if (System.nanoTime() >= killNs) {
                    int victim = random.nextInt(2);
                    processes[victim].kill();
                    killed[0]++;
                    processes[victim] = ServiceProcess.start(ServiceProcess.Kind.ORCHESTRATOR, environment);
                    killNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(1_000, 8_000));
                }
            }
        } finally {
            producer.flush();
            processes[0].kill();
            processes[1].kill();
        }
        return calls;
    }

    private void call(DemoFile demo, Producer<byte[], byte[]> producer) throws Exception {
        Instant at = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        CallId call = CallId.of(at.toEpochMilli(), random.nextInt(1 << 12), random.nextLong());
        String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
                .digest(demo.echoAgentUuid().getBytes(StandardCharsets.US_ASCII)));
        send(producer, new CallEvent.Offered(
                call, 1, at, null, "cloudonix", digest, 0, "192.0.2.7", demo.domain(), null, "+15550100", "+15550199"));
        send(producer, new CallEvent.Started(
                call, 2, at, "MZ-1", "CA-1", Wait.unique("session"), demo.domain(), "+15550100", "+15550199", "inbound", List.of("inbound"),
                MediaFormat.MULAW_8K, Map.of()));
        boolean broke = random.nextInt(6) == 0;
        long lastsMs = random.nextInt(100, 90_000);
        Instant servedAt = at.plusMillis(random.nextLong(lastsMs));
        int served = random.nextInt(8); // 0: by nobody
        if (served == 1) { // a worker has said so, and its caller has heard nothing
            ConversationEvent began = new ConversationEvent.Began(call, 1, 2, servedAt, 1);
            producer.send(new ProducerRecord<>(
                    Topics.CONVERSATION_EVENTS.name(), call.toKey(), Topics.CONVERSATION_EVENTS.codec().encode(began)));
        } else if (served > 1) {
            heard.add(call.value());
        }
        send(producer, new CallEvent.Ended(
                call, 3, at.plusMillis(lastsMs), broke ? 1008 : 1000, broke ? "Peer does not read" : "",
                broke ? null : End.CALLER_HANGUP, broke ? Failure.PEER_STALLED : null, null, at, served > 1 ? servedAt : null, 0L));
    }

    private static void send(Producer<byte[], byte[]> producer, CallEvent event) {
        producer.send(new ProducerRecord<>(
                Topics.CALL_LIFECYCLE.name(), event.callId().toKey(), Topics.CALL_LIFECYCLE.codec().encode(event)));
    }

    /// Who heard the agent pays for the talk, whatever was killed; who was served by somebody may.
    ///
    /// @return how many runs cost something
    private int assertTalkIsCharged(Map<String, String> environment) throws Exception {
        int paid = 0;
        try (Connection connection = connect(environment); PreparedStatement charges = connection.prepareStatement(CHARGES)) {
            charges.setArray(1, connection.createArrayOf("uuid", heard.toArray()));
            try (ResultSet rows = charges.executeQuery()) {
                while (rows.next()) {
                    BigDecimal charged = rows.getBigDecimal("charged");
                    BigDecimal talk = rows.getBigDecimal("talk");
                    boolean isFree = charged.signum() == 0 && !rows.getBoolean("heard");
                    assertTrue(isFree || charged.compareTo(talk) == 0, "charged " + charged + " for a talk of " + talk);
                    paid += charged.signum();
                }
            }
        }
        return paid;
    }

    private static void awaitEqual(String when, Map<String, String> environment, int calls) throws Exception {
        Wait.until("all runs are over", CATCH_UP_MS, () -> Wait.when(ended(environment) == calls));
        Map<String, String> right = stored(environment);
        try {
            Wait.until(when, CATCH_UP_MS, () -> Wait.when(right.equals(told(environment))));
        } catch (AssertionError late) {
            assertEquals(right, told(environment), when);
        }
    }

    private static void awaitFinal(Map<String, String> environment, int calls) throws Exception {
        Wait.until("the facts of all runs are final", CATCH_UP_MS, () -> {
            Map<String, RunFacts> facts = TopicReader.latest(servers(environment), Topics.RUNS);
            return Wait.when(facts.size() == calls && facts.values().stream().allMatch(run -> Boolean.TRUE.equals(run.isFinal())));
        });
    }

    /// What the ledger says, by organisation and minute of the runs' ends.
    private static Map<String, String> stored(Map<String, String> environment) throws Exception {
        Map<String, String> sums = new TreeMap<>();
        try (Connection connection = connect(environment);
                ResultSet rows = connection.createStatement().executeQuery(SUMS)) {
            while (rows.next()) {
                sums.put(
                        rows.getLong("organization_id") + "@" + rows.getObject("minute", OffsetDateTime.class).toInstant(),
                        text(rows.getLong("completed"), rows.getLong("failed"), rows.getLong("seconds"), rows.getBigDecimal("cost")));
            }
        }
        return sums;
    }

    private static Map<String, String> told(Map<String, String> environment) throws Exception {
        Map<String, String> sums = new TreeMap<>();
        for (Map.Entry<String, Usage> minute : TopicReader.latest(servers(environment), Topics.USAGE).entrySet()) {
            Usage usage = minute.getValue();
            Long seconds = usage.seconds();
            sums.put(minute.getKey(), text(
                    usage.completed(), usage.failed(), seconds == null ? -1 : seconds, new BigDecimal(String.valueOf(usage.cost()))));
        }
        return sums;
    }

    private static String text(long completed, long failed, long seconds, BigDecimal cost) {
        return completed + " completed, " + failed + " failed, " + seconds + " s, " + cost.stripTrailingZeros().toPlainString();
    }

    private static int ended(Map<String, String> environment) throws Exception {
        try (Connection connection = connect(environment);
                ResultSet rows = connection.createStatement().executeQuery("select count(*) from runs where ended_at is not null")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static Set<String> audit(Map<String, String> environment, Instant since) throws Exception {
        TreeSet<String> found = new TreeSet<>();
        Instant now = Instant.now();
        try (Database database = new Database(Database.Settings.of(
                environment.get("AGENT_STREAM_DATABASE_URL"),
                environment.get("AGENT_STREAM_DATABASE_USER"),
                new Secret(environment.get("AGENT_STREAM_DATABASE_PASSWORD"))))) {
            new Audit(clients(environment), database)
                    .run(new Window(since, now, now, Duration.ofSeconds(30), Duration.ofMinutes(2)), wrong -> found.add(wrong.line()));
        }
        return found;
    }

    private static Connection connect(Map<String, String> environment) throws Exception {
        return DriverManager.getConnection(
                environment.get("AGENT_STREAM_DATABASE_URL"), environment.get("AGENT_STREAM_DATABASE_USER"),
                environment.get("AGENT_STREAM_DATABASE_PASSWORD"));
    }

    private static String servers(Map<String, String> environment) {
        return environment.getOrDefault("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", "");
    }

    private static KafkaClients clients(Map<String, String> environment) {
        return new KafkaClients(servers(environment), Map.of(), Duration.ZERO);
    }
}
