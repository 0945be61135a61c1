package io.agentstream.orchestrator.erase;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.CrashingDriver;
import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.EmptiedRuns;
import io.agentstream.orchestrator.store.Organizations;
import io.agentstream.orchestrator.store.Organizations.Retention;
import io.agentstream.orchestrator.store.RetentionRounds;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.RunEvent;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is forgotten of an organisation's runs when it has kept it for as long as it wants to.
@ResourceLock(CrashingDriver.LOCK)
@ExtendWith(TestPostgres.class)
final class RetentionJobTest {

    private static final int MORE_THAN_THERE_ARE = 40;

    private final Database database;
    private final EmbeddedPostgres server;
    private final List<Decision> told = new ArrayList<>();

    RetentionJobTest(Database database, EmbeddedPostgres server) {
        this.database = database;
        this.server = server;
    }

    private RetentionJob job(Database in, Instant now) {
        return new RetentionJob(in, InstantSource.fixed(now), new Metrics("test"), told::add);
    }

    private void keeps(Tenant tenant, Retention retention) {
        database.inTransaction(c -> Organizations.change(c, tenant.sample().organizationId(), "Sample", retention));
    }

    private void rounds(Tenant tenant, Instant now) {
        database.withConnection(c -> Sql.update(
                c, "update retention_rounds set next_at = now() where organization_id = ?", tenant.sample().organizationId()));
        RetentionJob job = job(database, now);
        while (job.step()) {
            // until nothing is due
        }
    }

    @Test
    void whoLookedIsForgottenAfterATimeAndWhoChangedSomethingNever() {
        // given
        Tenant tenant = Tenant.create(database);
        database.inTransaction(c -> Sql.update(
                c,
                """
                insert into audit_log (organization_id, at, actor, action, thing_kind, thing_id)
                select ?, now() - interval '91 days', 'command', a, 'run', '1' from unnest(array['run.events_read', 'agent.changed']) a
                union all select ?, now() - interval '89 days', 'command', 'run.events_read', 'run', '2'
                """,
                tenant.sample().organizationId(), tenant.sample().organizationId()));

        // when
        job(database, TalkedAbout.OVER).step();

        // then
        assertEquals(
                List.of("agent.changed 1", "run.events_read 2"),
                database.withConnection(c -> Sql.query(
                        c, "select action || ' ' || thing_id from audit_log where organization_id = ? order by 1", row -> row.getString(1),
                        tenant.sample().organizationId())));
    }

    @Test
    void whoLookedIsForgottenUntilNoneIsLeftHoweverManyThereWere() {
        // given
        Tenant tenant = Tenant.create(database);
        database.inTransaction(c -> Sql.update(
                c,
                """
                insert into audit_log (organization_id, at, actor, action, thing_kind, thing_id)
                select ?, now() - interval '91 days', 'command', 'run.listened', 'run', '1' from generate_series(1, ?)
                """,
                tenant.sample().organizationId(), 2 * RetentionJob.LOOKS_AT_ONCE + 1));

        // when the clock stands still
        RetentionJob job = job(database, TalkedAbout.OVER);
        while (job.step()) {
            // until nothing is due
        }

        // then
        int left = database.withConnection(c -> Sql.only(
                c, "select count(*) from audit_log where organization_id = ? and action = 'run.listened'", row -> row.getInt(1),
                tenant.sample().organizationId()));
        assertEquals(0, left);
    }

    @Test
    void soundIsForgottenAfterItsHoursAndWordsAreKept() throws Exception {
        // given
        Tenant tenant = Tenant.create(database);
        TalkedAbout talked = TalkedAbout.ended(tenant, true);
        keeps(tenant, new Retention(2, null, null));

        // when
        rounds(tenant, TalkedAbout.OVER.plus(Duration.ofHours(1)));
        String before = talked.keptKeys().media();
        rounds(tenant, TalkedAbout.OVER.plus(Duration.ofHours(2)));

        // then
        assertNotNull(before);
        assertNull(talked.keptKeys().media());
        assertEquals(talked.keys().words(), talked.keptKeys().words());
        assertTrue(talked.anywhere(talked.words()));
    }

