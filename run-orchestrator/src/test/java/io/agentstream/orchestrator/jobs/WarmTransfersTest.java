package io.agentstream.orchestrator.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.TenantCalls;
import io.agentstream.orchestrator.provider.Briefing;
import io.agentstream.orchestrator.provider.Dial;
import io.agentstream.orchestrator.provider.FakeSessions;
import io.agentstream.orchestrator.provider.HandOver;
import io.agentstream.orchestrator.provider.HangUp;
import io.agentstream.orchestrator.provider.Leg;
import io.agentstream.orchestrator.provider.SessionCheck.Reason;
import io.agentstream.orchestrator.provider.Trouble;
import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.orchestrator.store.WarmLegs;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.End;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.Transfer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// An agent wants its caller given to somebody who is told first what it is about, and may not want to.
@ExtendWith(TestPostgres.class)
final class WarmTransfersTest {

    private static final String KEY = "1-desk";

    private final String session = "sess-" + UUID.randomUUID();
    private final Database database;
    private final TenantCalls calls;
    private final FakeSessions sessions = new FakeSessions();
    private final Metrics metrics = new Metrics("test");
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private HandOvers handOvers;
    private Supplier<HandOvers> others;
    private final CallId call;

    WarmTransfersTest(Database database) throws InterruptedException {
        database.withConnection(c -> Sql.update(c, "delete from transfers")); // other tests' orders
        this.database = database;
        calls = new TenantCalls(Tenant.create(database));
        Announcer announcer = Announcers.on(producer, database, new Said(), metrics, InstantSource.system());
        others = () -> new HandOvers(database, sessions, announcer, metrics, InstantSource.system(), () -> TenantCalls.ALL);
        handOvers = others.get();
        call = calls.running(session);
        calls.asksForWarmTransfer(call, 5, KEY, "+15550131");
    }

    @AfterEach
    void close() throws InterruptedException {
        handOvers.close();
        metrics.close();
    }

    private List<RunEvent.Transferred> said() {
        return List.copyOf(producer.history()).stream()
                .filter(record -> record.topic().equals(Topics.RUN_EVENTS.name()))
                .map(record -> ((Decoded.Value<RunEvent>) Topics.RUN_EVENTS.codec().decode(record.value())).value())
                .filter(event -> event.callId().equals(call) && event instanceof RunEvent.Transferred)
                .map(RunEvent.Transferred.class::cast)
                .toList();
    }

    private Transfer ends() throws InterruptedException {
        Until.holds(handOvers::pass, () -> !said().isEmpty());
        return said().getLast().outcome();
    }

    /// It rings there: what is done next comes from there.
    private Briefing rings() throws InterruptedException {
        Until.holds(handOvers::pass, () -> !sessions.called.isEmpty() && !"new".equals(stage()));
        return sessions.called.getLast();
    }

    private String leg() throws InterruptedException {
        String leg = "leg-of-" + rings().room();
        Until.holds(() -> column("leg").equals(leg));
        return leg;
    }

    private String stage() {
        return column("stage");
    }

    private String column(String name) {
        return database.withConnection(c -> Sql.only(
                c, "select coalesce(max(" + name + "::text), '') as value from transfers", row -> row.getString("value")));
    }

    private Optional<String> presses(boolean takes) {
        byte[] ticket = ApiKeys.hash(sessions.called.getLast().ticket());
        return database.withConnection(c -> WarmLegs.pressed(c, ticket, takes, null));
    }

    /// What a process had taken upon itself is taken by another.
    private void leaseEnds() {
        database.withConnection(c -> Sql.update(c, "update transfers set due_at = now()"));
    }

    /// A pass that finds the transfer, and what it begins to its end: whoever has a lease is alone with the transfer.
    private void looks() throws InterruptedException {
        leaseEnds();
        handOvers.pass();
        handOvers.close();
        handOvers = others.get();
    }

    /// A pass that finds the transfer, and leaves it as it is.
    private void looksAndWaits() throws InterruptedException {
        leaseEnds();
        handOvers.pass();
        Until.holds(() -> column("(due_at < now() + interval '5 seconds' and outcome is null)").equals("true"));
    }

