package io.agentstream.orchestrator.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.TenantCalls;
import io.agentstream.orchestrator.decide.Unsaid;
import io.agentstream.orchestrator.provider.FakeSessions;
import io.agentstream.orchestrator.provider.HandOver;
import io.agentstream.orchestrator.provider.SessionCheck;
import io.agentstream.orchestrator.provider.Trouble;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DueDeliveries;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.orchestrator.store.Transfers;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.End;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.Transfer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// An agent wants its caller given to somebody else.
@ExtendWith(TestPostgres.class)
final class HandOversTest {

    private final String session = "sess-" + UUID.randomUUID();
    private final Database database;
    private final Tenant tenant;
    private final TenantCalls calls;
    private final FakeSessions sessions = new FakeSessions();
    private final Metrics metrics = new Metrics("test");
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final HandOvers handOvers;
    private volatile Transfers.Heard heard = TenantCalls.ALL;

    HandOversTest(Database database) {
        database.withConnection(c -> Sql.update(c, "delete from transfers")); // other tests' orders
        this.database = database;
        tenant = Tenant.create(database);
        calls = new TenantCalls(tenant);
        Announcer announcer = Announcers.on(producer, database, new Said(), metrics, InstantSource.system());
        handOvers = new HandOvers(database, sessions, announcer, metrics, InstantSource.system(), () -> heard);
    }

    @AfterEach
    void close() throws InterruptedException {
        handOvers.close();
        metrics.close();
    }

    private List<RunEvent.Transferred> said(CallId call) {
        return List.copyOf(producer.history()).stream()
                .filter(record -> record.topic().equals(Topics.RUN_EVENTS.name()))
                .map(record -> ((Decoded.Value<RunEvent>) Topics.RUN_EVENTS.codec().decode(record.value())).value())
                .filter(event -> event.callId().equals(call) && event instanceof RunEvent.Transferred)
                .map(RunEvent.Transferred.class::cast)
                .toList();
    }

    private RunEvent.Transferred ends(CallId call) throws InterruptedException {
        Until.holds(handOvers::pass, () -> !said(call).isEmpty());
        return said(call).getLast();
    }

    @Test
    void theProviderIsAskedOnceAndTheAgentIsToldAndTheRunSaysHowItEnded() throws InterruptedException {
        CallId call = calls.running(session);
        calls.asksForTransfer(call, 5, "1-desk", "+15550130");

        RunEvent.Transferred ended = ends(call);
        Decision decision = calls.ended(call, End.CALLER_HANGUP); // so it looks to the gateway when the provider ends the socket

        assertEquals(List.of(session + " +15550130 20000"), sessions.handedOver);
        assertEquals("1-desk", ended.key());
        assertEquals(Transfer.CONNECTED, ended.outcome());
        assertEquals(200, ended.status());
        assertEquals("transferred", decision.outcome());
        assertTrue(decision.hangUp().isEmpty(), "a call that was transferred is not hung up");
        assertTrue(tenant.story(call).contains("transferred"));
        long kept = database.withConnection(c -> Sql.only(
                c, "select count(*) from transfers where target is not null", row -> row.getLong(1)));
        assertEquals(0, kept, "whom it was is not kept");
    }

    @Test
    void whateverEndsTheSocketOfACallerWhoIsElsewhereTheCallIsNotHungUp() throws InterruptedException {
        for (End end : List.of(End.AGENT_HANGUP, End.IDLE, End.DRAINED)) {
            CallId call = calls.running("sess-" + UUID.randomUUID());
            calls.asksForTransfer(call, 5, "1-desk", "+15550130");
            ends(call);

            Decision decision = calls.ended(call, end);

            assertEquals("transferred", decision.outcome());
            assertTrue(decision.hangUp().isEmpty());
        }
    }

