package io.agentstream.orchestrator.jobs;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.TenantCalls;
import io.agentstream.orchestrator.jobs.WarmWorld.Death;
import io.agentstream.orchestrator.jobs.WarmWorld.Place;
import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.orchestrator.store.WarmLegs;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A process dies at each of the steps of a warm transfer: before a request, behind it, or at a statement. Another goes on. Nobody is called or brought
/// away twice, and in the end both sides are together, or the caller is where it was and the other side is hung up.
@ExtendWith(TestPostgres.class)
final class WarmTransferDeathsTest {

    private static final String KEY = "1-desk";
    private static final long NEVER = Integer.MAX_VALUE;

    /// Passes until the other side has had its time, and until everything has to be settled.
    private static final int PATIENCE = 12;
    private static final int MOST = 40;

    /// After how many passes it is read that a call has ended: whoever goes on for a dead process does not know it yet.
    private static final int UNREAD = 3;

    private final Database database;
    private final TenantCalls calls;
    private final Metrics metrics = new Metrics("test");
    private final Announcer announcer;

    WarmTransferDeathsTest(Database database) {
        this.database = database;
        calls = new TenantCalls(Tenant.create(database));
        announcer = Announcers.on(
                new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()), database, new Said(), metrics,
                InstantSource.system());
        for (String statement : new String[] {
            "create sequence if not exists steps",
            "create table if not exists deaths (at bigint not null, armed boolean not null)",
            """
            create or replace function step() returns trigger language plpgsql as $$
            begin
                if (select armed from deaths) and nextval('steps') >= (select at from deaths) then
                    raise exception 'dead' using errcode = 'admin_shutdown';
                end if;
                return new;
            end $$
            """,
            "drop trigger if exists step on transfers",
            "create trigger step before update on transfers for each row execute function step()",
            "delete from deaths",
            "insert into deaths values (0, false)"
        }) {
            sql(statement);
        }
    }

    @AfterEach
    void close() {
        metrics.close();
    }

    private void sql(String statement) {
        database.withConnection(c -> {
            try (var open = c.createStatement()) {
                return open.execute(statement);
            }
        });
    }

    private String value(String expression) {
        return database.withConnection(c -> Sql.only(
                c, "select coalesce(max((" + expression + ")::text), '') as value from transfers t join runs r on r.id = t.run_id",
                row -> row.getString("value")));
    }

    private long steps() {
        return database.withConnection(c -> Sql.only(c, "select last_value from steps", row -> row.getLong(1)));
    }

    /// One transfer, from its order to its end.
    private final class Story {

        private final WarmWorld world;
        private final CallId call;
        private final long deathAt;
        private final boolean hangsUp;
        private int gone;

        /// @param deathAt the statement at which a process dies
        /// @param hangsUp whether the caller hangs up at that moment
        Story(@Nullable Death death, long deathAt, boolean hangsUp) throws InterruptedException {
            sql("delete from transfers");
            sql("alter sequence steps restart");
            sql("update deaths set at = " + deathAt);
            String session = "sess-" + UUID.randomUUID();
            this.world = new WarmWorld(session, death);
            this.deathAt = deathAt;
            this.hangsUp = hangsUp;
            this.call = calls.running(session);
            calls.asksForWarmTransfer(call, 5, KEY, "+15550131");
        }

        Story told() throws InterruptedException {
            for (int pass = 0; pass < MOST && !isSettled(); pass++) {
                boolean over = pass >= PATIENCE;
                sql("update transfers set due_at = now(), asked_at = asked_at - interval '1 minute'"
                        + (over ? ", until = now() - interval '1 minute'" : ""));
                sql("update runs set alive_at = alive_at - interval '1 minute' where alive_at is not null");
                pass();
                if (isDead()) {
                    sql("update deaths set at = " + NEVER);
                    world.restart();
                    if (hangsUp) {
                        world.hangsUp();
                    }
                } else {
                    goOn();
                }
            }
            return this;
        }

        private boolean isDead() {
            return world.isDead() || (steps() >= deathAt && value("(select at from deaths)").equals(Long.toString(deathAt)));
        }

        private void pass() throws InterruptedException {
            sql("update deaths set armed = true");
            try (HandOvers process = new HandOvers(database, world, announcer, metrics, InstantSource.system(), () -> TenantCalls.ALL)) {
                process.pass();
            } catch (DatabaseException dead) { // as is looked at behind
                assertTrue(steps() >= deathAt, dead.toString());
            }
            sql("update deaths set armed = false");
        }

        /// What the provider tells, what the other side does, and what is heard of the call.
        private void goOn() {
            String leg = world.called;
            if (leg != null) {
                byte[] ticket = ApiKeys.hash(Objects.requireNonNull(world.briefing).ticket());
                database.withConnection(c -> {
                    WarmLegs.changed(c, ticket, leg);
                    return true;
                });
                if (world.place(leg) == Place.CALLED) {
                    Optional<String> room = database.withConnection(c -> WarmLegs.pressed(c, ticket, true, leg));
                    world.presses(room.isPresent());
                }
            }
            if (world.caller() == Place.WITH_US) {
                Instant now = InstantSource.system().instant();
                calls.alive(call, now, now);
            } else if (++gone == UNREAD) {
                calls.ended(call, End.CALLER_HANGUP);
            }
        }

        private boolean isSettled() {
            return !value("t.outcome").isEmpty() && !value("t.leg_open").equals("true") && (world.caller() == Place.WITH_US || gone >= UNREAD);
        }

        void endsWell(String what) {
            Place caller = world.caller();
            Place leg = world.place(world.called);
            String said = what + ": the caller " + caller + ", the other side " + leg + ", " + value("t.outcome");
            assertAll(
                    said,
                    () -> assertTrue(world.dials <= 1, "called twice"),
                    () -> assertTrue(world.joins <= 1, "brought away twice"),
                    () -> assertTrue(
                            caller == Place.ROOM ? leg == Place.ROOM : leg == null || leg == Place.OVER, "together, or the other side is hung up"),
                    () -> assertTrue(hangsUp || caller != Place.OVER, "nobody hangs up on the caller"),
                    () -> assertEquals(caller == Place.ROOM, hangsUp ? caller == Place.ROOM : value("t.outcome").equals("connected")),
                    () -> assertEquals("1", value("(select count(*) from run_events e where e.run_id = r.id and e.type = 'transferred')")));
        }
    }

    @Test
    void whereNobodyDiesTheyAreTogether() throws InterruptedException {
        Story story = new Story(null, NEVER, false).told();

        story.endsWell("nobody");
        assertEquals(Place.ROOM, story.world.caller());
    }

    private void everywhere(boolean hangsUp) throws InterruptedException {
        WarmWorld whole = new Story(null, NEVER, false).told().world;
        long statements = steps();
        for (int request = 1; request <= whole.requests(); request++) {
            for (boolean before : new boolean[] {true, false}) {
                new Story(new Death(request, before), NEVER, hangsUp).told().endsWell((before ? "before" : "behind") + " request " + request);
            }
        }
        for (long statement = 1; statement <= statements; statement++) {
            new Story(null, statement, hangsUp).told().endsWell("statement " + statement);
        }
    }

    @Test
    void whereverAProcessDiesTheyAreTogetherOrAsBefore() throws InterruptedException {
        everywhere(false);
    }

    @Test
    void whereverAProcessDiesWhileTheCallerHangsUpNobodyIsLeftAlone() throws InterruptedException {
        everywhere(true);
    }
}
