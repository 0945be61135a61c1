package io.agentstream.orchestrator.erase;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.CrashingDriver;
import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.Greeting;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.TenantCalls;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Erasures;
import io.agentstream.orchestrator.store.Erasures.Erasure;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.RunFilter;
import io.agentstream.orchestrator.store.RunLists;
import io.agentstream.orchestrator.store.Runs;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.RunEvent;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.slf4j.LoggerFactory;

/// What an erasure leaves in the database, when it says that it is done, and that whoever dies on the way is followed by somebody.
@ResourceLock(CrashingDriver.LOCK)
@ExtendWith(TestPostgres.class)
final class EraserTest {

    private static final int MORE_THAN_THERE_ARE = 60;

    private final Database database;
    private final EmbeddedPostgres server;
    private final Set<CallId> asked = new HashSet<>();
    private boolean keysGo = true;
    private int readings;
    private final List<Decision> told = new ArrayList<>();

    EraserTest(Database database, EmbeddedPostgres server) {
        this.database = database;
        this.server = server;
    }

    private Eraser eraser(Database in, Instant now) {
        return new Eraser(in, this::destroy, InstantSource.fixed(now), told::add);
    }

    private Set<CallId> destroy(Set<CallId> calls) {
        asked.addAll(calls);
        readings++;
        return keysGo ? Set.of() : calls;
    }

    /// Lets others go on until nothing is due, whatever was put off.
    private Erasure finish(Erasure ordered, Instant now) throws InterruptedException {
        Eraser eraser = eraser(database, now);
        for (int n = 0; n < 20 && find(ordered).state().equals("pending"); n++) {
            database.withConnection(c -> Sql.update(c, "update erasures set next_at = now() where id = ?", ordered.id()));
            eraser.step();
        }
        return find(ordered);
    }

    private Erasure find(Erasure erasure) {
        return database.withConnection(c -> Erasures.find(c, erasure.organizationId(), erasure.id())).orElseThrow();
    }

    private Erasure order(TalkedAbout talked) {
        return database.inTransaction(c -> Erasures.ofCaller(c, talked.tenant().sample().organizationId(), talked.number()));
    }

    private List<Runs.Run> runsOf(TalkedAbout talked) {
        List<Runs.Run> found = new ArrayList<>();
        RunFilter filter =
                new RunFilter(null, null, null, null, talked.number(), null, null, null, null, null, null, null);
        return database.inTransaction(c -> {
            RunLists.list(c, talked.tenant().sample().organizationId(), filter, null, 10, new RunLists.Taker() {
                @Override
                public boolean take(Runs.Run run) {
                    return found.add(run);
                }

                @Override
                public void goOnBehind(RunLists.Position place) {}
            });
            return found;
        });
    }

    @Test
    void oneErasureThatFailsIsNoOthers() throws Exception {
        // given one that cannot be done, the first that is due, and another
        TalkedAbout stays = TalkedAbout.ended(Tenant.create(database), true);
        TalkedAbout goes = TalkedAbout.ended(Tenant.create(database), true);
        Erasure broken = order(stays);
        Erasure other = order(goes);
        database.withConnection(c -> Sql.update(
                c, "update erasures set next_at = now() - interval '1 hour' where id = ?", broken.id()));
        database.withConnection(c -> Sql.update(
                c,
                "alter table run_events add constraint poison check (run_id <> " + stays.runId() + " or payload ->> 'text' is not null) not valid"));
        try {
            Eraser eraser = eraser(database, TalkedAbout.OVER);

            // when
            for (int n = 0; n < 20; n++) {
                try {
                    eraser.step();
                } catch (DatabaseException poisoned) {
                    // the loop goes on
                }
            }

            // then
            assertEquals(List.of("done", "pending"), List.of(find(other).state(), find(broken).state()));
        } finally {
            database.withConnection(c -> Sql.update(c, "alter table run_events drop constraint poison"));
        }
    }