    @Test
    void whatIsAskedForAgainIsNotDoneAgainButSaid() throws InterruptedException {
        // given a worker that took the call over, and asks for what the one before had asked for
        CallId call = calls.running(session);
        calls.asksForTransfer(call, 5, "1-desk", "+15550130");
        ends(call);
        calls.asksForTransfer(call, 6, "1-desk", "+15550130");
        handOvers.pass();

        Decision again = new Unsaid(database).of(call, row -> false, InstantSource.system());

        assertEquals(1, sessions.handedOver.size());
        assertTrue(again.events().stream().anyMatch(event -> event instanceof RunEvent.Transferred said && said.key().equals("1-desk")));
    }

    @Test
    void whatTheProviderRefusesOrFailsToDoHasFailedAndTheCallGoesOn() throws InterruptedException {
        sessions.handOvers.add(new HandOver.Refused(SessionCheck.Reason.UNEXPECTED_STATUS, 400));
        CallId refused = calls.running(session);
        calls.asksForTransfer(refused, 5, "1-desk", "+15550130");
        assertEquals(Transfer.FAILED, ends(refused).outcome());

        sessions.handOvers.add(new HandOver.Unavailable(Trouble.SERVER_ERROR));
        CallId silent = calls.running("sess-" + UUID.randomUUID());
        calls.asksForTransfer(silent, 5, "1-desk", "+15550130");
        assertEquals(Transfer.FAILED, ends(silent).outcome());

        Decision decision = calls.ended(refused, End.AGENT_HANGUP);
        assertEquals("agent_hangup", decision.outcome());
        assertTrue(decision.hangUp().isPresent());
    }

    @Test
    void aRequestThatNeverLeftIsMadeOnceMoreAndThenTheAgentGoesOnAtOnce() throws InterruptedException {
        sessions.handOvers.add(new HandOver.Unavailable(Trouble.NOT_SENT));
        CallId call = calls.running(session);
        calls.asksForTransfer(call, 5, "1-desk", "+15550130");
        assertEquals(Transfer.CONNECTED, ends(call).outcome());
        sessions.handOvers.add(new HandOver.Unavailable(Trouble.NOT_SENT));
        sessions.handOvers.add(new HandOver.Unavailable(Trouble.NOT_SENT));
        CallId away = calls.running("sess-" + UUID.randomUUID());
        calls.asksForTransfer(away, 5, "1-desk", "+15550130");

        assertEquals(Transfer.FAILED, ends(away).outcome());

        assertEquals(4, sessions.handedOver.size());
        Decision decision = calls.ended(away, End.AGENT_HANGUP);
        assertEquals("agent_hangup", decision.outcome());
        assertTrue(decision.hangUp().isPresent(), "nobody else has the caller");
    }

    @Test
    void whatStandsBeforeTheProviderDoesNotKnowWhetherItWasDone() throws InterruptedException {
        CallId call = inDoubt(Trouble.NO_WORD_FROM_BEHIND);
        looksAndWaits();

        assertEquals("transferred", calls.ended(call, End.CALLER_HANGUP).outcome());
    }

    /// Nobody has heard whether it was done: the caller counts as brought away, and that no answer came is said by a status that is missing.
    @Test
    void whatIsToldOfARunThatIsOverWaitsUntilItIsSaidHowItsTransferEnded() throws InterruptedException {
        // given a caller who counts as brought away
        CallId call = inDoubt(Trouble.TIMEOUT);
        Decision decision = calls.ended(call, End.CALLER_HANGUP);
        boolean early = isWhole(call);

        // when
        leaseEnds();
        RunEvent.Transferred ended = ends(call);

        // then
        assertEquals("transferred", decision.outcome());
        assertTrue(decision.hangUp().isEmpty());
        assertFalse(early, "its message would have no transfer");
        assertEquals(Transfer.CONNECTED, ended.outcome());
        assertNull(ended.status());
        assertTrue(isWhole(call));
    }

    /// Whether what its receivers are told may be made.
    private boolean isWhole(CallId call) {
        return database.withConnection(c -> DueDeliveries.isQuiet(
                        c, Sql.only(c, "select id from runs where call_id = ?", row -> row.getLong("id"), call.value()), Duration.ZERO))
                .orElseThrow();
    }

