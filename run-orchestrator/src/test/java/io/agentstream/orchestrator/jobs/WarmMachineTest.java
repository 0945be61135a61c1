package io.agentstream.orchestrator.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.agentstream.orchestrator.jobs.WarmMachine.Next;
import io.agentstream.orchestrator.jobs.WarmMachine.State;
import io.agentstream.orchestrator.jobs.WarmMachine.Time;
import io.agentstream.orchestrator.provider.Dial;
import io.agentstream.orchestrator.provider.HandOver;
import io.agentstream.orchestrator.provider.Leg;
import io.agentstream.orchestrator.provider.SessionCheck.Reason;
import io.agentstream.orchestrator.provider.Trouble;
import io.agentstream.orchestrator.store.WarmLegs.Stage;
import io.agentstream.schemas.Transfer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The other side is called, asked, and gets the caller; each step is one that does no harm where the one before may or may not have been done.
final class WarmMachineTest {

    private static final Next FAILED = new Next.End(Transfer.FAILED, true);
    private static final Next FAILED_UNCALLED = new Next.End(Transfer.FAILED, false);

    private static State fresh() {
        return new State(Stage.NEW, 0, true, false, Time.EARLY, false, false, null, false);
    }

    private static State rings(boolean heard, @Nullable Boolean takes) {
        return new State(Stage.DIALLED, 0, true, false, Time.EARLY, true, heard, takes, false);
    }

    private static State joining(int asks, boolean running, boolean withUs) {
        return new State(Stage.JOINING, asks, running, withUs, Time.EARLY, true, true, true, false);
    }

    private static State at(State s, Time time) {
        return new State(s.stage(), s.asks(), s.running(), s.withUs(), time, s.known(), s.heard(), s.takes(), s.missed());
    }

    private static State over(State s) {
        return new State(s.stage(), s.asks(), false, s.withUs(), s.time(), s.known(), s.heard(), s.takes(), s.missed());
    }

    private static State lost(State s) {
        return new State(s.stage(), s.asks(), s.running(), s.withUs(), s.time(), false, s.heard(), s.takes(), s.missed());
    }

    @Test
    void theOtherSideIsCalledThenAskedThenJoined() {
        assertEquals(new Next.Call(), WarmMachine.next(fresh()));
        assertEquals(new Next.Wait(), WarmMachine.called(new Dial.Ringing("leg")));
        assertEquals(new Next.Look(), WarmMachine.next(rings(false, null)));
        assertEquals(new Next.Wait(), WarmMachine.looked(new Leg.Open(true), rings(false, null)));
        assertEquals(new Next.Join(), WarmMachine.next(rings(true, true)));
        assertEquals(new Next.End(Transfer.CONNECTED, true), WarmMachine.joined(new HandOver.Done(200), 0));
    }

    @Test
    void whoRefusesDoesNotGetTheCaller() {
        assertEquals(new Next.End(Transfer.REFUSED, true), WarmMachine.next(rings(true, false)));
    }

    static Stream<List<Object>> ends() {
        return Stream.of(
                List.of(new Leg.Over(Leg.Why.BUSY, false), Transfer.BUSY), List.of(new Leg.Over(Leg.Why.NO_ANSWER, false), Transfer.NO_ANSWER),
                List.of(new Leg.Over(Leg.Why.ENDED, false), Transfer.NO_ANSWER), List.of(new Leg.Over(Leg.Why.FAILED, false), Transfer.FAILED),
                List.of(new Leg.Over(Leg.Why.ENDED, true), Transfer.REFUSED), List.of(new Leg.Over(Leg.Why.FAILED, true), Transfer.REFUSED));
    }

    @ParameterizedTest
    @MethodSource("ends")
    void howTheOtherSidesSessionEndedIsHowTheTransferDid(List<Object> row) {
        assertEquals(new Next.End((Transfer) row.get(1), false), WarmMachine.looked((Leg) row.get(0), rings(false, null)));
    }

    @Test
    void whoHungUpDuringTheSummaryHasRefusedAlsoWhereTheProviderSaysOnlyThatItIsOver() {
        assertEquals(
                new Next.End(Transfer.REFUSED, false), WarmMachine.looked(new Leg.Over(Leg.Why.ENDED, false), rings(true, null)));
    }

    @Test
    void whereNobodyAnswersInTimeTheAgentKeepsItsCaller() {
        assertEquals(new Next.End(Transfer.NO_ANSWER, true), WarmMachine.next(at(rings(false, null), Time.LATE)));
        assertEquals(new Next.End(Transfer.REFUSED, true), WarmMachine.next(at(rings(true, null), Time.LATE)));
    }

    @Test
    void whatBecameOfACallIsWaitedForWhereTheProvidersAnswerIsLostAndNobodyIsCalledTwice() {
        for (Trouble trouble : List.of(Trouble.TIMEOUT, Trouble.IO_ERROR, Trouble.CLOSED)) {
            assertEquals(new Next.Wait(), WarmMachine.called(new Dial.Unavailable(trouble)));
        }
        assertEquals(new Next.Wait(), WarmMachine.next(lost(rings(false, null))));
        assertEquals(new Next.Join(), WarmMachine.next(lost(rings(true, true))), "it has pressed the key all the same");
        assertEquals(FAILED, WarmMachine.next(at(lost(rings(false, null)), Time.LATE)));
    }

