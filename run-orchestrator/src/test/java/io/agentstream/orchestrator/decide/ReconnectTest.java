package io.agentstream.orchestrator.decide;

import static io.agentstream.orchestrator.decide.TenantCalls.NOW;
import static io.agentstream.orchestrator.decide.TenantCalls.failure;
import static io.agentstream.orchestrator.decide.TenantCalls.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.Verdicts.Session;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunState;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.SocketCommand;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The provider connects anew where all places are taken, or all the money is held: by the call that is taken over, among others.
@ExtendWith(TestPostgres.class)
final class ReconnectTest {

    private static final Greeting NOBODY_ASKS = _ -> {
        throw new AssertionError("asked");
    };

    private final Tenant tenant;
    private final TenantCalls calls;
    private final AtomicInteger sockets = new AtomicInteger();

    ReconnectTest(Database database) {
        this.tenant = Tenant.create(database);
        this.calls = new TenantCalls(tenant);
    }

    @AfterEach
    void theLedgerAddsUp() {
        assertEquals(List.of(), tenant.disagreements());
    }

    /// A socket that was accepted after all before it.
    private CallEvent.Offered socket() {
        return tenant.offer().at(Samples.T0.plusMillis(10L * sockets.incrementAndGet())).build();
    }

    private CallId talking(String session) throws InterruptedException {
        CallEvent.Offered socket = socket();
        calls.offer(socket);
        assertEquals("running", begin(socket.callId(), session, NOW).outcome());
        calls.begins(socket.callId());
        return socket.callId();
    }

    private Decision begin(CallId call, String session, Instant at) throws InterruptedException {
        CallEvent.Started start = Samples.started().of(call).session(session).build();
        ProofPlan plan = calls.decisions().plan(start).orElseThrow();
        ProofPlan patient = new ProofPlan(plan.organizationId(), plan.due(), NOW.plusSeconds(1_000), plan.domain());
        return TenantCalls.untilDecided(
                () -> calls.decisions().started(patient.answered(start, Session.LIVE), calls.source(), () -> at));
    }

    private Decision reconnect(String session, Instant at) throws InterruptedException {
        CallEvent.Offered socket = socket();
        Decision offered = calls.offer(socket, says(socket.callId(), session));
        return offered.outcome().equals("admitted") ? begin(socket.callId(), session, at) : offered;
    }

    private String endBy(CallId call) {
        return tenant.run(call).orElseThrow().endBy();
    }

    private long running() {
        return tenant.runs().stream().filter(run -> run.state() == RunState.RUNNING).count();
    }

    private BigDecimal held() {
        return tenant.database().withConnection(c -> Sql.only(
                c, "select coalesce(sum(held), 0) from meters where user_id = ?", row -> row.getBigDecimal(1), tenant.sample().userId()));
    }

    @Test
    void whoTakesACallOverNeedsNoPlaceOfHisOwn() throws InterruptedException {
        tenant.limit(1);
        CallId older = talking("sess-7");

        Decision decision = reconnect("sess-7", NOW);

        assertEquals("running", decision.outcome());
        assertEquals(List.of(SocketCommand.Close.because(older, End.REPLACED)), decision.also().getFirst().commands());
        assertEquals("replaced", endBy(older));
        assertEquals(1, running());
    }

    @Test
    void aLimitThatIsSmallerByNowCutsOffNobodyWhoseProviderConnectsAnew() throws InterruptedException {
        CallId older = talking("sess-7");
        talking("sess-8");
        tenant.limit(1);

        assertEquals("running", reconnect("sess-7", NOW).outcome());
        assertEquals("replaced", endBy(older));
        assertEquals(2, running());
    }