    @Test
    void whatIsOrderedOnceMoreWhileItIsDoneIsNotDoneBeforeItsNewRunsAre() throws Exception {
        // given somebody who has taken it, when it is ordered again, of a run more
        Tenant tenant = Tenant.create(database);
        TalkedAbout talked = TalkedAbout.ended(tenant, true);
        Erasure taken = order(talked);
        TalkedAbout later = TalkedAbout.ended(tenant, true);
        database.withConnection(c -> Sql.update(
                c,
                "update runs set initial_context = jsonb_set(initial_context, '{caller_number}', to_jsonb(?::text)) where id = ?",
                talked.number(), later.runId()));
        Erasure again = database.inTransaction(c -> Erasures.openOfCaller(c, tenant.sample().organizationId(), talked.number())).orElseThrow();
        assertEquals(taken.id(), again.id());

        // when
        boolean found = database.inTransaction(c -> Erasures.found(c, taken));

        // then
        assertFalse(found);
        assertEquals(2, finish(again, TalkedAbout.OVER).runs());
        assertFalse(later.anywhere(later.words()));
    }

    @Test
    void nothingOfACallerIsLeftAndHisRunsAreNotFoundByHisNumber() throws Exception {
        // given
        Tenant tenant = Tenant.create(database);
        TalkedAbout talked = TalkedAbout.ended(tenant, true);
        TalkedAbout other = TalkedAbout.ended(tenant, true);
        assertEquals(1, runsOf(talked).size());
        assertTrue(talked.anywhere(talked.words()));

        // when
        Erasure done = finish(order(talked), TalkedAbout.OVER);

        // then
        assertEquals("done", done.state());
        assertEquals(List.of(1, 1), List.of(done.runs(), done.keys()));
        assertFalse(talked.anywhere(talked.number().substring(1)), "the number");
        assertFalse(talked.anywhere(talked.words()), "the words");
        assertFalse(talked.story().stream().anyMatch(text -> text.contains("session")), "what its provider calls it");
        assertNull(talked.keptKeys().media());
        assertNull(talked.keptKeys().words());
        assertEquals(List.of(), runsOf(talked));
        assertEquals(Set.of(talked.call()), asked);
        assertEquals(1, runsOf(other).size());
        assertTrue(other.anywhere(other.words()));
        assertEquals(other.keys(), other.keptKeys());
    }

    @Test
    void ofEachRunItIsSaidOnceThatItIsErased() throws Exception {
        // given a run that is erased by two orders
        TalkedAbout talked = TalkedAbout.ended(Tenant.create(database), true);
        Erasure byNumber = order(talked);
        Erasure byRun = database.inTransaction(
                c -> Erasures.ofRun(c, talked.tenant().sample().organizationId(), talked.runId()));

        // when
        finish(byNumber, TalkedAbout.OVER);
        finish(byRun, TalkedAbout.OVER);

        // then
        List<RunEvent> said = told.stream().flatMap(each -> each.events().stream()).filter(each -> each.callId().equals(talked.call())).toList();
        assertEquals(1, said.size(), said.toString());
        RunEvent.Erased erased = assertInstanceOf(RunEvent.Erased.class, said.getFirst());
        assertEquals(talked.runId(), erased.run().id());
        assertEquals(1, talked.tenant().story(talked.call()).stream().filter("erased"::equals).count());
        int ordered = database.withConnection(c -> Sql.only(
                c, "select count(*) from outbox where run_id = ? and kind = 'say' and positions[1] = (select max(position) from run_events where run_id = ?)",
                row -> row.getInt(1), talked.runId(), talked.runId()));
        assertEquals(1, ordered, "who dies here is followed by somebody");
    }