    @Test
    void wordsAreForgottenAfterTheirDaysAndNumbersAreKept() throws Exception {
        // given
        Tenant tenant = Tenant.create(database);
        TalkedAbout talked = TalkedAbout.ended(tenant, true);
        talked.index();
        assertTrue(talked.isIndexed());
        keeps(tenant, new Retention(null, 3, null));

        // when
        rounds(tenant, TalkedAbout.OVER.plus(Duration.ofDays(3)));
        talked.heard(9);

        // then
        assertFalse(talked.anywhere(talked.words()), "also where they come late");
        assertFalse(talked.isIndexed());
        talked.index();
        assertFalse(talked.isIndexed(), "late");
        assertNull(talked.keptKeys().words());
        assertTrue(talked.anywhere(talked.number()));
    }

    @Test
    void ofARunRemainsWhatTheBillNeeds() throws Exception {
        // given
        Tenant tenant = Tenant.create(database);
        TalkedAbout talked = TalkedAbout.ended(tenant, true);
        keeps(tenant, new Retention(null, null, 30));

        // when
        rounds(tenant, TalkedAbout.OVER.plus(Duration.ofDays(30)));

        // then
        assertFalse(talked.anywhere(talked.words()));
        assertFalse(talked.anywhere(talked.number().substring(1)));
        assertNull(talked.keptKeys().media());
        assertEquals("0.1500", tenant.run(talked.call()).orElseThrow().cost().toPlainString());
        assertEquals(List.of(), tenant.disagreements());
        assertEquals(
                List.of("Erased"),
                told.stream()
                        .flatMap(each -> each.events().stream())
                        .filter(each -> each.callId().equals(talked.call()))
                        .map(each -> each.getClass().getSimpleName())
                        .toList());
    }

    /// Where its facts are made anew of what the topics still have, they must not have the provider's names again.
    @Test
    void ofARunThatAVersionOfBeforeEmptiedItIsSaidAfterwardsAndOnce() throws Exception {
        // given runs that were emptied, of which nobody said so, and one that was not
        Tenant tenant = Tenant.create(database);
        TalkedAbout talked = TalkedAbout.ended(tenant, true);
        TalkedAbout another = TalkedAbout.ended(tenant, true);
        TalkedAbout kept = TalkedAbout.ended(Tenant.create(database), true);
        keeps(tenant, new Retention(null, null, 1));
        Instant now = TalkedAbout.OVER.plus(Duration.ofDays(2));
        rounds(tenant, now);
        for (TalkedAbout each : List.of(talked, another)) {
            database.withConnection(c -> Sql.update(
                    c, "delete from outbox where run_id = ?; delete from run_events where run_id = ? and type = 'erased'", each.runId(), each.runId()));
        }

        // when it is too late for any of them, and not yet
        told.clear();
        rounds(tenant, TalkedAbout.OVER.plus(RetentionJob.NAMES_STAY).plus(Duration.ofDays(1)));
        List<RunEvent> late = saidOf(talked, another, kept);
        rounds(tenant, now);
        rounds(tenant, now);

        // then
        assertEquals(List.of(), late);
        assertEquals(
                Set.of(talked.call(), another.call()), saidOf(talked, another, kept).stream().map(RunEvent::callId).collect(Collectors.toSet()));
        assertEquals(2, saidOf(talked, another, kept).size(), "once of each");
        RunEvent.Erased erased = assertInstanceOf(RunEvent.Erased.class, saidOf(talked).getFirst());
        Instant emptiedAt = database.withConnection(c -> Sql.only(
                c, "select emptied_at from runs where id = ?", row -> Sql.instant(row, "emptied_at"), talked.runId()));
        assertEquals(emptiedAt, erased.at());
        assertEquals(1, tenant.story(talked.call()).stream().filter("erased"::equals).count());
        int ordered = database.withConnection(c -> Sql.only(
                c, "select count(*) from outbox where run_id = ? and kind = 'say'", row -> row.getInt(1), talked.runId()));
        assertEquals(1, ordered, "who dies here is followed by somebody");
    }

    /// With each of them it would wait for Kafka, for as long as a record may take.
    @Test
    void whereItCannotBeSaidOfOneItIsNotTriedWithTheOthers() throws Exception {
        // given
        Tenant tenant = Tenant.create(database);
        TalkedAbout one = TalkedAbout.ended(tenant, true);
        TalkedAbout other = TalkedAbout.ended(tenant, true);
        keeps(tenant, new Retention(null, null, 1));
        RetentionJob withoutKafka = new RetentionJob(
                database, InstantSource.fixed(TalkedAbout.OVER.plus(Duration.ofDays(2))), new Metrics("test"),
                decision -> {
                    told.add(decision);
                    return false;
                });

        // when
        while (withoutKafka.step()) {
            // until nothing is due
        }

        // then
        assertEquals(1, saidOf(one, other).size());
        for (TalkedAbout run : List.of(one, other)) {
            assertEquals(1, tenant.story(run.call()).stream().filter("erased"::equals).count());
        }
    }

