package io.agentstream.orchestrator.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.run.Verdicts.Session;
import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunState;
import io.agentstream.orchestrator.store.Runs;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPostgres.class)
final class RunDecisionsTest {

    private static final AtomicLong OFFSETS = new AtomicLong();
    /// At least as many as the pool has.
    private static final int CONNECTIONS = 16;
    private static final Instant NOW = Samples.T0.plusSeconds(1);

    private final Tenant tenant;
    private final RunDecisions decisions;

    RunDecisionsTest(Database database) {
        this.tenant = Tenant.create(database);
        this.decisions = new RunDecisions(database, new Tariff(new BigDecimal("0.10")), Duration.ofSeconds(10));
    }

    private static Source source() {
        return new Source("decisions-test", 0, OFFSETS.incrementAndGet());
    }

    private Decision offer(CallEvent.Offered offer) {
        return decisions.offered(offer, source(), NOW);
    }

    private CallId admitted() {
        CallEvent.Offered offer = tenant.offer().build();
        offer(offer);
        return offer.callId();
    }

    private Decision start(CallEvent.Started start, Session session) throws InterruptedException {
        ProofPlan plan = decisions.plan(start).orElseThrow();
        return decisions.started(start, plan, session, source(), NOW);
    }

    private Decision start(CallId call) throws InterruptedException {
        return start(Samples.started().of(call).build(), Session.LIVE);
    }

    private Decision end(CallId call, Duration after, End end) {
        return decisions.ended(Samples.ended(call, NOW.plus(after), end), source());
    }

    private static Failure failure(Decision decision) {
        return ((SocketCommand.Close) decision.commands().getLast()).failure();
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
        try {
            return result.get(30, TimeUnit.SECONDS);
        } catch (Exception notSoon) {
            throw new AssertionError("not within 30 s", notSoon);
        }
    }

    @Test
    void admitsACallWithARun() {
        CallEvent.Offered offer = tenant.offer().externalCallId("theirs").from("+1555").build();

        Decision decision = offer(offer);

        Runs.Run run = tenant.run(offer.callId()).orElseThrow();
        assertEquals(List.of(new SocketCommand.Admit(offer.callId())), decision.commands());
        assertEquals(3, decision.slot());
        RunEvent.Created created = (RunEvent.Created) decision.events().getFirst();
        assertEquals(run.name(), created.run().name());
        assertTrue(run.name().matches("WR-AGS-[0-9]{8}"), run.name());
        assertEquals(RunState.INITIALIZED, run.state());
        assertEquals("theirs", run.gatheredContext().get("call_id").stringValue());
        assertEquals("+1555", run.initialContext().get("caller_number").stringValue());
        assertEquals(List.of("offered", "created"), tenant.story(offer.callId()));
    }

    @Test
    void aRedeliveredOfferYieldsTheSameDecision() {
        CallEvent.Offered offer = tenant.offer().build();
        Decision first = offer(offer);

        Decision second = decisions.offered(offer, source(), NOW.plusSeconds(3_600));

        assertEquals(first.events(), second.events());
        assertEquals(first.commands(), second.commands());
        assertTrue(second.repeated());
        assertEquals(1, tenant.runs().size());
    }

    @Test
    void parallelRedeliveriesMakeOneRun() throws Exception {
        CallEvent.Offered offer = tenant.offer().build();

        List<Decision> all = together(20, () -> offer(offer));

        assertEquals(1, tenant.runs().size());
        assertEquals(1, all.stream().map(Decision::events).collect(Collectors.toSet()).size());
        assertEquals(1, all.stream().filter(d -> !d.repeated()).count());
        assertEquals(List.of("offered", "created"), tenant.story(offer.callId()));
    }

    @Test
    void anUnknownAgentGetsNoRunAndIsRefusedAgainWhenItExistsByThen() {
        CallEvent.Offered offer = tenant.offer().agent(UUID.randomUUID()).build();
        assertEquals(Failure.WORKFLOW_NOT_FOUND, failure(offer(offer)));

        CallEvent.Offered sameCall = tenant.offer().of(offer.callId()).build();
        Decision again = offer(sameCall);

        assertEquals(Failure.WORKFLOW_NOT_FOUND, failure(again));
        assertEquals(List.of(), again.events());
        assertEquals(List.of(), tenant.runs());
    }

    @Test
    void anArchivedAgentIsUnknown() {
        tenant.database().inTransaction(c -> Agents.archive(c, tenant.sample().organizationId(), tenant.sample().agentUuid()));

        assertEquals(Failure.WORKFLOW_NOT_FOUND, failure(offer(tenant.offer().build())));
    }