    @Test
    void whoSaysNothingIsRefusedAsWhoeverComesOverTheLimit() throws InterruptedException {
        tenant.limit(1);
        talking("sess-7");
        CallEvent.Offered silent = socket();

        Decision decision = calls.offer(silent, Greeting.NONE);

        SocketCommand.Close close = (SocketCommand.Close) decision.commands().getLast();
        assertEquals(1008, close.closeCode());
        assertEquals("Concurrent call limit reached", close.reason());
        assertEquals("concurrency_limit", tenant.run(silent.callId()).orElseThrow().failureCode());
        assertEquals(List.of("offered", "created", "failed"), tenant.story(silent.callId()));
    }

    @Test
    void whoNamesAnotherSessionIsRefused() throws InterruptedException {
        tenant.limit(1);
        CallId older = talking("sess-7");
        new TenantCalls(Tenant.create(tenant.database())).running("sess-9");

        assertEquals(Failure.CONCURRENCY_LIMIT, failure(reconnect("sess-8", NOW)));
        assertEquals(Failure.CONCURRENCY_LIMIT, failure(reconnect("sess-9", NOW))); // somebody else's
        assertEquals(RunState.RUNNING, tenant.run(older).orElseThrow().state());
    }

    @Test
    void nobodyIsWaitedForWhereNothingCanBeTakenOver() throws InterruptedException {
        tenant.limit(1);
        CallEvent.Offered welcome = socket();
        Decision admitted = calls.offer(welcome, NOBODY_ASKS);
        begin(welcome.callId(), "sess-7", NOW);
        Decision unknownDomain = calls.offer(tenant.offer().domain("x.cloudonix.net").build(), NOBODY_ASKS);
        Decision again = calls.offer(welcome, NOBODY_ASKS);
        tenant.suspended(true);
        Decision suspended = calls.offer(socket(), NOBODY_ASKS);
        tenant.suspended(false);
        Tenant poor = Tenant.create(tenant.database());
        poor.credits("0");
        Decision without = new TenantCalls(poor).offer(poor.offer().build(), NOBODY_ASKS);

        assertEquals("admitted", admitted.outcome());
        assertEquals(Failure.CONCURRENCY_LIMIT, failure(unknownDomain));
        assertTrue(again.repeated());
        assertEquals(Failure.SUSPENDED, failure(suspended));
        assertEquals(Failure.QUOTA_EXCEEDED, failure(without));
    }

    @Test
    void moneyThatIsHeldForTheCallServesWhoeverTakesItOver() throws InterruptedException {
        tenant.credits("0.10"); // a minute, all of it held
        CallId older = talking("sess-7");
        Decision stranger = calls.offer(socket(), Greeting.NONE);

        Decision decision = reconnect("sess-7", NOW.plusSeconds(30));

        assertEquals(Failure.QUOTA_EXCEEDED, failure(stranger));
        assertEquals("running", decision.outcome());
        assertEquals(new BigDecimal("0.0500"), tenant.run(older).orElseThrow().cost());
        assertEquals(new BigDecimal("0.0500"), tenant.credits());
        assertEquals(new BigDecimal("0.0500"), held());
    }

    @Test
    void whereTheCallHasTalkedAllOfItNothingIsTakenOver() throws InterruptedException {
        tenant.credits("0.10");
        CallId older = talking("sess-7");

        Decision decision = reconnect("sess-7", NOW.plusSeconds(60));

        assertEquals(Failure.QUOTA_EXCEEDED, failure(decision));
        assertEquals(RunState.RUNNING, tenant.run(older).orElseThrow().state()); // its meter ends it in good manners
    }

    @Test
    void aCallThatNobodyServedHasSpentNothingWhereItIsTakenOver() throws InterruptedException {
        tenant.credits("0.10");
        CallEvent.Offered unserved = socket();
        calls.offer(unserved);
        begin(unserved.callId(), "sess-7", NOW);

        Decision decision = reconnect("sess-7", NOW.plusSeconds(60));

        assertEquals("running", decision.outcome());
        assertEquals(new BigDecimal("0.1000"), tenant.credits());
    }

