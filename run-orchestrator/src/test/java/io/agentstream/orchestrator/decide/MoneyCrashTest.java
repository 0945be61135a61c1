package io.agentstream.orchestrator.decide;

import static io.agentstream.orchestrator.decide.TenantCalls.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Ledger;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/// An orchestrator dies at every statement that moves money, before and after the server has done it, and another one gets the same
/// record once more. Nothing is lost and nothing is charged twice.
@ResourceLock(CrashingDriver.LOCK)
@ExtendWith(TestPostgres.class)
final class MoneyCrashTest {

    private static final String SESSION = "sess-7";
    private static final Duration GRACE = Duration.ofSeconds(15);
    private static final int MORE_THAN_THERE_ARE = 60;

    private final Database database;
    private final EmbeddedPostgres server;

    MoneyCrashTest(Database database, EmbeddedPostgres server) {
        this.database = database;
        this.server = server;
    }

    /// What is done when it dies, and what its owner has of 1.00 when it was done after all.
    enum Deed {
        GRANT("1.5000"),
        ADMISSION("1.0000"),
        BEGIN("1.0000"),
        CHARGE("0.9000"),
        END("0.8500"),
        PEERS_FAULT("0.8500"),
        OUR_FAULT("1.0000"),
        /// Its caller hangs up before a worker has taken the call, and no worker does, or one says too late that it would have.
        UNSERVED("1.0000"),
        LOST("0.9000"),
        REPLACED("0.8500"),
        /// At the limit, with all the money held for the call that is taken over.
        RECONNECTED("0.8500"),
        /// Its money is used up: its agent is to finish.
        FINISH("0.0000"),
        /// The agent has had its time.
        CLOSE("-0.0333"),
        END_BY_CREDITS("-0.0083"),
        /// What calls cost has changed since it was admitted.
        CHARGE_AFTER_A_NEW_PRICE("0.8000"),
        END_AFTER_A_NEW_PRICE("0.8500"),
        /// Its owner becomes unlimited, or prepaid, while it talks; what the owner has is what it has once it is prepaid again.
        BECOMES_UNLIMITED("0.9000"),
        BECOMES_PREPAID_AGAIN("0.9000"),
        CHARGE_OF_AN_UNLIMITED_OWNER("0.9000"),
        END_OF_AN_UNLIMITED_OWNER("0.9000"),
        OUR_FAULT_WITH_AN_UNLIMITED_OWNER("1.0000"),
        /// Of whose talk a minute was counted, one was not, and one was.
        OUR_FAULT_AFTER_BOTH("1.0000");

        final BigDecimal left;

        Deed(String left) {
            this.left = new BigDecimal(left);
        }
    }

