package io.agentstream.orchestrator.decide;

import static io.agentstream.orchestrator.decide.TenantCalls.NOW;
import static io.agentstream.orchestrator.decide.TenantCalls.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.Verdicts.Session;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.Runs;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunEvent;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What is decided when a call is over, or has gone quiet, or tells its conversation.
@ExtendWith(TestPostgres.class)
final class EndDecisionsTest {

    private final Tenant tenant;
    private final TenantCalls calls;

    EndDecisionsTest(Database database) {
        this.tenant = Tenant.create(database);
        this.calls = new TenantCalls(tenant);
    }

    @Test
    void redeliveryOfAllRecordsDecidesAndChangesNothing() throws InterruptedException {
        CallEvent.Offered offer = tenant.offer().build();
        CallId call = offer.callId();
        tenant.credits("1");
        List<Decision> begun = List.of(calls.offer(offer), calls.start(call));
        calls.begins(call);
        List<Decision> first = Stream.concat(begun.stream(), Stream.of(calls.end(call, Duration.ofMinutes(1), End.AGENT_HANGUP))).toList();
        Runs.Run before = tenant.run(call).orElseThrow();

        List<Decision> second = List.of(calls.offer(offer), calls.start(call), calls.end(call, Duration.ofMinutes(1), End.AGENT_HANGUP));

        assertTrue(first.stream().noneMatch(Decision::isEmpty));
        assertTrue(second.stream().allMatch(Decision::isEmpty));
        assertTrue(first.getLast().hangUp().isPresent());
        assertEquals(before, tenant.run(call).orElseThrow());
        assertEquals(new BigDecimal("0.9000"), tenant.credits());
    }

    @Test
    void aCompletedRunIsChargedOnce() throws InterruptedException {
        tenant.credits("1");
        CallId call = calls.talking();

        Decision decision = calls.end(call, Duration.ofMillis(90_500), End.CALLER_HANGUP);
        calls.end(call, Duration.ofMillis(90_500), End.CALLER_HANGUP);

        RunEvent.Completed completed = (RunEvent.Completed) decision.events().getFirst();
        assertEquals(90_500, completed.durationMs());
        assertEquals("0.1517", completed.cost());
        assertEquals(List.of(), decision.commands());
        assertTrue(decision.hangUp().isEmpty());
        Runs.Run run = tenant.run(call).orElseThrow();
        assertEquals("caller_hangup", run.endBy());
        assertEquals(1000, run.closeCode());
        assertEquals(new BigDecimal("0.1517"), run.cost());
        assertEquals(new BigDecimal("0.8483"), tenant.credits());
    }

    @Test
    void unlimitedCreditsStayUnlimited() throws InterruptedException {
        CallId call = calls.talking();

        calls.end(call, Duration.ofMinutes(1), End.CALLER_HANGUP);

        assertNull(tenant.credits());
        assertEquals(new BigDecimal("0.1000"), tenant.run(call).orElseThrow().cost());
    }

    @Test
    void anAgentsHangUpIsOrderedWithTheSessionThatWasProved() throws InterruptedException {
        CallId call = calls.admitted();
        calls.start(call);

        Decision decision = calls.end(call, Duration.ofSeconds(3), End.AGENT_HANGUP);

        assertEquals("sess-" + call, decision.hangUp().orElseThrow().session());
        assertEquals(call, decision.hangUp().orElseThrow().callId());
    }

    @Test
    void theEndOfARunThatFailedOrdersNothing() throws InterruptedException {
        CallId call = calls.admitted();
        calls.start(Samples.started().of(call).build(), Session.NOT_CONFIRMED);

        assertTrue(calls.end(call, Duration.ofSeconds(3), End.AGENT_HANGUP).isEmpty());
    }

    @Test
    void aCallThatFailsBeforeTalkFailsItsRun() {
        CallId call = calls.admitted();

        Decision decision = calls.decisions().ended(Samples.failed(call, NOW, Failure.HANDSHAKE_TIMEOUT), calls.source());

        assertEquals(List.of(), decision.commands());
        assertEquals("handshake_timeout", tenant.run(call).orElseThrow().failureCode());
        assertEquals(4408, tenant.run(call).orElseThrow().closeCode());
        assertEquals(List.of("offered", "created", "ended", "failed"), tenant.story(call));
    }

    @Test
    void theEndOfARefusedCallConfirmsOnly() throws InterruptedException {
        CallId call = calls.admitted();
        calls.start(Samples.started().of(call).build(), Session.NOT_CONFIRMED);

        Decision decision = calls.decisions().ended(Samples.failed(call, NOW, Failure.SESSION_INVALID), calls.source());

        assertTrue(decision.isEmpty());
        assertEquals("session_invalid", tenant.run(call).orElseThrow().failureCode());
        assertEquals(List.of("offered", "created", "started", "failed", "ended"), tenant.story(call));
    }

