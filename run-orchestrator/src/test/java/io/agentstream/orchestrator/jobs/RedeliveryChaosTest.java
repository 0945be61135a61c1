package io.agentstream.orchestrator.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.ProofPlan;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.TenantCalls;
import io.agentstream.orchestrator.decide.Unsaid;
import io.agentstream.orchestrator.decide.Verdicts;
import io.agentstream.orchestrator.provider.FakeSessions;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Outbox;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.orchestrator.store.Webhooks;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Calls that end in each way, their records several times, each topic from a place of its own on and in its own order, the topics side by side in
/// any, at last all of them from their beginning; and processes that die between decision and word: it comes to what it comes to where everything is
/// read once and nobody dies.
@ExtendWith(TestPostgres.class)
final class RedeliveryChaosTest {

    private static final Instant NOW = Samples.T0.plusSeconds(1);
    private static final int SEEDS = 10;

    /// How the first call ends.
    enum Way {
        CALLER,
        /// Its provider is told to hang up.
        AGENT,
        /// Nobody has heard of it, until its gateway goes on after all.
        LOST,
        /// Another socket takes its session over, and ends later.
        REPLACED
    }

    /// What it came to.
    private record Came(
            List<String> stories, List<String> said, List<String> runs, List<String> ledger, List<String> deliveries, List<String> hungUp) {}

    private final Database database;
    private final Metrics metrics = new Metrics("test");

    RedeliveryChaosTest(Database database) {
        this.database = database;
    }