    /// With each of them it would wait for Kafka, for as long as a record may take.
    @Test
    void whereItCannotBeSaidOfOneItIsNotTriedWithTheOthers() throws Exception {
        // given runs of one caller
        Tenant tenant = Tenant.create(database);
        TalkedAbout one = TalkedAbout.ended(tenant, true);
        TalkedAbout other = TalkedAbout.ended(tenant, true);
        database.withConnection(c -> Sql.update(
                c, "update runs set initial_context = jsonb_set(initial_context, '{caller_number}', to_jsonb(?::text)) where id = ?",
                one.number(), other.runId()));
        Erasure ordered = order(one);
        Eraser withoutKafka = new Eraser(
                database, this::destroy, InstantSource.fixed(TalkedAbout.OVER),
                decision -> {
                    told.add(decision);
                    return false;
                });

        // when
        for (int n = 0; n < 20 && find(ordered).state().equals("pending"); n++) {
            database.withConnection(c -> Sql.update(c, "update erasures set next_at = now() where id = ?", ordered.id()));
            withoutKafka.step();
        }

        // then
        assertEquals("done", find(ordered).state());
        assertEquals(1, told.stream().filter(each -> Set.of(one.call(), other.call()).contains(each.callId())).count());
        for (TalkedAbout run : List.of(one, other)) {
            assertEquals(1, tenant.story(run.call()).stream().filter("erased"::equals).count());
        }
    }

    @Test
    void nothingIsLeftOfHisTransfersAndOneThatIsUnderWayIsWaitedFor() throws Exception {
        // given
        TalkedAbout talked = TalkedAbout.begin(Tenant.create(database), true);
        String desk = "+1666" + talked.number().substring(5);
        new TenantCalls(talked.tenant()).asksForWarmTransfer(talked.call(), 5, "5-1", desk);
        String leg = "leg-" + talked.words();
        String session = "session-" + talked.words();
        database.withConnection(c -> Sql.update(
                c,
                """
                update transfers set leg = ?, session = ?, missed = ?, told = told || jsonb_build_object('summary', ?), ticket = '\\x01'::bytea || decode(md5(?), 'hex')
                 where run_id = ?
                """,
                leg, session, session, talked.words(), leg, talked.runId()));
        talked.end();
        Erasure ordered = order(talked);

        // when
        Erasure meanwhile = finish(ordered, TalkedAbout.OVER);
        database.withConnection(c -> Sql.update(
                c, "update transfers set outcome = 'connected' where run_id = ?", talked.runId()));
        Erasure after = finish(ordered, TalkedAbout.OVER);

        // then
        assertEquals(List.of("pending", "done"), List.of(meanwhile.state(), after.state()));
        for (String personal : List.of(desk, leg, session, talked.words())) {
            assertFalse(talked.anywhere(personal), personal);
        }
    }

    @Test
    void aTransferThatNobodyEndsIsNotWaitedForForEver() throws Exception {
        TalkedAbout talked = TalkedAbout.begin(Tenant.create(database), true);
        String desk = "+1666" + talked.number().substring(5);
        new TenantCalls(talked.tenant()).asksForWarmTransfer(talked.call(), 5, "5-1", desk);
        talked.end();
        database.withConnection(c -> Sql.update(
                c, "update transfers set until = now() - interval '2 hours' where run_id = ?", talked.runId()));

        assertEquals("done", finish(order(talked), TalkedAbout.OVER).state());

        assertFalse(talked.anywhere(desk));
    }

    @Test
    void isNotDoneWhileATransferNamesAnybody() throws Exception {
        // given
        TalkedAbout talked = TalkedAbout.begin(Tenant.create(database), true);
        new TenantCalls(talked.tenant()).asksForTransfer(talked.call(), 5, "5-1", "+1666");
        talked.end();
        database.withConnection(c -> Sql.update(
                c, "update transfers set outcome = 'failed' where run_id = ?", talked.runId()));
        keysGo = false;
        Erasure ordered = order(talked);
        finish(ordered, TalkedAbout.OVER);
        database.withConnection(c -> Sql.update(c, "update transfers set leg = 'left' where run_id = ?", talked.runId()));
        keysGo = true;

        // when
        String before = finish(ordered, TalkedAbout.OVER).state();
        database.withConnection(c -> Sql.update(c, "update transfers set leg = null where run_id = ?", talked.runId()));

        // then
        assertEquals("pending", before);
        assertEquals("done", finish(ordered, TalkedAbout.OVER).state());
    }