    private void timeIsOver() {
        database.withConnection(c -> Sql.update(c, "update transfers set until = now() - interval '1 second', due_at = now()"));
    }

    private boolean hungUpInTheEnd(String which) throws InterruptedException {
        Until.holds(handOvers::pass, () -> column("leg_open").equals("false"));
        return sessions.hungUp.contains(which);
    }

    /// The account is deleted, an hour ago by the clock of whoever tidies up, which is done.
    private void accountIsDeleted() {
        database.withConnection(c -> {
            Sql.update(
                    c, "update telephony_configurations set deleted_at = now() - interval '1 hour' where organization_id = ?",
                    calls.tenant().sample().organizationId());
            return TelephonyConfigurations.destroyTokens(c);
        });
    }

    @Test
    void whoeverIsCalledIsHungUpThoughTheAccountIsDeletedMeanwhile() throws InterruptedException {
        String leg = leg();
        calls.ended(call, End.CALLER_HANGUP);
        accountIsDeleted(); // nobody has looked after the other side yet
        Until.holds(handOvers::pass, () -> !column("outcome").isEmpty());
        accountIsDeleted();

        assertTrue(hungUpInTheEnd(leg));

        accountIsDeleted();
        int tokens = database.withConnection(c -> Sql.only(
                c, "select count(*) from telephony_configurations where organization_id = ? and bearer_token is not null", row -> row.getInt(1),
                calls.tenant().sample().organizationId()));
        assertEquals(0, tokens);
    }

    @Test
    void theOtherSideIsCalledAndAskedAndGetsTheCaller() throws InterruptedException {
        Briefing briefing = rings();
        assertEquals("+15550131", briefing.to());
        assertEquals("A call about a boat.", briefing.summary());
        assertEquals(List.of(), sessions.joined, "the caller stays with the agent until then");
        leg();

        Optional<String> room = presses(true);

        assertEquals(Optional.of(briefing.room()), room);
        assertEquals(Transfer.CONNECTED, ends());
        assertEquals(List.of(session + " " + briefing.room()), sessions.joined);
        Decision decision = calls.ended(call, End.CALLER_HANGUP); // so it looks to the gateway when the provider ends the socket
        assertEquals("transferred", decision.outcome());
        assertTrue(decision.hangUp().isEmpty(), "a call that was transferred is not hung up");
        assertFalse(hungUpInTheEnd(session));
        assertEquals("", column("told"), "what was said is not kept");
        assertEquals(room, presses(true), "who asks again is told the same");
    }

    @Test
    void whoDoesNotTakeTheCallIsHungUpAndTheAgentKeepsItsCaller() throws InterruptedException {
        String leg = leg();

        assertEquals(Optional.empty(), presses(false));

        assertEquals(Transfer.REFUSED, ends());
        assertTrue(hungUpInTheEnd(leg));
        assertEquals(Optional.empty(), presses(true), "it is too late to think otherwise");
        assertEquals("agent_hangup", calls.ended(call, End.AGENT_HANGUP).outcome());
    }

    @Test
    void whoIsBusyOrDoesNotAnswerIsNotReached() throws InterruptedException {
        sessions.legs.put(leg(), new Leg.Over(Leg.Why.BUSY, false));

        assertEquals(Transfer.BUSY, ends());
        assertEquals(List.of(), sessions.joined);
        assertEquals("false", column("leg_open"));
    }

    @Test
    void aSessionThatTheProviderDoesNotKnowYetIsNotOver() throws InterruptedException {
        String leg = leg();
        sessions.legs.put(leg, new Leg.Missing());
        leaseEnds();
        Until.holds(handOvers::pass, () -> column("missed").equals(leg));

        sessions.legs.put(leg, new Leg.Open(true));

        leaseEnds();
        Until.holds(handOvers::pass, () -> column("heard").equals("true"));
        assertEquals("", column("missed"));
        assertTrue(presses(true).isPresent());
        assertEquals(Transfer.CONNECTED, ends());
    }

