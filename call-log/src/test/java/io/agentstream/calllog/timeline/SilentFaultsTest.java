package io.agentstream.calllog.timeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What was wrong with a call although nobody complained.
final class SilentFaultsTest {

    private final ToldCall call = new ToldCall();

    private List<SilentFault> faults() throws Exception {
        return call.summary().faults().stream().map(TimelineSummary.Fault::fault).toList();
    }

    @Test
    void framesOfSilenceAreNoSoundOfTheCaller() throws Exception {
        // given
        call.begin();
        call.agentSays(1, 500, 2_000, "Hello?");
        call.frames(2_500, 7_000, false);
        call.end(10_000);

        // when, then
        assertEquals(List.of(SilentFault.CALLER_SILENT), faults());
        assertTrue(call.summary().oneWayAudio());
    }

    @Test
    void aCallerOfWhomNothingCameIsToldFromOneWhoWasSilent() throws Exception {
        // given
        call.begin();
        call.agentSays(1, 500, 2_000, "Hello?");
        call.end(10_000);

        // when, then
        assertEquals(List.of(SilentFault.NO_CALLER_AUDIO), faults());
    }

    @Test
    void whoPressesKeysIsThere() throws Exception {
        // given
        call.begin();
        call.agentSays(1, 500, 2_000, "Press one.");
        call.frames(2_500, 500, false);
        call.key(3_100, '1');
        call.end(10_000);

        // when, then
        assertEquals(List.of(), faults());
    }

    @Test
    void anAgentThatSpokeAndWasNeverPlayedWasNotHeard() throws Exception {
        // given
        call.begin();
        call.send(1, 500, 2_000);
        call.frames(1_000, 3_000, true);
        call.end(10_000);

        // when, then
        assertEquals(List.of(SilentFault.AGENT_UNHEARD), faults());
        assertTrue(call.summary().oneWayAudio());
    }

    @Test
    void anAgentThatSendsSilenceIsNotHeardEither() throws Exception {
        // given
        call.silentAgent().begin();
        call.agentSays(1, 500, 2_000, "Hello?");
        call.frames(2_500, 3_000, true);
        call.end(10_000);

        // when, then
        assertEquals(List.of(SilentFault.AGENT_SILENT), faults());
    }

    @Test
    void anAgentThatSentNothingNeverAnswered() throws Exception {
        // given
        call.begin();
        call.frames(1_000, 3_000, true);
        call.end(10_000);

        // when, then
        assertEquals(List.of(SilentFault.AGENT_NEVER_ANSWERED), faults());
        assertFalse(call.summary().oneWayAudio());
    }

    @Test
    void turnsThatWaitedLongerThanTheLimitAreToldAsTheyHappen() throws Exception {
        // given one answer after 3.1 seconds and one after 2.9
        call.begin();
        call.agentSays(1, 500, 500, "Hello?");
        call.callerSpeaks(2, 1_000, 800);
        call.agentAnswers(3, 4_900, 3_100, 500, "Yes.");
        call.callerSpeaks(4, 6_000, 800);
        call.agentAnswers(5, 9_700, 2_900, 500, "No.");
        call.end(12_000);

        // when, then
        assertEquals(List.of(new TimelineSummary.Fault(SilentFault.SLOW_TURN, 4_900, 3, 3_100L)), call.summary().faults());
        List<String> lines = call.timeline().stream().map(TimelineText::of).toList();
        assertTrue(lines.indexOf("turn 3 was waited for 3.1 s") < lines.indexOf("Yes."));
        call.limits(TimelineLimits.DEFAULT.withSlowTurnMs(2_000));
        assertEquals(2, faults().size());
    }

    @Test
    void whoWaitedInVainUntilTheEndHasWaitedToo() throws Exception {
        // given
        call.begin();
        call.agentSays(1, 500, 500, "Hello?");
        call.callerSpeaks(2, 1_000, 800);
        call.end(9_800);

        // when, then
        assertEquals(List.of(new TimelineSummary.Fault(SilentFault.SLOW_TURN, 9_800, 2, 8_000L)), call.summary().faults());
    }

    @Test
    void aFirstWordThatComesLateIsASlowTurnOnce() throws Exception {
        // given
        call.begin();
        call.agentAnswers(1, 4_100, 3_990, 500, "Hello?");
        call.callerSpeaks(2, 5_000, 800);
        call.agentAnswers(3, 6_400, 600, 500, "Yes.");
        call.end(9_000);

        // when, then
        assertEquals(List.of(new TimelineSummary.Fault(SilentFault.SLOW_TURN, 4_100, null, 4_000L)), call.summary().faults());
    }

    @Test
    void ofACallThatIsOverAtOnceNothingIsSaid() throws Exception {
        // given
        call.begin();
        call.end(4_000);

        // when, then
        assertEquals(List.of(), faults());
    }
}