    @Test
    void whoseCallWeEndWhenTheRequestCannotTakeEffectAnyMoreWasWithUs() throws InterruptedException {
        for (End end : List.of(End.AGENT_HANGUP, End.IDLE, End.MAX_DURATION, End.DRAINED, End.CREDITS)) {
            sessions.handOvers.add(new HandOver.Unavailable(Trouble.TIMEOUT));
            CallId call = calls.running("sess-" + UUID.randomUUID());
            calls.asksForTransfer(call, 5, "1-desk", "+15550130");
            int before = sessions.handedOver.size();
            Until.holds(handOvers::pass, () -> sessions.handedOver.size() > before);
            Instant now = InstantSource.system().instant();
            assertTrue(calls.endedIfKnown(call, now, end).isEmpty(), "it may be on its way");
            assertTrue(calls.endedIfKnown(call, now.plusSeconds(15), end).isEmpty(), "a gateway's clock that is ahead");
            wasAskedBefore(Duration.ofSeconds(15));
            assertTrue(calls.endedIfKnown(call, now, End.CALLER_HANGUP).isEmpty(), "the provider may have ended it");

            Decision decision = calls.endedIfKnown(call, now, end).orElseThrow();

            assertEquals(end.name().toLowerCase(Locale.ROOT), decision.outcome());
            assertTrue(decision.hangUp().isPresent());
            leaseEnds();
            assertEquals(Transfer.FAILED, ends(call).outcome());
        }
    }

    @Test
    void whoHangsUpAfterASignOfLifeHasHungUpAlsoWhereNobodyHasLookedSince() throws InterruptedException {
        CallId call = inDoubt(Trouble.TIMEOUT);
        Instant now = InstantSource.system().instant();
        calls.alive(call, now.plusSeconds(15), now);
        assertTrue(calls.endedIfKnown(call, now.plusSeconds(16), End.CALLER_HANGUP).isEmpty(), "a gateway's clock that is ahead");
        wasAskedBefore(Duration.ofSeconds(15));

        Decision decision = calls.endedIfKnown(call, now, End.CALLER_HANGUP).orElseThrow();

        assertEquals("caller_hangup", decision.outcome());
        leaseEnds();
        assertEquals(Transfer.FAILED, ends(call).outcome());
    }

    private boolean is(String expression) {
        return database.withConnection(c -> Sql.only(c, "select " + expression + " as holds from transfers", row -> row.getBoolean("holds")));
    }

    private void wasAskedBefore(Duration time) {
        database.withConnection(c -> Sql.update(
                c, "update transfers set asked_at = asked_at - ? * interval '1 millisecond' where outcome is null", time.toMillis()));
    }

    private void leaseEnds() {
        database.withConnection(c -> Sql.update(c, "update transfers set due_at = now()"));
    }

    /// A pass that finds the transfer, and leaves it as it is.
    private void looksAndWaits() throws InterruptedException {
        leaseEnds();
        handOvers.pass();
        Until.holds(() -> is("due_at < now() + interval '5 seconds' and outcome is null"));
    }

    @Test
    void whetherAProviderThatDoesNotAnswerHasDoneItIsToldByWhatIsHeardOfTheCaller() throws InterruptedException {
        CallId call = inDoubt(Trouble.TIMEOUT);
        looksAndWaits();
        Instant now = InstantSource.system().instant();
        calls.alive(call, now, now); // which may have been given before
        looksAndWaits();

        calls.alive(call, now.plusSeconds(15), now); // by a gateway whose clock is ahead
        looksAndWaits();

        wasAskedBefore(Duration.ofSeconds(15));

        leaseEnds();
        assertEquals(Transfer.FAILED, ends(call).outcome());
        assertEquals(1, sessions.handedOver.size());
        assertTrue(calls.ended(call, End.AGENT_HANGUP).hangUp().isPresent());
    }

    @Test
    void aProcessThatDiesWhileItAsksIsFollowedByOneThatDoesNotAskAgain() throws InterruptedException {
        // given a provider that has done it, and an end of the call that is not read yet
        sessions.dies = true;
        CallId call = calls.running(session);
        calls.asksForTransfer(call, 5, "1-desk", "+15550130");
        Until.holds(handOvers::pass, () -> !sessions.handedOver.isEmpty());
        sessions.dies = false;
        looksAndWaits();

        assertEquals("transferred", calls.ended(call, End.CALLER_HANGUP).outcome());

        leaseEnds();
        assertEquals(Transfer.CONNECTED, ends(call).outcome());
        assertEquals(1, sessions.handedOver.size());
    }