    @Test
    void aSessionThatTheProviderDoesNotKnowWhenItIsToBeHungUpIsHungUpOnceMore() throws InterruptedException {
        String leg = leg();
        sessions.answers.add(new HangUp.Done(404));

        presses(false);

        assertEquals(Transfer.REFUSED, ends());
        assertTrue(hungUpInTheEnd(leg));
        assertEquals(List.of(leg, leg), sessions.hungUp);
    }

    @Test
    void whoHangsUpDuringTheSummaryHasRefused() throws InterruptedException {
        String leg = leg();
        sessions.legs.put(leg, new Leg.Open(true));
        Until.holds(handOvers::pass, () -> column("heard").equals("true"));

        sessions.legs.put(leg, new Leg.Over(Leg.Why.ENDED, false));

        assertEquals(Transfer.REFUSED, ends());
    }

    @Test
    void whoNeverAnswersIsNotWaitedForWithoutEnd() throws InterruptedException {
        String leg = leg();

        timeIsOver();

        assertEquals(Transfer.NO_ANSWER, ends());
        assertTrue(hungUpInTheEnd(leg));
    }

    @Test
    void whereTheCallerHangsUpTheOtherSideIsHungUpToo() throws InterruptedException {
        String leg = leg();

        assertEquals("caller_hangup", calls.ended(call, End.CALLER_HANGUP).outcome());

        assertEquals(Optional.empty(), presses(true), "nobody waits");
        assertEquals(Transfer.FAILED, ends());
        assertTrue(hungUpInTheEnd(leg));
        assertEquals(List.of(), sessions.joined);
    }

    @Test
    void nobodyIsCalledTwiceWhereTheProvidersAnswerIsLost() throws InterruptedException {
        sessions.dials.add(new Dial.Unavailable(Trouble.TIMEOUT));
        rings();
        leaseEnds();
        handOvers.pass();

        assertTrue(presses(true).isPresent());

        assertEquals(Transfer.CONNECTED, ends());
        assertEquals(1, sessions.called.size());
    }

    @Test
    void aCallWhoseAnswerIsLostAndThatNobodyAnswersHasFailed() throws InterruptedException {
        sessions.dials.add(new Dial.Unavailable(Trouble.TIMEOUT));
        rings();

        timeIsOver();

        assertEquals(Transfer.FAILED, ends());
        assertEquals(Optional.empty(), presses(true));
    }

    @Test
    void whatTheProviderSaysLaterOfACallWhoseAnswerIsLostEndsIt() throws InterruptedException {
        // given a caller who did not wait
        sessions.dials.add(new Dial.Unavailable(Trouble.TIMEOUT));
        byte[] ticket = ApiKeys.hash(rings().ticket());
        calls.ended(call, End.CALLER_HANGUP);
        assertEquals(Transfer.FAILED, ends());

        database.withConnection(c -> {
            WarmLegs.changed(c, ticket, "leg-that-rings");
            return true;
        });

        assertTrue(hungUpInTheEnd("leg-that-rings"));
    }

    /// A call whose answer is lost, and whose other side presses a key before anybody knows what its session is called.
    private byte[] takesUnknown() throws InterruptedException {
        sessions.dials.add(new Dial.Unavailable(Trouble.TIMEOUT));
        byte[] ticket = ApiKeys.hash(rings().ticket());
        presses(true);
        return ticket;
    }

    private void tells(byte[] ticket) {
        database.withConnection(c -> {
            WarmLegs.changed(c, ticket, "leg-that-waits");
            return true;
        });
    }

    @Test
    void whatTheProviderSaysWhileTheCallerIsBroughtAwayIsUnderstood() throws InterruptedException {
        sessions.joins.add(new HandOver.Unavailable(Trouble.TIMEOUT));
        byte[] ticket = takesUnknown();
        Until.holds(handOvers::pass, () -> stage().equals("joining"));

        tells(ticket);

        sessions.legs.put(session, new Leg.Over(Leg.Why.ENDED, true));
        calls.ended(call, End.CALLER_HANGUP);
        leaseEnds();
        assertEquals(Transfer.FAILED, ends());
        assertTrue(hungUpInTheEnd("leg-that-waits"));
    }

