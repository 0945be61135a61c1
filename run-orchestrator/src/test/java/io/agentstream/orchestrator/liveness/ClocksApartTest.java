package io.agentstream.orchestrator.liveness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.RunDecisions;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tariff;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.Verdicts;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseClock;
import io.agentstream.orchestrator.store.OpenRuns;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topics;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Orchestrators whose machines' clocks are half a minute apart. Each goes by the database's time.
@ExtendWith(TestPostgres.class)
final class ClocksApartTest {

    private static final Duration APART = Duration.ofSeconds(30);
    private static final Duration NEAR = Duration.ofSeconds(2);
    private static final Duration GRACE = Duration.ofSeconds(15);

    private final Database database;
    private final Tenant tenant;
    private final RunDecisions decisions;
    private final int partition = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    private long offset;

    /// Of machines that are ahead and behind, and of no orchestrator.
    private final InstantSource ahead = () -> Instant.now().plus(APART);

    private final InstantSource behind = () -> Instant.now().minus(APART);

    ClocksApartTest(Database database) {
        this.database = database;
        this.tenant = Tenant.create(database);
        this.decisions = new RunDecisions(database, new Tariff(new BigDecimal("0.10")), Duration.ofSeconds(10));
    }

    private InstantSource orchestratorOn(InstantSource machine) {
        DatabaseClock clock = new DatabaseClock(machine, System::nanoTime);
        clock.read(database);
        return clock;
    }

    private Instant now() {
        return database.withConnection(
                c -> Sql.only(c, "select clock_timestamp() as now", row -> Sql.instant(row, "now")));
    }

    private CallId running(InstantSource clock) throws InterruptedException {
        var offer = tenant.offer().at(clock.instant()).build();
        decisions.offered(offer, source(), clock);
        var start = Samples.started().of(offer.callId()).build();
        decisions.started(decisions.plan(start).orElseThrow().answered(start, Verdicts.Session.LIVE), source(), clock);
        return offer.callId();
    }

    private Source source() {
        return new Source(Topics.CALL_LIFECYCLE.name(), partition, offset++);
    }

    private List<UUID> quiet(Instant before) {
        return database.withConnection(
                c -> OpenRuns.quiet(c, before, Topics.CALL_LIFECYCLE.name(), List.of(partition), 10));
    }

    @Test
    void orchestratorsAgreeOnTheTime() {
        // when
        Instant ofOne = orchestratorOn(ahead).instant();
        Instant ofOther = orchestratorOn(behind).instant();

        // then
        assertTrue(Duration.between(ofOne, now()).abs().compareTo(NEAR) < 0, ofOne.toString());
        assertTrue(Duration.between(ofOther, now()).abs().compareTo(NEAR) < 0, ofOther.toString());
    }

    @Test
    void aCallWhoseMoneyLastsIsNotEndedByAnOrchestratorWhoseMachineIsAhead() throws Exception {
        // given
        tenant.credits("0.10"); // a minute
        Instant began = now().minusSeconds(40);
        CallId call = running(() -> began);

        // when
        boolean ends = !decisions.metered(call, GRACE, orchestratorOn(ahead)).isEmpty();

        // then
        assertFalse(ends);
        assertFalse(decisions.metered(call, GRACE, ahead).isEmpty(), "which its machine's own clock would have done");
    }

    @Test
    void aCallThatAnOrchestratorAheadHeardOfIsFoundLostInTimeByAnother() throws Exception {
        // given
        InstantSource one = orchestratorOn(ahead);
        InstantSource other = orchestratorOn(behind);
        CallId call = running(one);
        Heartbeats heartbeats = new Heartbeats();
        heartbeats.heard(call, now());
        heartbeats.flush(database, one.instant());

        // when
        List<UUID> lost = quiet(other.instant().plus(NEAR));

        // then
        assertEquals(List.of(call.value()), lost);
        assertEquals(List.of(), quiet(other.instant().minus(NEAR)), "nor sooner");
    }

    @Test
    void timeGoesOnBetweenTwoAnswersOfTheDatabase() {
        // given
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 3);
        DatabaseClock clock = new DatabaseClock(ahead, nanos::get);
        clock.read(database);
        Instant before = clock.instant();

        // when
        nanos.addAndGet(Duration.ofMinutes(5).toNanos());

        // then
        assertEquals(before.plus(Duration.ofMinutes(5)), clock.instant());
    }

    @Test
    void theDatabasesTimeHoldsAgainWhenItWasSetRight() {
        // given
        AtomicLong nanos = new AtomicLong();
        DatabaseClock clock = new DatabaseClock(ahead, nanos::get);
        clock.read(database);
        nanos.addAndGet(Duration.ofMinutes(5).toNanos()); // as if the database had been set back by as much

        // when
        clock.read(database);

        // then
        assertTrue(Duration.between(clock.instant(), now()).abs().compareTo(NEAR) < 0);
    }

    @Test
    void howFarTheMachineIsOffIsSaid() {
        // given
        DatabaseClock clock = new DatabaseClock(ahead, System::nanoTime);

        // when
        clock.read(database);

        // then
        assertTrue(clock.off().minus(APART).abs().compareTo(NEAR) < 0, clock.off().toString());
    }
}