    private List<RunEvent> saidOf(TalkedAbout... runs) {
        return told.stream()
                .flatMap(each -> each.events().stream())
                .filter(event -> Stream.of(runs).anyMatch(run -> run.call().equals(event.callId())))
                .toList();
    }

    @Test
    void whoHasNoTimesOfItsOwnKeepsEverything() throws Exception {
        // given
        Tenant tenant = Tenant.create(database);
        TalkedAbout talked = TalkedAbout.ended(tenant, true);
        keeps(tenant, new Retention(1, null, null));
        keeps(tenant, Retention.OF_THE_INSTALLATION);

        // when
        rounds(tenant, TalkedAbout.OVER.plus(Duration.ofDays(3_000)));

        // then
        assertEquals(talked.keys(), talked.keptKeys());
        assertTrue(talked.anywhere(talked.words()));
    }

    @Test
    void aRunThatIsNotOverIsWaitedForAndNotForgotten() throws Exception {
        // given an old run that still talks, and one behind it
        Tenant tenant = Tenant.create(database);
        TalkedAbout talks = TalkedAbout.begin(tenant, true);
        TalkedAbout over = TalkedAbout.ended(tenant, true);
        keeps(tenant, new Retention(null, null, 0));
        Instant now = TalkedAbout.OVER.plus(Duration.ofHours(1));

        // when
        rounds(tenant, now);
        boolean before = talks.anywhere(talks.words());
        talks.end();
        rounds(tenant, now);

        // then
        assertTrue(before);
        assertFalse(talks.anywhere(talks.words()));
        assertFalse(over.anywhere(over.words()));
    }

    @Test
    void goesThroughManyRunsInSmallPieces() {
        // given
        Tenant tenant = Tenant.create(database);
        int runs = 2 * RetentionRounds.BATCH + 30;
        for (int n = 0; n < runs; n++) {
            tenant.sample().addRun(database, "completed", Samples.T0.plusSeconds(n / 3));
        }
        keeps(tenant, new Retention(null, null, 1));
        Instant now = Samples.T0.plus(Duration.ofDays(2));
        rounds(Tenant.create(database), now);
        database.withConnection(c -> Sql.update(
                c,
                "update runs set emptied_at = null where organization_id = ?; "
                        + "update retention_rounds set next_at = now(), after_at = 'epoch', after_id = 0 where organization_id = ?",
                tenant.sample().organizationId(),
                tenant.sample().organizationId()));
        RetentionJob job = job(database, now);

        // when
        job.step();
        int once = emptied(tenant);
        job.step();
        int twice = emptied(tenant);
        job.step();

        // then
        assertEquals(List.of(RetentionRounds.BATCH, 2 * RetentionRounds.BATCH, runs), List.of(once, twice, emptied(tenant)));
        assertFalse(job.step(), "nothing is due");
    }

    private void addEvents(long run, int count) {
        database.withConnection(c -> Sql.update(
                c,
                """
                insert into run_events (run_id, at, type, payload)
                select ?, now(), 'heard', '{"text": "words"}' from generate_series(1, ?)
                """,
                run, count));
    }

    @Test
    void longCallsAreGoneThroughOneByOne() {
        // given three runs of which two together are too much for a statement's time
        Tenant tenant = Tenant.create(database);
        for (int n = 0; n < 3; n++) {
            addEvents(tenant.sample().addRun(database, "completed", Samples.T0.plusSeconds(n)), EmptiedRuns.MOST_EVENTS - 100);
        }
        keeps(tenant, new Retention(null, null, 1));
        Instant now = Samples.T0.plus(Duration.ofDays(2));
        RetentionJob job = job(database, now);
        database.withConnection(RetentionRounds::begin);
        database.withConnection(c -> Sql.update(
                c, "update retention_rounds set next_at = now() + interval '1 hour' where organization_id <> ?",
                tenant.sample().organizationId()));

        // when
        List<Integer> gone = new ArrayList<>();
        while (job.step()) {
            gone.add(emptied(tenant));
        }

        // then
        assertEquals(List.of(1, 2, 3), gone.subList(0, 3));
    }