    @Test
    void aProcessThatDiesBeforeItAsksHasNotGivenTheCallerToAnybody() throws InterruptedException {
        CallId call = calls.running(session);
        calls.asksForTransfer(call, 5, "1-desk", "+15550130");
        database.withConnection(c -> Transfers.take(c, 10, Duration.ZERO, heard)); // and dies
        assertEquals("caller_hangup", calls.ended(call, End.CALLER_HANGUP).outcome());

        assertEquals(Transfer.FAILED, ends(call).outcome());
    }

    @Test
    void whoHasNotReadWhatHappenedToTheCallDecidesNothing() throws InterruptedException {
        CallId call = calls.running(session);
        calls.asksForTransfer(call, 5, "1-desk", "+15550130");
        heard = new Transfers.Heard(heard.topic(), List.of(1));
        handOvers.pass();
        assertTrue(is("tries = 0"));

        heard = TenantCalls.ALL;

        assertEquals(Transfer.CONNECTED, ends(call).outcome());
    }

    @Test
    void aProviderThatHasTooMuchToDoIsAskedAgain() throws InterruptedException {
        sessions.handOvers.add(new HandOver.Unavailable(Trouble.RATE_LIMITED));
        CallId call = calls.running(session);
        calls.asksForTransfer(call, 5, "1-desk", "+15550130");

        assertEquals(Transfer.CONNECTED, ends(call).outcome());
        assertEquals(2, sessions.handedOver.size());
    }

    @Test
    void aProviderThatDoesNotKnowTheCallersSessionIsAskedOnceMore() throws InterruptedException {
        sessions.handOvers.add(new HandOver.Refused(SessionCheck.Reason.UNKNOWN, 404));
        CallId call = calls.running(session);
        calls.asksForTransfer(call, 5, "1-desk", "+15550130");
        assertEquals(Transfer.CONNECTED, ends(call).outcome());
        sessions.handOvers.add(new HandOver.Refused(SessionCheck.Reason.UNKNOWN, 404));
        sessions.handOvers.add(new HandOver.Refused(SessionCheck.Reason.UNKNOWN, 404));
        CallId gone = calls.running("sess-" + UUID.randomUUID());
        calls.asksForTransfer(gone, 5, "1-desk", "+15550130");

        assertEquals(Transfer.FAILED, ends(gone).outcome());
        assertEquals(4, sessions.handedOver.size());
    }

    @Test
    void aTurnWhoseAnswerWasLateCountsFromTheAnswer() throws InterruptedException {
        sessions.frozenFor = Duration.ofMillis(300);
        CallId call = calls.running(session);
        calls.asksForTransfer(call, 5, "1-desk", "+15550130");

        assertEquals(Transfer.CONNECTED, ends(call).outcome());
        assertTrue(sessions.late.get() > 0);
    }

    @Test
    void aProcessThatStoodStillDoesNotUseATurnThatSomebodyElseHasHadSince() throws InterruptedException {
        sessions.frozenFor = Duration.ofMinutes(1);
        CallId call = calls.running(session);
        calls.asksForTransfer(call, 5, "1-desk", "+15550130");
        Until.holds(handOvers::pass, () -> sessions.turnsAsked.size() > 1);
        assertEquals(List.of(), sessions.handedOver);

        sessions.frozenFor = Duration.ZERO;

        assertEquals(Transfer.CONNECTED, ends(call).outcome());
        assertEquals(1, sessions.handedOver.size());
    }