    @Test
    void noWordsAreLeftByWhichTheRunCouldBeFoundAlsoWhereTheyComeLate() throws Exception {
        // given
        TalkedAbout talked = TalkedAbout.ended(Tenant.create(database), false);
        talked.index();
        assertTrue(talked.isIndexed());

        // when
        finish(order(talked), TalkedAbout.OVER);
        boolean after = talked.isIndexed();
        talked.heard(7);
        talked.index();

        // then
        assertFalse(after);
        assertFalse(talked.isIndexed(), "late");
    }

    @Test
    void isNotDoneWhileTheRunCanStillBeFoundByItsWords() throws Exception {
        // given
        TalkedAbout talked = TalkedAbout.ended(Tenant.create(database), true);
        keysGo = false;
        Erasure ordered = order(talked);
        finish(ordered, TalkedAbout.OVER);
        database.withConnection(c -> Sql.update(c, "insert into run_words (run_id, words) values (?, 'left')", talked.runId()));
        keysGo = true;

        // when
        String before = finish(ordered, TalkedAbout.OVER).state();
        database.withConnection(c -> Sql.update(c, "delete from run_words where run_id = ?", talked.runId()));

        // then
        assertEquals("pending", before);
        assertEquals("done", finish(ordered, TalkedAbout.OVER).state());
    }

    @Test
    void whatIsSaidLateOfAnErasedRunIsKeptWithoutItsWords() throws Exception {
        // given
        TalkedAbout talked = TalkedAbout.ended(Tenant.create(database), false);
        finish(order(talked), TalkedAbout.OVER);

        // when
        talked.heard(7);

        // then
        assertFalse(talked.anywhere(talked.words()));
        assertEquals(2, talked.tenant().story(talked.call()).stream().filter("heard"::equals).count());
    }

    @Test
    void aRunThatIsNotOverIsWaitedFor() throws Exception {
        // given
        TalkedAbout talked = TalkedAbout.begin(Tenant.create(database), true);
        Erasure ordered = order(talked);

        // when
        Erasure before = finish(ordered, TalkedAbout.OVER);
        talked.end();
        Erasure after = finish(ordered, TalkedAbout.OVER);

        // then
        assertEquals("pending", before.state());
        assertEquals("done", after.state());
        assertFalse(talked.anywhere(talked.number().substring(1)));
    }

    @Test
    void aRunThatMayYetTellTheNumberIsWaitedFor() throws Exception {
        // given a call whose number comes with its start, and has not come
        Tenant tenant = Tenant.create(database);
        TalkedAbout talked = TalkedAbout.ended(tenant, true);
        TenantCalls calls = new TenantCalls(tenant);
        CallEvent.Offered offer = tenant.offer().build();
        calls.decisions().offered(offer, null, Greeting.NONE, new Source("eraser-test", 1, 1), () -> Samples.T0.plusSeconds(1));
        Erasure ordered = order(talked);

        // when
        Erasure before = finish(ordered, TalkedAbout.OVER);
        calls.start(offer.callId());
        Erasure after = finish(ordered, TalkedAbout.OVER);

        // then
        assertEquals("pending", before.state());
        assertEquals("done", after.state());
    }

    @Test
    void anOrganisationThatOrdersManyHasItsTurnAndNoMore() {
        // given many that are due for long, and one of somebody else
        long flood = Tenant.create(database).sample().organizationId();
        long other = Tenant.create(database).sample().organizationId();
        database.inTransaction(c -> Sql.update(
                c,
                """
                insert into erasures (organization_id, run_id, up_to_run, next_at)
                select ?, -n, 0, now() - interval '1 hour' from generate_series(1, 50) n
                union all select ?, -1, 0, now()
                """,
                flood, other));

        // when
        List<Long> taken = new ArrayList<>();
        long after = flood - 1;
        while (taken.stream().filter(Long.valueOf(flood)::equals).count() < 2) {
            long behind = after;
            after = database.withConnection(c -> Erasures.take(c, 3_600, behind)).orElseThrow().organizationId();
            taken.add(after);
        }

        // then, whatever other tests have left to be done
        assertTrue(taken.contains(other), () -> taken + " without " + other);
        database.inTransaction(c -> Sql.update(c, "delete from erasures where organization_id in (?, ?)", flood, other));
    }