    @Test
    void aCallNeedsTenCents() {
        tenant.credits("0.0999");
        CallEvent.Offered refused = tenant.offer().build();
        Decision decision = offer(refused);
        tenant.credits("0.10");
        Decision admitted = offer(tenant.offer().build());

        assertEquals(Failure.QUOTA_EXCEEDED, failure(decision));
        assertEquals(2, decision.events().size());
        Runs.Run run = tenant.run(refused.callId()).orElseThrow();
        assertEquals("quota_exceeded", run.failureCode());
        assertEquals("Quota exceeded", run.failureReason());
        assertEquals("admitted", admitted.outcome());
    }

    @Test
    void aRefusedOfferThatComesAgainIsRefusedAgain() {
        tenant.credits("0");
        CallEvent.Offered offer = tenant.offer().build();
        Decision first = offer(offer);
        tenant.credits("5");

        Decision second = offer(offer);

        assertEquals(first.events(), second.events());
        assertEquals(first.commands(), second.commands());
    }

    @Test
    void domainsOfOtherOrganisationsAreUnknown() {
        Tenant.create(tenant.database()).addAccount("other.cloudonix.net", true);

        Decision decision = offer(tenant.offer().domain("other.cloudonix.net").build());

        assertEquals(Failure.UNKNOWN_DOMAIN, failure(decision));
        assertEquals(
                "Unknown Cloudonix domain: other.cloudonix.net",
                ((SocketCommand.Close) decision.commands().getLast()).reason());
    }

    @Test
    void refusesWhatIsKnownOfTheDomainAtOnce() {
        tenant.addAccount("bare.cloudonix.net", false);

        assertEquals(Failure.MISSING_BEARER_TOKEN, failure(offer(tenant.offer().domain("bare.cloudonix.net").build())));
        assertEquals(Failure.UNKNOWN_DOMAIN, failure(offer(tenant.offer().domain("no such name").build())));
        assertEquals("admitted", offer(tenant.offer().domain(null).build()).outcome());
    }

    @Test
    void anOfferThatIsTooOldNeverOpensARun() {
        CallEvent.Offered offer = tenant.offer().build();

        Decision decision = decisions.offered(offer, source(), offer.at().plusSeconds(11));

        assertEquals(Failure.INTERNAL_ERROR, failure(decision));
        assertEquals("internal_error", tenant.run(offer.callId()).orElseThrow().failureCode());
    }

    @Test
    void aProvedCallIsRunning() throws InterruptedException {
        CallId call = admitted();

        Decision decision = start(call);

        assertEquals(List.of(new SocketCommand.Open(call)), decision.commands());
        RunEvent.Running running = (RunEvent.Running) decision.events().getFirst();
        assertEquals("echo", running.definition().get("engine").stringValue());
        assertEquals("cloudonix", running.initialContext().get("provider").stringValue());
        assertEquals(2, running.after());
        Runs.Run run = tenant.run(call).orElseThrow();
        assertEquals(RunState.RUNNING, run.state());
        assertEquals(NOW, run.startedAt());
        assertEquals("sess-1", run.gatheredContext().get("cloudonix_call_sid").stringValue());
        assertEquals(List.of("offered", "created", "started", "running"), tenant.story(call));
    }

    @Test
    void aRedeliveredStartYieldsTheSameDecision() throws InterruptedException {
        CallId call = admitted();
        Decision first = start(call);

        Decision second = start(Samples.started().of(call).build(), Session.NOT_ASKED);

        assertEquals(first.events(), second.events());
        assertEquals(first.commands(), second.commands());
        assertTrue(second.repeated());
    }

    @Test
    void redeliveryOfAllRecordsSaysTheStoryAgainButBeginsNoRunThatIsOverAndChangesNothing() throws InterruptedException {
        CallEvent.Offered offer = tenant.offer().build();
        CallId call = offer.callId();
        tenant.credits("1");
        List<Decision> first = List.of(offer(offer), start(call), end(call, Duration.ofMinutes(1), End.AGENT_HANGUP));
        Runs.Run before = tenant.run(call).orElseThrow();

        List<Decision> second = List.of(offer(offer), start(call), end(call, Duration.ofMinutes(1), End.AGENT_HANGUP));

        assertEquals(first.getFirst().events(), second.getFirst().events());
        assertEquals(first.getFirst().commands(), second.getFirst().commands());
        assertEquals(List.of(), second.get(1).events());
        assertEquals(List.of(), second.get(1).commands());
        assertEquals(first.getLast().events(), second.getLast().events());
        assertEquals(first.getLast().hangUp(), second.getLast().hangUp());
        assertEquals(before, tenant.run(call).orElseThrow());
        assertEquals(new BigDecimal("0.9000"), tenant.credits());
    }