    private CallEvent.Ended silent(CallId call, @Nullable End end, @Nullable Failure failure) {
        return new CallEvent.Ended(call, 9, NOW.plusSeconds(20), 1000, "", end, failure, null, null, null, 0L);
    }

    @Test
    void whatWasWrongWithACallStandsInItsRunAndInItsLastEventHoweverItEnded() throws InterruptedException {
        // given
        CallId one = calls.running();
        CallId other = calls.running();

        // when
        Decision completed = calls.decisions().ended(silent(one, End.CALLER_HANGUP, null), calls.source());
        Decision failed = calls.decisions().ended(silent(other, null, Failure.PEER_STALLED), calls.source());

        // then
        List<String> wrong = List.of("no_caller_audio", "agent_never_answered");
        assertEquals(wrong, ((RunEvent.Completed) completed.events().getFirst()).faults());
        assertEquals(wrong, ((RunEvent.Failed) failed.events().getFirst()).faults());
        assertEquals(wrong, tenant.run(one).orElseThrow().faults());
        assertEquals(wrong, tenant.run(other).orElseThrow().faults());
    }

    @Test
    void whatWasWrongWithACallIsKnownOfItsRunAlsoWhereThatWasOverBefore() throws InterruptedException {
        // given a run that is given up because nobody holds its conversation
        CallId call = calls.running();
        calls.decisions().unattended(call, () -> NOW.plusSeconds(15));

        // when its gateway says how the call was
        Decision late = calls.decisions().ended(silent(call, null, Failure.INTERNAL_ERROR), calls.source());

        // then
        assertTrue(late.isEmpty());
        assertEquals(List.of("no_caller_audio", "agent_never_answered"), tenant.run(call).orElseThrow().faults());
    }

    @Test
    void anEndOfACallWithoutARunIsNobodys() {
        assertTrue(calls.end(Samples.callId(), Duration.ZERO, End.CALLER_HANGUP).isEmpty());
    }

    @Test
    void aQuietCallIsLost() throws InterruptedException {
        CallId running = calls.admitted();
        calls.start(running);
        CallId initialized = calls.admitted();
        Instant later = NOW.plusSeconds(100);

        Decision lost = calls.decisions().quiet(running, later.minusSeconds(60));
        Decision failed = calls.decisions().quiet(initialized, later.minusSeconds(60));

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
        CallId call = calls.admitted();

        assertTrue(calls.decisions().quiet(call, NOW).isEmpty());
    }

    @Test
    void keepsTheConversationsEventsOnce() {
        CallId call = calls.admitted();
        Source source = calls.source();
        ConversationEvent said = new ConversationEvent.Said(call, 1, 5, NOW, 1, "Hello.", 900, true, null);

        calls.decisions().said(said, source);
        calls.decisions().said(said, source);
        calls.decisions().said(new ConversationEvent.Interrupted(Samples.callId(), 1, 5, NOW, 1, null), calls.source());

        assertEquals(List.of("offered", "created", "said"), tenant.story(call));
    }

    @Test
    void aWorkerThatLostTheCallIsNotBelieved() {
        CallId call = calls.admitted();
        said(call, 4);
        said(call, 6);
        TenantCalls ofAnotherOrchestrator = new TenantCalls(tenant);

        List<Boolean> believed = Stream.of(4, 5, 6, 7).map(epoch -> said(ofAnotherOrchestrator, call, epoch)).toList();

        assertEquals(List.of(false, false, true, true), believed);
        assertEquals(List.of("offered", "created", "said", "said", "said"), tenant.story(call)); // the sixth epoch's came twice
    }

    @Test
    void aWorkerOfAVersionWithoutEpochsIsBelieved() {
        CallId call = calls.admitted();
        said(call, 6);

        boolean believed = said(call, null);

        assertTrue(believed);
    }

    @Test
    void whoeverTakesACallUpFromAWorkerWithoutAnEpochIsTheNewest() {
        CallId call = calls.admitted();
        said(call, null);
        said(call, 6);

        boolean believed = said(call, 5);

        assertFalse(believed);
    }

    private boolean said(CallId call, @Nullable Integer epoch) {
        return said(calls, call, epoch);
    }

    private static boolean said(TenantCalls to, CallId call, @Nullable Integer epoch) {
        return to.decisions().said(new ConversationEvent.Said(call, 1, 5, NOW, 1, "Hello.", 900, true, epoch), to.source());
    }
}