    @ParameterizedTest
    @EnumSource(value = Transfer.class, names = {"CONNECTED", "FAILED"})
    void whatTheProviderSaysWhenItIsKnownHowTheTransferEndedIsUnderstood(Transfer outcome) throws InterruptedException {
        if (outcome == Transfer.FAILED) {
            sessions.joins.add(new HandOver.Refused(Reason.UNAUTHORIZED, 403));
        }
        byte[] ticket = takesUnknown();
        assertEquals(outcome, ends());
        assertEquals("false", column("leg_open"));
        sessions.legs.put(session, new Leg.Over(Leg.Why.ENDED, true));

        tells(ticket);

        assertTrue(hungUpInTheEnd("leg-that-waits"));
    }

    @Test
    void aProviderThatHasTooMuchToDoIsAskedAgainAndOneThatFailsIsNot() throws InterruptedException {
        sessions.dials.add(new Dial.Unavailable(Trouble.RATE_LIMITED));
        Until.holds(handOvers::pass, () -> sessions.called.size() == 2);
        leg();
        sessions.joins.add(new HandOver.Unavailable(Trouble.RATE_LIMITED));
        presses(true);
        assertEquals(Transfer.CONNECTED, ends());
        assertEquals(2, sessions.joined.size());
    }

    @Test
    void aProviderThatDoesNotCallLeavesTheCallerWithTheAgent() throws InterruptedException {
        sessions.dials.add(new Dial.Refused(Reason.UNAUTHORIZED, 403));

        assertEquals(Transfer.FAILED, ends());
        assertEquals(403, said().getLast().status());
        assertEquals("caller_hangup", calls.ended(call, End.CALLER_HANGUP).outcome());
    }

    @Test
    void aProcessThatDiesWhileItCallsLeavesNobodyInSilence() throws InterruptedException {
        sessions.dies = true;
        rings();
        sessions.dies = false;
        leaseEnds(); // and another goes on
        Until.holds(handOvers::pass, () -> column("(due_at > now())").equals("true"));
        assertEquals(1, sessions.called.size());

        timeIsOver();

        assertEquals(Transfer.FAILED, ends());
    }

    @Test
    void aProcessThatDiesWhileItBringsTheCallerAwayIsFollowedByOneThatAsksWhetherItDid() throws InterruptedException {
        leg();
        sessions.dies = true;
        presses(true);
        Until.holds(handOvers::pass, () -> stage().equals("joining"));
        Until.holds(() -> !sessions.joined.isEmpty());
        sessions.dies = false;
        assertEquals("transferred", calls.ended(call, End.CALLER_HANGUP).outcome());

        leaseEnds();

        assertEquals(Transfer.CONNECTED, ends());
        assertEquals(1, sessions.joined.size());
    }

    @Test
    void aCallerWhoHungUpWhileBeingBroughtAwayLeavesNobodyInTheRoom() throws InterruptedException {
        String leg = leg();
        sessions.joins.add(new HandOver.Unavailable(Trouble.TIMEOUT));
        presses(true);
        Until.holds(handOvers::pass, () -> !sessions.joined.isEmpty());
        sessions.legs.put(session, new Leg.Over(Leg.Why.ENDED, true));
        calls.ended(call, End.CALLER_HANGUP);

        assertEquals(Transfer.FAILED, ends());
        assertTrue(hungUpInTheEnd(leg));
    }

    @Test
    void whoWasFollowedAndHangsUpAfterAllLeavesNobodyInTheRoom() throws InterruptedException {
        // given a request that was lost, and a caller who hangs up, which the provider does not show yet
        String leg = leg();
        sessions.joins.add(new HandOver.Unavailable(Trouble.TIMEOUT));
        presses(true);
        Until.holds(handOvers::pass, () -> !sessions.joined.isEmpty());
        calls.ended(call, End.CALLER_HANGUP);
        leaseEnds();
        assertEquals(Transfer.CONNECTED, ends());
        Until.holds(this::looks, () -> column("(asks > 1)").equals("true"));
        assertEquals("true", column("leg_open"), "as long as nobody knows that they are together");

        sessions.legs.put(session, new Leg.Over(Leg.Why.ENDED, true));

        Until.holds(this::looks, () -> column("leg_open").equals("false"));
        assertEquals(List.of(leg), sessions.hungUp);
    }