    @Test
    void aTransferThatGetsNoTurnInTimeHasFailedBecauseTheAgentGoesOn() throws InterruptedException {
        sessions.free = false;
        CallId call = calls.running(session);
        calls.asksForTransfer(call, 5, "1-desk", "+15550130");
        Until.holds(handOvers::pass, () -> !sessions.turnsAsked.isEmpty());

        database.withConnection(c -> Sql.update(c, "update transfers set until = now() - interval '1 second'"));

        assertEquals(Transfer.FAILED, ends(call).outcome());
        assertEquals(List.of(), sessions.handedOver);
    }

    @Test
    void aTransferThatWasReadWhenItsAgentHadGoneOnIsNotBegun() throws InterruptedException {
        CallId call = calls.running(session);
        calls.asksForTransfer(call, InstantSource.system().instant().minusSeconds(13), 5, "1-desk", "+15550130");

        assertEquals(Transfer.FAILED, ends(call).outcome());
        assertEquals(List.of(), sessions.handedOver);
    }

    @Test
    void anAgentWhoseClockIsAheadHasNoMoreTimeThanOthers() throws InterruptedException {
        CallId call = calls.running(session);
        calls.asksForTransfer(call, InstantSource.system().instant().plusSeconds(600), 5, "1-desk", "+15550130");

        assertTrue(is("until <= now() + interval '12 seconds'"));
    }

    /// The provider was asked, and nobody knows whether it has done it.
    private CallId inDoubt(Trouble trouble) throws InterruptedException {
        sessions.handOvers.add(new HandOver.Unavailable(trouble));
        CallId call = calls.running(session);
        calls.asksForTransfer(call, 5, "1-desk", "+15550130");
        Until.holds(handOvers::pass, () -> !sessions.handedOver.isEmpty());
        return call;
    }

    private CallId asksForAnotherWhileOneIsInDoubt() throws InterruptedException {
        CallId call = inDoubt(Trouble.TIMEOUT);
        calls.asksForTransfer(call, 6, "2-other", "+15550131");
        leaseEnds();
        handOvers.pass();
        return call;
    }

    @Test
    void whoAsksForAnotherTransferDoesNotWantTheOneBeforeAnyMore() throws InterruptedException {
        // given
        CallId call = asksForAnotherWhileOneIsInDoubt();
        assertEquals(1, sessions.handedOver.size(), "nobody else gets a caller who may be elsewhere");

        Instant now = InstantSource.system().instant();
        calls.alive(call, now, now);
        wasAskedBefore(Duration.ofSeconds(15));

        leaseEnds();
        Until.holds(handOvers::pass, () -> said(call).size() == 2);
        assertEquals(List.of("1-desk failed", "2-other connected"), said(call).stream().map(each -> each.key() + " " + word(each)).toList());
    }

    @Test
    void aTransferWhoseTimeIsOverBehindOneInDoubtHasFailed() throws InterruptedException {
        // given
        CallId call = asksForAnotherWhileOneIsInDoubt();
        assertEquals(List.of(), said(call));

        // when
        database.withConnection(c -> Sql.update(c, "update transfers set until = now() - interval '1 second' where key = '2-other'"));

        // then its agent is told, and what is in doubt stays so
        leaseEnds();
        Until.holds(handOvers::pass, () -> !said(call).isEmpty());
        assertEquals(List.of("2-other failed"), said(call).stream().map(each -> each.key() + " " + word(each)).toList());
        assertEquals(1, sessions.handedOver.size());
        assertEquals("transferred", calls.ended(call, End.CALLER_HANGUP).outcome());
        leaseEnds();
        Until.holds(handOvers::pass, () -> said(call).size() == 2);
        assertEquals("1-desk connected", said(call).getLast().key() + " " + word(said(call).getLast()));
    }

    private static String word(RunEvent.Transferred said) {
        return said.outcome().name().toLowerCase(Locale.ROOT);
    }

    @Test
    void whoHasHungUpByThenIsNotGivenToAnybody() throws InterruptedException {
        CallId call = calls.running(session);
        calls.asksForTransfer(call, 5, "1-desk", "+15550130");
        assertEquals("caller_hangup", calls.ended(call, End.CALLER_HANGUP).outcome());

        assertEquals(Transfer.FAILED, ends(call).outcome());
        assertEquals(List.of(), sessions.handedOver);
    }
}