    @Test
    void theKeysOfManyErasuresAreLookedForInOneReading() throws Exception {
        // given many orders, of one that floods and of others
        Tenant tenant = Tenant.create(database);
        List<Erasure> ordered = new ArrayList<>();
        for (int n = 0; n < 20; n++) {
            ordered.add(order(TalkedAbout.ended(tenant, true)));
        }

        // when
        Eraser eraser = eraser(database, TalkedAbout.OVER);
        while (eraser.step()) {
            // until nothing is due
        }

        // then
        assertTrue(ordered.stream().allMatch(each -> find(each).state().equals("done")));
        assertTrue(readings <= 2, readings + " readings");
    }

    @Test
    void isNotDoneWhileKeysAreOnTheirTopicAndSaysWhenTheyAreGone() throws Exception {
        // given
        TalkedAbout talked = TalkedAbout.ended(Tenant.create(database), true);
        keysGo = false;

        // when
        Erasure pending = finish(order(talked), TalkedAbout.OVER);

        // then
        assertEquals("pending", pending.state());
        assertEquals(talked.keys().at().plus(Eraser.KEYS_STAY), pending.doneBy());
        assertFalse(talked.anywhere(talked.number().substring(1)), "the number is not needed any more");
        assertEquals("done", finish(pending, pending.doneBy()).state());
    }

    @Test
    void aRunThatWasNotSealedIsDoneWhenTheTopicsHaveForgottenIt() throws Exception {
        // given
        TalkedAbout talked = TalkedAbout.ended(Tenant.create(database), false);

        // when
        Erasure pending = finish(order(talked), TalkedAbout.OVER);

        // then
        assertEquals("pending", pending.state());
        assertFalse(talked.anywhere(talked.words()));
        assertEquals("done", finish(pending, pending.doneBy()).state());
    }

    @Test
    void whoDiesAtAnyStatementIsFollowedBySomebodyWhoFinishes() throws Exception {
        int points = 0;
        Tenant tenant = Tenant.create(database);
        try (CrashingDriver driver = new CrashingDriver();
                Database dying = new Database(new Database.Settings(
                        TestPostgres.jdbcUrl(server, database), "postgres", new Secret("postgres"), CrashingDriver.NAME, 2,
                        Duration.ofSeconds(5), Duration.ofSeconds(10)))) {
            assertTrue(dying.isReachable());
            for (boolean after : List.of(false, true)) {
                boolean died = true;
                for (int step = 1; died && step < MORE_THAN_THERE_ARE; step++) {
                    // given
                    TalkedAbout talked = TalkedAbout.ended(tenant, true);
                    Erasure ordered = order(talked);
                    driver.crashAt(step, after);

                    // when
                    try {
                        Eraser eraser = eraser(dying, TalkedAbout.OVER);
                        while (eraser.step()) {
                            // until nothing is due
                        }
                    } catch (DatabaseException cutOff) {
                        // looked at below
                    }
                    died = driver.disarm();
                    Erasure done = finish(ordered, TalkedAbout.OVER);

                    // then
                    String where = "step " + step + (after ? " after" : " before");
                    assertEquals("done", done.state(), where);
                    assertEquals(List.of(1, 1), List.of(done.runs(), done.keys()), where);
                    assertFalse(talked.anywhere(talked.number().substring(1)), where);
                    assertFalse(talked.anywhere(talked.words()), where);
                    points += died ? 1 : 0;
                }
                assertFalse(died, "more statements than " + MORE_THAN_THERE_ARE);
            }
        }
        assertTrue(points > 20, points + " points");
        LoggerFactory.getLogger(EraserTest.class).info("{} crash points", points);
    }
}