    @Test
    void aCallerWhoHangsUpWhenTheProviderHasSaidThatItIsDoneLeavesNobodyInTheRoom() throws InterruptedException {
        String leg = leg();
        presses(true);
        sessions.legs.put(session, new Leg.Over(Leg.Why.ENDED, true));

        assertEquals(Transfer.CONNECTED, ends());

        assertTrue(hungUpInTheEnd(leg));
    }

    @Test
    void aCallerWhoIsStillWithUsIsBroughtAwayOnceMore() throws InterruptedException {
        leg();
        sessions.joins.add(new HandOver.Unavailable(Trouble.IO_ERROR));
        presses(true);
        Until.holds(handOvers::pass, () -> !sessions.joined.isEmpty());
        looksAndWaits();
        Instant now = InstantSource.system().instant();
        calls.alive(call, now, now); // which may have been given before
        looksAndWaits();

        calls.alive(call, now.plusSeconds(15), now); // by a gateway whose clock is ahead
        looksAndWaits();

        database.withConnection(c -> Sql.update(c, "update transfers set asked_at = asked_at - interval '15 seconds'"));

        leaseEnds();
        assertEquals(Transfer.CONNECTED, ends());
        assertEquals(2, sessions.joined.size());
    }

    @Test
    void aCallerOfWhomNothingIsHeardAfterBeingBroughtAwayIsNotBroughtAwayAgainAndTheOtherSideIsNotHungUp() throws InterruptedException {
        // given a process that died when the provider had done it, and one after it that has not read the end of the call
        leg();
        sessions.dies = true;
        presses(true);
        Until.holds(handOvers::pass, () -> !sessions.joined.isEmpty());
        sessions.dies = false;
        looksAndWaits();
        database.withConnection(c -> Sql.update(c, "update transfers set until = now() - interval '1 minute'"));
        looksAndWaits();

        calls.ended(call, End.CALLER_HANGUP);

        leaseEnds();
        assertEquals(Transfer.CONNECTED, ends());
        assertEquals(1, sessions.joined.size());
        assertEquals(List.of(), sessions.hungUp);
    }

    @Test
    void whereTheOtherSideHasLeftBeforeTheCallerCameTheCallerIsNotLeftAlone() throws InterruptedException {
        String leg = leg();
        presses(true);
        sessions.legs.put(leg, new Leg.Over(Leg.Why.ENDED, true));

        assertEquals(Transfer.CONNECTED, ends());

        assertTrue(hungUpInTheEnd(session));
    }

    @Test
    void whoAsksForAnotherTransferDoesNotWantTheOtherSideOfTheOneBefore() throws InterruptedException {
        String first = leg();

        calls.asksForTransfer(call, 6, "2-other", "+15550132");

        assertEquals(Optional.empty(), presses(true), "nobody waits any more");
        Until.holds(handOvers::pass, () -> said().size() == 2);
        assertEquals(List.of(KEY, "2-other"), said().stream().map(RunEvent.Transferred::key).toList());
        assertEquals(Transfer.CONNECTED, said().getLast().outcome());
        assertTrue(hungUpInTheEnd(first));
        assertEquals(List.of(), sessions.joined);
    }

    @Test
    void whatIsAskedForAgainByAWorkerThatTookTheCallOverIsNotDoneAgain() throws InterruptedException {
        leg();
        calls.asksForWarmTransfer(call, 6, KEY, "+15550131");
        presses(true);
        assertEquals(Transfer.CONNECTED, ends());
        calls.asksForWarmTransfer(call, 7, KEY, "+15550131");
        handOvers.pass();

        assertEquals(1, sessions.called.size());
        assertEquals(1, sessions.joined.size());
    }
}