    @Test
    void oneOrganisationsTroubleIsNoOthers() throws Exception {
        // given an organisation whose runs cannot be emptied, the first that is due, and another
        Tenant broken = Tenant.create(database);
        TalkedAbout stays = TalkedAbout.ended(broken, true);
        Tenant other = Tenant.create(database);
        TalkedAbout goes = TalkedAbout.ended(other, true);
        keeps(broken, new Retention(null, null, 1));
        keeps(other, new Retention(null, null, 1));
        Instant now = TalkedAbout.OVER.plus(Duration.ofDays(2));
        database.withConnection(RetentionRounds::begin);
        database.withConnection(c -> Sql.update(
                c, "update retention_rounds set next_at = now() - case organization_id when ? then interval '1 hour' else interval '0' end",
                broken.sample().organizationId()));
        database.withConnection(c -> Sql.update(
                c,
                "alter table run_events add constraint poison check (run_id <> " + stays.runId() + " or payload ->> 'text' is not null) not valid"));
        try {
            RetentionJob job = job(database, now);

            // when
            for (int n = 0; n < 500; n++) {
                try {
                    job.step();
                } catch (DatabaseException poisoned) {
                    // the loop goes on
                }
            }

            // then
            assertFalse(goes.anywhere(goes.words()));
            assertTrue(stays.anywhere(stays.words()));
        } finally {
            database.withConnection(c -> Sql.update(c, "alter table run_events drop constraint poison"));
        }
    }

    @Test
    void aRunThatNobodyCanEndIsForgottenWithTheOthers() throws Exception {
        // given a run that is open for days, which no call is, and one behind it
        Tenant tenant = Tenant.create(database);
        TalkedAbout stuck = TalkedAbout.begin(tenant, true);
        TalkedAbout over = TalkedAbout.ended(tenant, true);
        keeps(tenant, new Retention(null, null, 1));

        // when
        rounds(tenant, TalkedAbout.OVER.plus(Duration.ofDays(5)));

        // then
        assertFalse(over.anywhere(over.words()));
        assertFalse(stuck.anywhere(stuck.words()));
    }

    private int emptied(Tenant tenant) {
        return database.withConnection(c -> Sql.only(
                c, "select count(*) from runs where organization_id = ? and emptied_at is not null", row -> row.getInt(1),
                tenant.sample().organizationId()));
    }

    @ParameterizedTest
    @EnumSource(RetentionRounds.Kind.class)
    void whoDiesAtAnyStatementIsFollowedBySomebodyWhoForgets(RetentionRounds.Kind kind) throws Exception {
        Instant now = TalkedAbout.OVER.plus(Duration.ofDays(2));
        int points = 0;
        try (CrashingDriver driver = new CrashingDriver();
                Database dying = new Database(new Database.Settings(
                        TestPostgres.jdbcUrl(server, database), "postgres", new Secret("postgres"), CrashingDriver.NAME, 2,
                        Duration.ofSeconds(5), Duration.ofSeconds(10)))) {
            assertTrue(dying.isReachable());
            for (boolean after : List.of(false, true)) {
                boolean died = true;
                for (int step = 1; died && step < MORE_THAN_THERE_ARE; step++) {
                    // given
                    Tenant tenant = Tenant.create(database);
                    TalkedAbout talked = TalkedAbout.ended(tenant, true);
                    keeps(tenant, switch (kind) {
                        case MEDIA -> new Retention(24, null, null);
                        case TRANSCRIPTS -> new Retention(null, 1, null);
                        case RUNS -> new Retention(null, null, 1);
                    });
                    driver.crashAt(step, after);

                    // when
                    try {
                        RetentionJob job = job(dying, now);
                        while (job.step()) {
                            // until nothing is due
                        }
                    } catch (DatabaseException cutOff) {
                        // looked at below
                    }
                    died = driver.disarm();
                    rounds(tenant, now);

                    // then
                    String where = String.format(Locale.ROOT, "%s, step %d, %b", kind, step, after);
                    assertEquals(kind == RetentionRounds.Kind.MEDIA, talked.anywhere(talked.words()), where);
                    assertEquals(kind == RetentionRounds.Kind.TRANSCRIPTS, talked.keptKeys().media() != null, where);
                    assertEquals(kind == RetentionRounds.Kind.MEDIA, talked.keptKeys().words() != null, where);
                    points += died ? 1 : 0;
                }
                assertFalse(died, "more statements than " + MORE_THAN_THERE_ARE);
            }
        }
        assertTrue(points > 8, points + " points");
    }
}
