package io.agentstream.orchestrator.liveness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.decide.RunDecisions;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tariff;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.Verdicts;
import io.agentstream.orchestrator.jobs.Announcer;
import io.agentstream.orchestrator.jobs.Announcers;
import io.agentstream.orchestrator.jobs.Said;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Meters;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.SignsOfLife;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallId;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Whose meters are read when. In another year than the other tests of this database, whose meters are not due by then.
@ExtendWith(TestPostgres.class)
final class MeterReaderTest {

    private static final Instant BEGIN = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant DUE = BEGIN.plusSeconds(60);
    private static final Duration LEASE = Duration.ofSeconds(30);

    private final Database database;
    private final RunDecisions decisions;
    private final Tenant tenant;
    private final Metrics metrics = new Metrics("test");
    private final Announcer announcer;
    private final List<MeterReader> readers = new ArrayList<>();
    private final int partition = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    private final AtomicLong offset = new AtomicLong();

    MeterReaderTest(Database database) {
        this.database = database;
        this.decisions = new RunDecisions(database, new Tariff(new BigDecimal("0.10")), Duration.ofSeconds(10));
        this.announcer = Announcers.on(
                new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()), database, new Said(), metrics,
                () -> DUE);
        this.tenant = tenant();
    }

    @AfterEach
    void close() throws Exception {
        for (MeterReader reader : readers) {
            reader.onClose();
        }
        database.withConnection(c -> Sql.update(c, "delete from meters where due_at < ?", BEGIN.plus(Duration.ofDays(1))));
        metrics.close();
    }

    private Tenant tenant() {
        Tenant made = Tenant.create(database);
        made.limit(1_000);
        made.credits("100");
        return made;
    }

    private MeterReader reader() {
        MeterReader reader = new MeterReader(database, decisions, announcer, () -> true, Duration.ofSeconds(15), () -> DUE);
        readers.add(reader);
        return reader;
    }

    /// Calls that were heard of when they are due.
    private List<CallId> talking(Tenant whose, int count) throws InterruptedException {
        List<CallId> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            var offer = whose.offer().at(BEGIN).build();
            decisions.offered(offer, source(), () -> BEGIN);
            var start = Samples.started().of(offer.callId()).build();
            decisions.started(decisions.plan(start).orElseThrow().answered(start, Verdicts.Session.LIVE), source(), () -> BEGIN);
            calls.add(offer.callId());
        }
        List<SignsOfLife.Sign> signs = calls.stream().map(call -> new SignsOfLife.Sign(call.value(), DUE)).toList();
        database.withConnection(c -> SignsOfLife.touch(c, signs, DUE));
        return calls;
    }

    private Source source() {
        return new Source("meter-reader-test", partition, offset.incrementAndGet());
    }

    private Map<Long, List<UUID>> take(Instant now, int perOrganization, Set<Long> except) {
        return database.inTransaction(c -> Meters.take(c, now, LEASE, new Meters.Room(perOrganization, 1_000), except));
    }

    private List<UUID> mine(Map<Long, List<UUID>> taken) {
        return taken.getOrDefault(tenant.sample().organizationId(), List.of());
    }

    @Test
    void ofTwoOrchestratorsEachTakesWhatTheOtherDoesNotHave() throws Exception {
        List<CallId> calls = talking(tenant, 20);

        List<UUID> first = mine(take(DUE, 15, Set.of()));
        List<UUID> second = mine(take(DUE, 15, Set.of()));

        Set<UUID> both = new HashSet<>(first);
        both.addAll(second);
        assertEquals(15, first.size());
        assertEquals(5, second.size());
        assertEquals(calls.size(), both.size());
    }

    @Test
    void whatSomebodyTookAndNeverReadIsTakenAgainWhenItsLeaseIsOver() throws Exception {
        talking(tenant, 3);
        take(DUE, 15, Set.of());

        assertEquals(0, mine(take(DUE.plus(Duration.ofDays(1)), 15, Set.of())).size(), "whatever the taker's clock says");
        database.withConnection(c -> Sql.update(c, "update meters set taken_until = now() where taken_until is not null"));
        assertEquals(3, mine(take(DUE, 15, Set.of())).size());
    }

    @Test
    void whatWasReadIsDueAgainAMinuteLaterWhateverItsLease() throws Exception {
        talking(tenant, 1);
        reader().pass();
        Until.holds(() -> charges(tenant) == 1);

        assertEquals(1, mine(take(DUE.plusSeconds(60), 15, Set.of())).size());
    }

    @Test
    void whoseMetersAreBeingReadIsLeftOut() throws Exception {
        talking(tenant, 1);

        Map<Long, List<UUID>> taken = take(DUE, 15, Set.of(tenant.sample().organizationId()));

        assertFalse(taken.containsKey(tenant.sample().organizationId()));
    }

    @Test
    void everyMeterIsReadOnceWhereTwoOrchestratorsReadThem() throws Exception {
        List<CallId> calls = talking(tenant, 40);
        MeterReader one = reader();
        MeterReader other = reader();

        Until.holds(
                () -> {
                    one.pass();
                    other.pass();
                },
                () -> charges(tenant) == calls.size());

        assertEquals(List.of(), tenant.disagreements());
        assertEquals(new BigDecimal("96.0000"), tenant.credits());
    }

    @Test
    void anOrganisationWhoseOwnerIsLockedKeepsNoOtherWaiting() throws Exception {
        talking(tenant, 60);
        Tenant other = tenant();
        talking(other, 1);
        MeterReader reader = reader();

        boolean charged = database.inTransaction(c -> {
            Sql.query(c, "select 1 from users where id = ? for update", row -> true, tenant.sample().userId());
            long deadline = System.nanoTime() + Duration.ofSeconds(4).toNanos(); // a lock is waited for for five
            reader.pass();
            while (charges(other) == 0 && System.nanoTime() < deadline) {
                LockSupport.parkNanos(5_000_000);
            }
            return charges(other) == 1 && charges(tenant) == 0;
        });

        assertTrue(charged, "waited for somebody else's owner");
    }

    @Test
    void aMeterThatCannotBeReadIsOnlyThatOne() throws Exception {
        // given a call whose money is used up, of which something fails as nothing should
        Tenant poor = Tenant.create(database);
        poor.credits("0.10");
        talking(poor, 1);
        MockProducer<byte[], byte[]> broken =
                new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        broken.sendException = new IllegalArgumentException("on purpose");
        MeterReader reader = new MeterReader(
                database, decisions, Announcers.on(broken, database, new Said(), metrics, () -> DUE), () -> true,
                Duration.ofSeconds(15), () -> DUE);
        reader.pass();
        Until.holds(() -> charges(poor) == 1);
        talking(tenant, 1);

        Until.holds(reader::pass, () -> charges(tenant) == 1);

        reader.onClose();
        reader.pass(); // the loop goes on
    }

    private static long charges(Tenant whose) {
        return whose.ledger().stream().filter(entry -> entry.runId() != null).count();
    }
}