    @AfterEach
    void close() {
        metrics.close();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void everythingTwiceInAnyLegalOrderAndAfterAnyCrashComesToTheSame(Way way) throws InterruptedException {
        Came plain = new Chaos(way, null).run();
        assertTrue(plain.ledger().stream().anyMatch(line -> line.startsWith("charge -0.")), "its talk costs something: " + plain.ledger());
        long first = System.nanoTime();
        System.out.println("seeds of " + way + " from " + first);

        for (long seed = first; seed < first + SEEDS; seed++) {
            assertEquals(plain, new Chaos(way, new Random(seed)).run(), "seed " + seed);
        }
    }

    /// A record of a topic's partition, or what a job of ours finds, and what it is to whoever reads it.
    private record Read(String topic, Runnable act) {}

    /// Some calls of a tenant of their own.
    private final class Chaos {
        private final boolean isPlain;
        private final Random random;
        private final Tenant tenant = Tenant.create(database);
        private final TenantCalls calls = new TenantCalls(tenant);
        private final String session = "sess-" + tenant.sample().organizationId();
        private final List<CallId> all = new ArrayList<>();
        private final List<Read> records = new ArrayList<>();
        private final MockProducer<byte[], byte[]> producer =
                new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        private final FakeSessions sessions = new FakeSessions();
        private Said said = new Said();

        /// @param random null: everything once, and nobody dies
        Chaos(Way way, @Nullable Random random) {
            this.isPlain = random == null;
            this.random = random == null ? new Random(0) : random;
            CallId call = offered();
            if (way == Way.REPLACED) {
                CallId newer = offered();
                talks(call);
                talks(newer);
                lifecycle(call, () -> ended(call, End.REPLACED, 61));
                lifecycle(newer, () -> ended(newer, End.CALLER_HANGUP, 90));
                return;
            }
            talks(call);
            switch (way) {
                case CALLER -> lifecycle(call, () -> ended(call, End.CALLER_HANGUP, 60));
                case AGENT -> lifecycle(call, () -> ended(call, End.AGENT_HANGUP, 60));
                case LOST -> {
                    lifecycle(call, () -> calls.alive(call, NOW.plusSeconds(30), NOW.plusSeconds(30)));
                    records.add(new Read("the reaper", () -> decided(calls.decisions().quiet(call, NOW.plus(Duration.ofDays(1))))));
                    lifecycle(call, () -> ended(call, End.CALLER_HANGUP, 60));
                }
                case REPLACED -> throw new IllegalStateException("above");
            }
        }

        private CallId offered() {
            CallEvent.Offered offer = tenant.offer().build();
            lifecycle(offer.callId(), () -> decided(calls.decisions().offered(offer, source(), () -> NOW)));
            all.add(offer.callId());
            return offer.callId();
        }

        private void talks(CallId call) {
            CallEvent.Started start = Samples.started().of(call).session(session).build();
            lifecycle(call, () -> started(start));
            conversation(call, () -> calls.decisions().said(new ConversationEvent.Began(call, 1, 2, NOW, 3), source()));
            conversation(call, () -> calls.decisions().said(new ConversationEvent.Said(call, 2, 5, NOW, 1, "Hello.", 900, true, 3), source()));
        }

        private void lifecycle(CallId call, Runnable record) {
            records.add(new Read(Topics.CALL_LIFECYCLE.name() + " " + call, record));
        }

        private void conversation(CallId call, Runnable record) {
            records.add(new Read(Topics.CONVERSATION_EVENTS.name() + " " + call, record));
        }

        private Source source() {
            return new Source(Topics.CALL_LIFECYCLE.name(), 0, 0); // of a Kafka that is new every time
        }

        private void started(CallEvent.Started start) {
            ProofPlan plan = calls.decisions().plan(start).orElseThrow();
            try {
                decided(calls.decisions().started(plan.answered(start, Verdicts.Session.LIVE), source(), () -> NOW));
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
        }

        private void ended(CallId call, End end, int afterS) {
            decided(calls.decisions().ended(Samples.ended(call, NOW.plusSeconds(afterS), end), source()));
        }

        private void decided(Decision decision) {
            try {
                if (!isPlain && random.nextInt(3) == 0) { // dies before it says it, and so does who is hanging up
                    said = new Said();
                    database.withConnection(c -> Outbox.takeHangUps(c, hangUpsOf(), 10, Duration.ofHours(1)));
                    return;
                }
                Announcers.on(producer, database, said, metrics, () -> NOW).announce(decision);
                if (!isPlain && random.nextBoolean()) {
                    sweep();
                }
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
        }

        private Outbox.Of hangUpsOf() {
            long account = database.withConnection(c -> Sql.only(
                    c, "select id from telephony_configurations where organization_id = ?", row -> row.getLong(1),
                    tenant.sample().organizationId()));
            return new Outbox.Of(account, Tenant.DOMAIN);
        }

        private void sweep() throws InterruptedException {
            new OutboxLoop(database, said, metrics, () -> true, () -> NOW).pass();
            new OutboxSweep(
                            new OutboxSweep.Hands(
                                    database, new Unsaid(database), said, Announcers.on(producer, database, said, metrics, () -> NOW), metrics),
                            () -> true, () -> NOW)
                    .pass();
        }

        Came run() throws InterruptedException {
            tenant.credits("1");
            database.inTransaction(c -> Webhooks.create(
                    c, tenant.sample().organizationId(), "https://example.com/hook", List.of("run.started", "run.ended")));
            for (int known = 1; known <= records.size(); known++) {
                records.get(known - 1).act().run();
                for (int again = isPlain ? 0 : random.nextInt(3); again > 0; again--) {
                    readAgain(known, false);
                }
            }
            for (int again = isPlain ? 0 : 2; again > 0; again--) {
                readAgain(records.size(), true);
            }
            try (HangUps hangUps = Announcers.hangUps(database, sessions, producer, metrics)) {
                timePasses("hang_up");
                Until.holds(
                        () -> {
                            timePasses("say");
                            sweep();
                            hangUps.pass();
                        },
                        () -> lines("select 'x' from outbox o join runs r on r.id = o.run_id where r.organization_id = ?").isEmpty());
            }
            return new Came(
                    all.stream().map(call -> String.join(" ", tenant.story(call))).toList(), all.stream().map(this::said).toList(),
                    lines("select concat_ws(' ', state, end_by, disconnected_by, close_code, cost, ended_at) from runs where organization_id = ? order by id"),
                    lines("select concat_ws(' ', kind, amount, balance) from ledger where organization_id = ? order by id"),
                    lines(
                            """
                            select concat_ws(' ', d.event, d.state, count(*)) from webhook_deliveries d join runs r on r.id = d.run_id
                             where r.organization_id = ? group by d.event, d.state order by 1
                            """),
                    sessions.hungUp.stream().map(name -> name.equals(session) ? "the session" : name).distinct().toList());
        }

        /// What is known by now, each topic from an older place on, the topics side by side.
        ///
        /// @param fromZero whether from the beginning of all of them
        private void readAgain(int known, boolean fromZero) {
            Map<String, Deque<Runnable>> topics = new LinkedHashMap<>();
            for (Read record : records.subList(0, known)) {
                topics.computeIfAbsent(record.topic(), _ -> new ArrayDeque<>()).add(record.act());
            }
            List<Deque<Runnable>> left = new ArrayList<>(topics.values());
            for (Deque<Runnable> topic : left) {
                for (int skipped = fromZero ? 0 : random.nextInt(topic.size() + 1); skipped > 0; skipped--) {
                    topic.removeFirst();
                }
            }
            while (left.removeIf(Deque::isEmpty) || !left.isEmpty()) {
                if (!left.isEmpty()) {
                    left.get(random.nextInt(left.size())).removeFirst().run();
                }
            }
        }

        private void timePasses(String kind) {
            database.withConnection(c -> Sql.update(
                    c, "update outbox o set due_at = now() from runs r where r.id = o.run_id and r.organization_id = ? and o.kind = ?",
                    tenant.sample().organizationId(), kind));
        }

        private List<String> lines(String sql) {
            return database.withConnection(c -> Sql.query(c, sql, row -> row.getString(1), tenant.sample().organizationId()));
        }

        /// What was said of the call, each once, in the order in which it was first said.
        private String said(CallId call) {
            return String.join(" ", List.copyOf(producer.history()).stream()
                    .filter(record -> record.topic().equals(Topics.RUN_EVENTS.name()))
                    .map(record -> ((Decoded.Value<RunEvent>) Topics.RUN_EVENTS.codec().decode(record.value())).value())
                    .filter(event -> event.callId().equals(call))
                    .map(event -> event.getClass().getSimpleName())
                    .distinct()
                    .toList());
        }
    }
}