    @Test
    void aProviderThatHasTooMuchToDoIsAskedAgainAFewTimesAndOneThatFailsIsNot() {
        assertInstanceOf(Next.Undone.class, WarmMachine.called(new Dial.Unavailable(Trouble.RATE_LIMITED)));
        assertInstanceOf(Next.Undone.class, WarmMachine.joined(new HandOver.Unavailable(Trouble.RATE_LIMITED), 0));
        assertEquals(FAILED_UNCALLED, WarmMachine.next(new State(Stage.NEW, WarmMachine.TRIES, true, false, Time.EARLY, false, false, null, false)));
        assertInstanceOf(Next.Undone.class, WarmMachine.called(new Dial.Unavailable(Trouble.NOT_SENT)));
        assertInstanceOf(Next.Undone.class, WarmMachine.joined(new HandOver.Unavailable(Trouble.NOT_SENT), 0));
        assertEquals(FAILED_UNCALLED, WarmMachine.called(new Dial.Unavailable(Trouble.SERVER_ERROR)));
        assertEquals(FAILED_UNCALLED, WarmMachine.called(new Dial.Unavailable(Trouble.NO_WORD_FROM_BEHIND)));
        assertEquals(new Next.Wait(), WarmMachine.joined(new HandOver.Unavailable(Trouble.NO_WORD_FROM_BEHIND), 0));
        assertEquals(FAILED_UNCALLED, WarmMachine.called(new Dial.Refused(Reason.UNAUTHORIZED, 403)));
        assertEquals(FAILED, WarmMachine.joined(new HandOver.Refused(Reason.UNAUTHORIZED, 403), 0));
    }

    @Test
    void aSessionThatTheProviderDoesNotKnowIsOverTheSecondTime() {
        State ringing = rings(false, null);
        State missed = new State(
                ringing.stage(), ringing.asks(), true, false, Time.EARLY, true, ringing.heard(), ringing.takes(), true);
        assertEquals(new Next.Wait(), WarmMachine.looked(new Leg.Missing(), ringing));
        assertEquals(new Next.End(Transfer.NO_ANSWER, false), WarmMachine.looked(new Leg.Missing(), missed));
        assertEquals(new Next.Wait(), WarmMachine.followed(new Leg.Missing(), false));
        assertEquals(FAILED, WarmMachine.followed(new Leg.Missing(), true));
        assertInstanceOf(Next.Undone.class, WarmMachine.joined(new HandOver.Refused(Reason.UNKNOWN, 404), 0));
        assertEquals(FAILED, WarmMachine.joined(new HandOver.Refused(Reason.UNKNOWN, 404), 1));
    }

    @Test
    void whereTheCallerHangsUpTheOtherSideIsHungUpToo() {
        assertEquals(FAILED_UNCALLED, WarmMachine.next(over(fresh())));
        assertEquals(FAILED, WarmMachine.next(over(rings(false, null))));
        assertEquals(FAILED, WarmMachine.next(over(rings(true, true))));
    }

    @Test
    void aCallerWhoMayHaveBeenBroughtAwayIsBroughtAwayAgainOnlyWhileStillWithUs() {
        assertEquals(new Next.Wait(), WarmMachine.joined(new HandOver.Unavailable(Trouble.TIMEOUT), 0));
        assertEquals(new Next.Join(), WarmMachine.next(joining(1, true, true)));
        assertEquals(FAILED, WarmMachine.next(joining(WarmMachine.TRIES, true, true)));
        assertEquals(new Next.Follow(), WarmMachine.next(joining(1, false, false)));
        assertEquals(new Next.Follow(), WarmMachine.next(joining(1, false, true)));
        assertEquals(new Next.End(Transfer.CONNECTED, true), WarmMachine.followed(new Leg.Open(true), false));
        assertEquals(FAILED, WarmMachine.followed(new Leg.Over(Leg.Why.ENDED, true), false));
        assertEquals(new Next.Wait(), WarmMachine.followed(new Leg.Unknown(), false));
        assertEquals(new Next.End(Transfer.CONNECTED, true), WarmMachine.next(joining(WarmMachine.TRIES + WarmMachine.LOOKS, false, false)));
    }

    @ParameterizedTest
    @EnumSource(Time.class)
    void nothingIsDoneAboutACallerOfWhomNothingIsHeard(Time time) {
        assertEquals(new Next.Wait(), WarmMachine.next(at(joining(1, true, false), time)));
        assertEquals(new Next.Wait(), WarmMachine.next(at(joining(WarmMachine.TRIES, true, false), time)));
    }

    /// Behind this the agent talks with its caller again.
    @ParameterizedTest
    @EnumSource(Stage.class)
    void nobodyIsBroughtAwayFromAnAgentThatGoesOn(Stage stage) {
        List<Next> all = new ArrayList<>();
        for (int asks = 0; asks < 20; asks++) {
            for (boolean known : List.of(true, false)) {
                for (boolean heard : List.of(true, false)) {
                    all.add(WarmMachine.next(new State(stage, asks, true, true, Time.OVER, known, heard, null, false)));
                    all.add(WarmMachine.next(new State(stage, asks, true, true, Time.OVER, known, heard, true, false)));
                    all.add(WarmMachine.next(new State(stage, asks, true, true, Time.OVER, known, heard, false, false)));
                }
            }
        }
        all.forEach(next -> assertInstanceOf(Next.End.class, next));
    }
}