    @ParameterizedTest
    @EnumSource(Deed.class)
    void whatDiesIsDoneOnceInTheEnd(Deed deed) throws Exception {
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
                    tenant.credits("1");
                    TenantCalls calls = new TenantCalls(tenant);
                    CallEvent.Offered offer = given(deed, tenant, calls);
                    driver.crashAt(step, after);

                    // when
                    try {
                        perform(deed, new TenantCalls(new Tenant(dying, tenant.sample())), offer);
                    } catch (DatabaseException cutOff) {
                        // looked at below
                    }
                    died = driver.disarm();
                    assertEquals(List.of(), tenant.disagreements(), deed + " step " + step);
                    perform(deed, calls, offer);
                    perform(deed, calls, offer);

                    // then
                    assertEquals(List.of(), tenant.disagreements(), deed + " step " + step);
                    prepaid(tenant);
                    assertEquals(List.of(), tenant.disagreements(), deed + " step " + step);
                    assertEquals(deed.left, tenant.credits(), deed + " step " + step + (after ? " after" : " before"));
                    points += died ? 1 : 0;
                }
                assertTrue(!died, "more statements than " + MORE_THAN_THERE_ARE);
            }
        }
        assertTrue(points > (deed == Deed.BECOMES_UNLIMITED ? 3 : 8), deed + " has " + points + " points");
        LoggerFactory.getLogger(MoneyCrashTest.class).info("{}: {} crash points", deed, points);
    }

    private static CallEvent.Offered given(Deed deed, Tenant tenant, TenantCalls calls) throws InterruptedException {
        CallEvent.Offered offer = tenant.offer().at(Samples.T0).build();
        CallId call = offer.callId();
        if (deed.compareTo(Deed.BEGIN) >= 0) {
            calls.offer(offer);
        }
        if (deed.compareTo(Deed.CHARGE) >= 0) {
            calls.start(Samples.started().of(call).session(SESSION).build());
            if (deed != Deed.UNSERVED) {
                calls.begins(call);
            }
            alive(calls, call, 60);
        }
        if (deed.compareTo(Deed.END) >= 0) {
            read(calls, call, 60);
        }
        switch (deed) {
            case REPLACED -> {
                CallEvent.Offered newer = tenant.offer().at(Samples.T0.plusMillis(500)).build();
                calls.offer(newer);
                return newer;
            }
            case RECONNECTED -> {
                tenant.limit(1);
                tenant.database().withConnection(c -> Sql.update(
                        c, "update meters m set held = u.credits from users u where u.id = m.user_id and u.id = ?", tenant.sample().userId()));
                return tenant.offer().at(Samples.T0.plusMillis(500)).build();
            }
            case FINISH -> alive(calls, call, 600);
            case CLOSE, END_BY_CREDITS -> {
                alive(calls, call, 600);
                read(calls, call, 600);
                alive(calls, call, 620);
            }
            case CHARGE_AFTER_A_NEW_PRICE, END_AFTER_A_NEW_PRICE -> {
                tenant.price("6");
                alive(calls, call, 120);
            }
            case BECOMES_PREPAID_AGAIN -> {
                unlimited(tenant);
                alive(calls, call, 120);
                read(calls, call, 120);
            }
            case CHARGE_OF_AN_UNLIMITED_OWNER, END_OF_AN_UNLIMITED_OWNER, OUR_FAULT_WITH_AN_UNLIMITED_OWNER -> {
                unlimited(tenant);
                alive(calls, call, 120);
            }
            case OUR_FAULT_AFTER_BOTH -> {
                unlimited(tenant);
                alive(calls, call, 120);
                read(calls, call, 120);
                prepaid(tenant);
                alive(calls, call, 180);
                read(calls, call, 182);
            }
            case GRANT, ADMISSION, BEGIN, CHARGE, END, PEERS_FAULT, OUR_FAULT, UNSERVED, LOST, BECOMES_UNLIMITED -> {}
        }
        return offer;
    }

    private static void alive(TenantCalls calls, CallId call, int second) {
        calls.alive(call, NOW.plusSeconds(second), NOW.plusSeconds(second));
    }

    private static void read(TenantCalls calls, CallId call, int second) {
        calls.decisions().metered(call, GRACE, () -> NOW.plusSeconds(second));
    }

    private static void unlimited(Tenant tenant) {
        tenant.database().inTransaction(c -> {
            Ledger.setUnlimited(c, tenant.sample().userId());
            return true;
        });
    }

    private static void prepaid(Tenant tenant) {
        tenant.database().inTransaction(c -> {
            Ledger.setPrepaid(c, tenant.sample().organizationId(), tenant.sample().userId());
            return true;
        });
    }

    private static void perform(Deed deed, TenantCalls calls, CallEvent.Offered offer) throws InterruptedException {
        Tenant tenant = calls.tenant();
        CallId call = offer.callId();
        switch (deed) {
            case GRANT -> tenant.database().inTransaction(c -> Ledger.grant(
                    c,
                    new Ledger.Grant(
                            tenant.sample().organizationId(), tenant.sample().userId(), new BigDecimal("0.50"), "r",
                            call.toString())));
            case ADMISSION -> calls.offer(offer);
            case BEGIN -> calls.start(call);
            case CHARGE -> read(calls, call, 60);
            case CHARGE_AFTER_A_NEW_PRICE, CHARGE_OF_AN_UNLIMITED_OWNER -> read(calls, call, 122);
            case FINISH -> read(calls, call, 600);
            case CLOSE -> read(calls, call, 625);
            case END_BY_CREDITS -> calls.end(call, Duration.ofSeconds(605), End.CREDITS);
            case BECOMES_UNLIMITED -> unlimited(tenant);
            case BECOMES_PREPAID_AGAIN -> prepaid(tenant);
            case END, END_AFTER_A_NEW_PRICE, END_OF_AN_UNLIMITED_OWNER -> calls.end(call, Duration.ofSeconds(90), End.CALLER_HANGUP);
            case PEERS_FAULT -> calls.decisions().ended(
                    Samples.failed(call, NOW.plusSeconds(90), Failure.PEER_STALLED), calls.source());
            case UNSERVED -> {
                calls.end(call, Duration.ofSeconds(90), End.CALLER_HANGUP);
                calls.begins(call, NOW.plusSeconds(91));
            }
            case LOST -> calls.decisions().quiet(call, NOW.plusSeconds(200));
            case REPLACED, RECONNECTED -> {
                calls.offer(offer, TenantCalls.says(call, SESSION));
                CallEvent.Started start = Samples.started().of(call).session(SESSION).build();
                ProofPlan plan = calls.decisions().plan(start).orElseThrow();
                ProofPlan late = new ProofPlan(plan.organizationId(), plan.due(), NOW.plusSeconds(100), plan.domain());
                calls.decisions().started(late.answered(start, Verdicts.Session.LIVE), calls.source(), () -> NOW.plusSeconds(90));
            }
            case OUR_FAULT, OUR_FAULT_WITH_AN_UNLIMITED_OWNER, OUR_FAULT_AFTER_BOTH -> calls.decisions().ended(
                    Samples.failed(call, NOW.plusSeconds(90), Failure.INTERNAL_ERROR), calls.source());
        }
    }
}
