package io.agentstream.orchestrator.decide;

import static io.agentstream.orchestrator.decide.TenantCalls.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunState;
import io.agentstream.orchestrator.store.RunningRuns;
import io.agentstream.orchestrator.store.Runs;
import io.agentstream.orchestrator.store.SignsOfLife;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What holds when many decide at the same time.
@ExtendWith(TestPostgres.class)
final class DecisionsAtOnceTest {

    /// At least as many as the pool has.
    private static final int CONNECTIONS = 16;

    private final Tenant tenant;
    private final TenantCalls calls;

    DecisionsAtOnceTest(Database database) {
        this.tenant = Tenant.create(database);
        this.calls = new TenantCalls(tenant);
    }

    private static <T> List<T> together(int count, Callable<T> work) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(Collections.nCopies(count, work))) {
                results.add(future.get());
            }
            return results;
        }
    }

    private static <T> T soon(Future<T> result) {
        return within(30, result);
    }

    private static <T> T within(int seconds, Future<T> result) {
        try {
            return result.get(seconds, TimeUnit.SECONDS);
        } catch (Exception notSoon) {
            throw new AssertionError("not within " + seconds + " s", notSoon);
        }
    }

    /// All that a start asks for first is whose it is, and with which account: with a connection in its hand.
    @Test
    void aBurstOfOneOrganisationsStartsLeavesOthersTheConnections() throws Exception {
        // given
        List<CallId> burst = new ArrayList<>();
        for (int i = 0; i < 2 * CONNECTIONS; i++) {
            burst.add(calls.admitted());
        }
        List<Future<Optional<ProofPlan>>> plans = new ArrayList<>();

        // when
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int found = tenant.database().inTransaction(connection -> {
                Sql.update(connection, "lock table telephony_configurations in access exclusive mode");
                for (CallId call : burst) {
                    plans.add(threads.submit(() -> calls.decisions().plan(Samples.started().of(call).build())));
                }
                return within(4, threads.submit(
                        () -> tenant.database().withConnection(c -> Sql.only(c, "select 7", row -> row.getInt(1)))));
            });

            // then
            assertEquals(7, found);
            for (Future<Optional<ProofPlan>> plan : plans) {
                assertTrue(soon(plan).isPresent());
            }
        }
    }

    @Test
    void parallelRedeliveriesMakeOneRun() throws Exception {
        CallEvent.Offered offer = tenant.offer().build();

        List<Decision> all = together(20, () -> calls.offer(offer));

        assertEquals(1, tenant.runs().size());
        assertEquals(1, all.stream().filter(d -> !d.isEmpty()).count());
        assertEquals(1, all.stream().filter(d -> !d.repeated()).count());
        assertEquals(List.of("offered", "created"), tenant.story(offer.callId()));
    }

    @Test
    void theLimitOfConcurrentCallsHoldsExactly() throws Exception {
        tenant.limit(7);
        List<CallId> waiting = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            waiting.add(calls.admitted());
        }
        var next = waiting.iterator();

        List<Decision> all = together(50, () -> {
            CallId call;
            synchronized (next) {
                call = next.next();
            }
            return calls.start(call);
        });

        assertEquals(7, all.stream().filter(d -> d.outcome().equals("running")).count());
        assertEquals(43, all.stream().filter(d -> d.outcome().equals("concurrency_limit")).count());
        assertEquals(7, tenant.runs().stream().filter(r -> r.state() == RunState.RUNNING).count());
        assertEquals(Failure.CONCURRENCY_LIMIT, failure(calls.offer(tenant.offer().build())));
    }

    @Test
    void aBurstOfOneOrganisationKeepsNoOtherWaiting() throws Exception {
        Tenant other = Tenant.create(tenant.database());
        CallEvent.Offered theirs = other.offer().build();
        calls.offer(theirs);
        List<Future<Decision>> burst = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Decision decision = tenant.database().inTransaction(connection -> {
                RunningRuns.lockLimit(connection, tenant.sample().organizationId()); // somebody changes it and takes his time
                for (int i = 0; i < 3 * CONNECTIONS; i++) {
                    CallId call = calls.admitted();
                    burst.add(threads.submit(() -> calls.start(call)));
                }
                return soon(threads.submit(() -> calls.start(theirs.callId())));
            });

            assertEquals("running", decision.outcome());
            for (Future<Decision> one : burst) {
                assertFalse(soon(one).events().isEmpty());
            }
        }
    }

    @Test
    void aBurstOfEndsOfOneOrganisationKeepsNoOtherWaiting() throws Exception {
        tenant.limit(1_000);
        tenant.credits("100");
        Tenant other = Tenant.create(tenant.database());
        CallEvent.Offered theirs = other.offer().build();
        calls.offer(theirs);
        List<CallId> talking = new ArrayList<>();
        for (int i = 0; i < 3 * CONNECTIONS; i++) {
            talking.add(calls.talking());
        }
        List<Future<Decision>> burst = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Decision decision = tenant.database().inTransaction(connection -> {
                // Somebody grants its owner something, and takes his time.
                Sql.query(connection, "select 1 from users where id = ? for update", row -> true, tenant.sample().userId());
                talking.forEach(call ->
                        burst.add(threads.submit(() -> calls.end(call, Duration.ofSeconds(5), End.CALLER_HANGUP))));
                Decision start = within(4, threads.submit(() -> calls.start(theirs.callId())));
                assertTrue(burst.stream().noneMatch(Future::isDone), "an end has charged an owner who is locked");
                return start;
            });

            assertEquals("running", decision.outcome());
            for (Future<Decision> one : burst) {
                assertEquals("caller_hangup", soon(one).outcome());
            }
            assertEquals(new BigDecimal("99.6016"), tenant.credits()); // 5 s of each
        }
    }

    @Test
    void aCallBeginsWhenItsTurnHasComeAndIsNotBornOld() throws Exception {
        CallId call = calls.admitted();
        AtomicReference<Instant> now = new AtomicReference<>(TenantCalls.NOW);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Decision> waiting = tenant.database().inTransaction(connection -> {
                RunningRuns.lockLimit(connection, tenant.sample().organizationId());
                int holder = Sql.only(connection, "select pg_backend_pid()", row -> row.getInt(1));
                Future<Decision> start = threads.submit(() -> calls.start(call, now::get));
                soon(threads.submit(() -> {
                    Until.holds(() -> waitsFor(holder));
                    return true;
                }));
                now.set(TenantCalls.NOW.plusSeconds(4));
                return start;
            });

            assertEquals(TenantCalls.NOW.plusSeconds(4), soon(waiting).asOf());
        }
        assertEquals(TenantCalls.NOW.plusSeconds(4), tenant.run(call).orElseThrow().startedAt());
    }

    private boolean waitsFor(int backend) {
        return tenant.database().withConnection(c -> Sql.only(
                c,
                "select exists (select 1 from pg_stat_activity where ? = any(pg_blocking_pids(pid)))",
                row -> row.getBoolean(1),
                backend));
    }

    @Test
    void whatIsDecidedWaitsForNoTurn() throws Exception {
        CallId decided = calls.admitted();
        calls.start(decided);
        List<Future<Decision>> others = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Decision again = tenant.database().inTransaction(connection -> {
                RunningRuns.lockLimit(connection, tenant.sample().organizationId());
                for (int i = 0; i < 8; i++) {
                    CallId call = calls.admitted();
                    others.add(threads.submit(() -> calls.start(call)));
                }
                return soon(threads.submit(() -> calls.start(decided)));
            });

            assertTrue(again.repeated());
            others.forEach(DecisionsAtOnceTest::soon);
        }
    }

    @Test
    void signsOfLifeDoNotWaitForACallThatIsBeingDecidedOn() throws Exception {
        CallId decided = calls.admitted();
        CallId alive = calls.admitted();
        Instant later = TenantCalls.NOW.plusSeconds(15);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int noted = tenant.database().inTransaction(connection -> {
                RunRows.lock(connection, decided.value());
                return soon(threads.submit(() -> tenant.database().withConnection(
                        other -> SignsOfLife.touch(
                                other,
                                List.of(new SignsOfLife.Sign(decided.value(), later), new SignsOfLife.Sign(alive.value(), later)), later))));
            });

            assertEquals(1, noted);
        }
        assertTrue(calls.decisions().quiet(alive, later).isEmpty());
        assertFalse(calls.decisions().quiet(decided, later).isEmpty());
    }

    @Test
    void namesAreUnique() throws Exception {
        together(40, () -> calls.offer(tenant.offer().build()));

        assertEquals(40, tenant.runs().stream().map(Runs.Run::name).collect(Collectors.toSet()).size());
    }
}