    @Test
    void moneyThatIsHeldForOtherCallsIsTheirs() throws InterruptedException {
        tenant.credits("0.20");
        talking("sess-7");
        talking("sess-8");

        Decision decision = reconnect("sess-7", NOW.plusSeconds(6));

        assertEquals("running", decision.outcome());
        assertEquals(new BigDecimal("0.1900"), held()); // 0.10 of the other, and what is left of its own
        assertEquals(new BigDecimal("0.1900"), tenant.credits());
    }

    /// Between the admission and the proof the older socket ends by itself, and somebody else has its place.
    @Test
    void theProofSaysExactlyWhoHasThePlace() throws InterruptedException {
        tenant.limit(1);
        CallId older = talking("sess-7");
        CallEvent.Offered socket = socket();
        Decision admitted = calls.offer(socket, says(socket.callId(), "sess-7"));
        calls.end(older, Duration.ofSeconds(1), End.CALLER_HANGUP);
        talking("sess-8");

        Decision decision = begin(socket.callId(), "sess-7", NOW);

        assertEquals("admitted", admitted.outcome());
        assertEquals(Failure.CONCURRENCY_LIMIT, failure(decision));
        assertEquals("caller_hangup", endBy(older));
        assertEquals(1, running());
    }

    @Test
    void aPlaceThatIsGivenUpMeanwhileIsFree() throws InterruptedException {
        tenant.limit(1);
        CallId older = talking("sess-7");
        CallEvent.Offered socket = socket();

        Decision decision = calls.offer(socket, _ -> {
            calls.end(older, Duration.ofSeconds(1), End.CALLER_HANGUP);
            return Optional.empty();
        });

        assertEquals("admitted", decision.outcome());
        assertEquals("running", begin(socket.callId(), "sess-7", NOW).outcome());
        assertEquals("caller_hangup", endBy(older));
    }

    @Test
    void theSameOfferReadTwiceAtOnceMakesOneRun() throws Exception {
        tenant.limit(1);
        talking("sess-7");
        CallEvent.Offered socket = socket();
        Greeting greeting = says(socket.callId(), "sess-7");

        List<Decision> decisions = together(Collections.nCopies(8, () -> calls.offer(socket, greeting)));

        assertEquals(1, decisions.stream().filter(decision -> !decision.repeated()).count());
        assertEquals(List.of("offered", "created"), tenant.story(socket.callId()));
    }

    /// All calls of an organisation at its limit, each of which the provider connects anew three times at once, and a flood over the limit.
    @RepeatedTest(5)
    void howeverManyComeAtOnceNoMoreTalkThanMay() throws Exception {
        tenant.limit(3);
        tenant.credits("0.30"); // a minute for each of three
        for (int i = 0; i < 3; i++) {
            talking("sess-" + i);
        }
        AtomicInteger most = new AtomicInteger();
        List<Callable<Decision>> work = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            String session = "sess-" + i % 3;
            work.add(() -> reconnect(session, NOW.plusSeconds(3)));
            String unknown = "flood-" + i;
            work.add(() -> {
                most.accumulateAndGet((int) running(), Math::max);
                return reconnect(unknown, NOW.plusSeconds(3));
            });
        }
        Collections.shuffle(work);

        List<Decision> decisions = together(work);

        assertEquals(3, running());
        assertTrue(most.get() <= 3, "talked at once: " + most);
        assertEquals(9, decisions.stream().filter(d -> d.outcome().equals("running") || d.outcome().equals("replaced")).count());
        assertEquals(9, decisions.stream()
                .filter(d -> d.outcome().equals("quota_exceeded") || d.outcome().equals("concurrency_limit"))
                .count());
        assertTrue(held().compareTo(tenant.credits()) <= 0, held() + " of " + tenant.credits());
    }

    private static <T> List<T> together(List<Callable<T>> work) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(work)) {
                results.add(future.get());
            }
            return results;
        }
    }
}