    @Test
    void refusesByPrecedenceAtTheProof() throws InterruptedException {
        CallEvent.Started noSid = Samples.started().of(admitted()).callSid(null).build();
        CallId noDomain = offerWithoutDomain();
        CallId wrongDomain = offerWithoutDomain();

        assertEquals(Failure.MISSING_STREAM_IDENTIFIERS, failure(start(noSid, Session.NOT_ASKED)));
        assertEquals(Failure.SESSION_INVALID, failure(start(Samples.started().of(admitted()).build(), Session.NOT_CONFIRMED)));
        assertEquals(
                Failure.MISSING_DOMAIN,
                failure(start(Samples.started().of(noDomain).domain(null).callSid(null).build(), Session.NOT_ASKED)));
        assertEquals(
                Failure.UNKNOWN_DOMAIN,
                failure(start(Samples.started().of(wrongDomain).domain("x.cloudonix.net").callSid(null).build(), Session.NOT_ASKED)));
        assertEquals("missing_domain", tenant.run(noDomain).orElseThrow().failureCode());
        assertEquals("malformed_handshake", tenant.run(noSid.callId()).orElseThrow().failureCode());
    }

    @Test
    void textThatPostgresCannotHoldFailsItsOwnCallOnly() throws InterruptedException {
        String nul = "a\0b\ud800";
        CallEvent.Offered offer = tenant.offer().domain(null).externalCallId(nul).from(nul).build();
        offer(offer);
        CallEvent.Started start = Samples.started()
                .of(offer.callId()).callSid(nul).session(nul).context(nul).parameters(Map.of(nul, nul)).build();
        CallEvent.Offered badDomain = tenant.offer().domain(nul + ".net").build();

        assertEquals(Failure.SESSION_INVALID, failure(start(start, Session.NOT_CONFIRMED)));
        assertEquals(Failure.UNKNOWN_DOMAIN, failure(offer(badDomain)));
    }

    private CallId offerWithoutDomain() {
        CallEvent.Offered offer = tenant.offer().domain(null).build();
        offer(offer);
        return offer.callId();
    }

    @Test
    void theLimitOfConcurrentCallsHoldsExactly() throws Exception {
        tenant.limit(7);
        List<CallId> calls = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            calls.add(admitted());
        }
        var next = calls.iterator();

        List<Decision> all = together(50, () -> {
            CallId call;
            synchronized (next) {
                call = next.next();
            }
            return start(call);
        });

        assertEquals(7, all.stream().filter(d -> d.outcome().equals("running")).count());
        assertEquals(43, all.stream().filter(d -> d.outcome().equals("concurrency_limit")).count());
        assertEquals(7, tenant.runs().stream().filter(r -> r.state() == RunState.RUNNING).count());
        assertEquals(Failure.CONCURRENCY_LIMIT, failure(offer(tenant.offer().build())));
    }

    @Test
    void aBurstOfOneOrganisationKeepsNoOtherWaiting() throws Exception {
        Tenant other = Tenant.create(tenant.database());
        CallEvent.Offered theirs = other.offer().build();
        offer(theirs);
        List<Future<Decision>> burst = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Decision decision = tenant.database().inTransaction(connection -> {
                RunRows.lockLimit(connection, tenant.sample().organizationId()); // somebody changes it and takes his time
                for (int i = 0; i < 3 * CONNECTIONS; i++) {
                    CallId call = admitted();
                    burst.add(threads.submit(() -> start(call)));
                }
                return soon(threads.submit(() -> start(theirs.callId())));
            });

            assertEquals("running", decision.outcome());
            for (Future<Decision> one : burst) {
                assertFalse(soon(one).events().isEmpty());
            }
        }
    }

    @Test
    void aCallThatEndsMakesRoom() throws InterruptedException {
        tenant.limit(1);
        CallId first = admitted();
        CallId second = admitted();
        start(first);
        end(first, Duration.ofSeconds(5), End.CALLER_HANGUP);

        assertEquals("running", start(second).outcome());
    }

    @Test
    void aCompletedRunIsChargedOnce() throws InterruptedException {
        tenant.credits("1");
        CallId call = admitted();
        start(call);

        Decision decision = end(call, Duration.ofMillis(90_500), End.CALLER_HANGUP);
        end(call, Duration.ofMillis(90_500), End.CALLER_HANGUP);

        RunEvent.Completed completed = (RunEvent.Completed) decision.events().getFirst();
        assertEquals(90_500, completed.durationMs());
        assertEquals("0.1508", completed.cost());
        assertEquals(List.of(), decision.commands());
        assertTrue(decision.hangUp().isEmpty());
        Runs.Run run = tenant.run(call).orElseThrow();
        assertEquals("caller_hangup", run.endBy());
        assertEquals(1000, run.closeCode());
        assertEquals(new BigDecimal("0.1508"), run.cost());
        assertEquals(new BigDecimal("0.8492"), tenant.credits());
    }

    @Test
    void unlimitedCreditsStayUnlimited() throws InterruptedException {
        CallId call = admitted();
        start(call);

        end(call, Duration.ofMinutes(1), End.CALLER_HANGUP);

        assertNull(tenant.credits());
    }

    @Test
    void anAgentsHangUpIsOrderedWithTheSessionThatWasProved() throws InterruptedException {
        CallId call = admitted();
        start(call);

        Decision decision = end(call, Duration.ofSeconds(3), End.AGENT_HANGUP);

        assertEquals("sess-1", decision.hangUp().orElseThrow().session());
        assertEquals(call, decision.hangUp().orElseThrow().callId());
    }

    @Test
    void theEndOfARunThatFailedOrdersNothing() throws InterruptedException {
        CallId call = admitted();
        start(Samples.started().of(call).build(), Session.NOT_CONFIRMED);

        assertTrue(end(call, Duration.ofSeconds(3), End.AGENT_HANGUP).isEmpty());
    }

    @Test
    void aCallThatFailsBeforeTalkFailsItsRun() {
        CallId call = admitted();

        Decision decision = decisions.ended(Samples.failed(call, NOW, Failure.HANDSHAKE_TIMEOUT), source());

        assertEquals(List.of(), decision.commands());
        assertEquals("handshake_timeout", tenant.run(call).orElseThrow().failureCode());
        assertEquals(4408, tenant.run(call).orElseThrow().closeCode());
        assertEquals(List.of("offered", "created", "ended", "failed"), tenant.story(call));
    }

    @Test
    void theEndOfARefusedCallConfirmsOnly() throws InterruptedException {
        CallId call = admitted();
        start(Samples.started().of(call).build(), Session.NOT_CONFIRMED);

        Decision decision = decisions.ended(Samples.failed(call, NOW, Failure.SESSION_INVALID), source());

        assertTrue(decision.isEmpty());
        assertEquals("session_invalid", tenant.run(call).orElseThrow().failureCode());
        assertEquals(List.of("offered", "created", "started", "failed", "ended"), tenant.story(call));
    }

    @Test
    void anEndOfACallWithoutARunIsNobodys() {
        assertTrue(end(Samples.callId(), Duration.ZERO, End.CALLER_HANGUP).isEmpty());
    }

    @Test
    void aQuietCallIsLost() throws InterruptedException {
        CallId running = admitted();
        start(running);
        CallId initialized = admitted();
        Instant later = NOW.plusSeconds(100);

        Decision lost = decisions.quiet(running, later.minusSeconds(60), later);
        Decision failed = decisions.quiet(initialized, later.minusSeconds(60), later);

        assertEquals("lost", lost.outcome());
        assertEquals(Failure.INTERNAL_ERROR, failure(lost));
        assertEquals(2, lost.events().getFirst().after());
        Runs.Run run = tenant.run(running).orElseThrow();
        assertEquals("lost", run.endBy());
        assertNull(run.closeCode());
        assertNotNull(run.cost());
        assertEquals("internal_error", failed.outcome());
    }

    @Test
    void aCallThatWasHeardOfInTimeIsNotLost() {
        CallId call = admitted();

        assertTrue(decisions.quiet(call, NOW, NOW.plusSeconds(60)).isEmpty());
    }

    @Test
    void keepsTheConversationsEventsOnce() {
        CallId call = admitted();
        Source source = source();
        ConversationEvent said = new ConversationEvent.Said(call, 1, 5, NOW, 1, "Hello.", 900, true);

        decisions.said(said, source);
        decisions.said(said, source);
        decisions.said(new ConversationEvent.Interrupted(Samples.callId(), 1, 5, NOW, 1), source());

        assertEquals(List.of("offered", "created", "said"), tenant.story(call));
    }

    @Test
    void namesAreUnique() throws Exception {
        together(40, () -> offer(tenant.offer().build()));

        assertEquals(40, tenant.runs().stream().map(Runs.Run::name).collect(Collectors.toSet()).size());
    }

    @Test
    void theStoryDoesNotShowTheAgent() throws InterruptedException {
        CallEvent.Offered offer = tenant.offer().build();
        offer(offer);
        start(offer.callId());

        Set<String> payloads = Set.copyOf(tenant.database().withConnection(c -> Sql.query(
                c, "select payload::text from run_events e join runs r on r.id = e.run_id where r.call_id = ?",
                row -> row.getString(1), offer.callId().value())));
        for (String payload : payloads) {
            assertFalse(payload.contains(offer.agentDigest()), payload);
            assertFalse(payload.contains(tenant.sample().agentUuid().toString()), payload);
        }
    }
}
