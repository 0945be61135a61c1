package io.agentstream.orchestrator.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.calllog.timeline.SilentFault;
import io.agentstream.calllog.timeline.TimelineLimits;
import io.agentstream.orchestrator.store.Talked;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What is wrong with a call that nobody complained of.
final class SilentFaultsTest {

    private static final Instant START = Instant.parse("2026-11-27T09:00:00Z");

    private static List<SilentFault> found(
            long lengthMs, @Nullable Long heardMs, @Nullable Long firstPlayedMs, @Nullable Long playedMs, Talked talk) {
        return found(lengthMs, heardMs, firstPlayedMs, playedMs, false, false, talk);
    }

    private static List<SilentFault> found(
            long lengthMs, @Nullable Long heardMs, @Nullable Long firstPlayedMs, @Nullable Long playedMs, boolean callerSilent,
            boolean agentSilent, Talked talk) {
        CallEvent.Ended ended = new CallEvent.Ended(
                CallId.of(1, 1, 2), 9, START.plusMillis(lengthMs), 1000, "", End.CALLER_HANGUP, null, null,
                heardMs == null ? null : START.plusMillis(heardMs),
                firstPlayedMs == null ? null : START.plusMillis(firstPlayedMs), playedMs, callerSilent, agentSilent, null);
        return SilentFaults.of(ended, START, talk, TimelineLimits.DEFAULT);
    }

    @Test
    void aGoodCallHasNone() {
        assertEquals(List.of(), found(20_000, 20L, 300L, 9_000L, new Talked(3, 0, 900L)));
    }

    @Test
    void aCallerOfWhomNothingCameAndWhoPressedNothingWasNotThere() {
        assertEquals(List.of(SilentFault.NO_CALLER_AUDIO), found(20_000, null, 300L, 9_000L, new Talked(3, 0, null)));
        assertEquals(List.of(), found(20_000, null, 300L, 9_000L, new Talked(3, 1, null)));
    }

    @Test
    void aCallerOfWhomOnlySilenceCameAndWhoPressedNothingWasNotHeard() {
        assertEquals(List.of(SilentFault.CALLER_SILENT), found(20_000, 20L, 300L, 9_000L, true, false, new Talked(3, 0, null)));
        assertEquals(List.of(), found(20_000, 20L, 300L, 9_000L, true, false, new Talked(3, 1, null)));
        assertEquals(List.of(), found(4_000, 20L, 300L, 3_000L, true, false, new Talked(3, 0, null)));
    }

    @Test
    void anAgentWhoseAudioWasAllSilenceWasNotHeard() {
        assertEquals(List.of(SilentFault.AGENT_SILENT), found(20_000, 20L, 300L, 9_000L, false, true, new Talked(3, 0, null)));
        assertEquals(List.of(), found(4_000, 20L, 300L, 3_000L, false, true, new Talked(3, 0, null)));
    }

    @Test
    void anAgentThatSpokeAndWasNotPlayedIsToldFromOneThatSaidNothing() {
        assertEquals(List.of(SilentFault.AGENT_UNHEARD), found(20_000, 20L, null, 0L, new Talked(1, 0, null)));
        assertEquals(List.of(SilentFault.AGENT_NEVER_ANSWERED), found(20_000, 20L, null, 0L, new Talked(0, 0, null)));
    }

    @Test
    void anAnswerOrAFirstWordThatCameLateIsASlowTurn() {
        assertEquals(List.of(SilentFault.SLOW_TURN), found(20_000, 20L, 300L, 9_000L, new Talked(3, 0, 3_001L)));
        assertEquals(List.of(SilentFault.SLOW_TURN), found(20_000, 20L, 3_001L, 9_000L, new Talked(3, 0, null)));
    }

    @Test
    void ofAShortCallAndOfAnOlderGatewayNothingIsSaid() {
        assertEquals(List.of(), found(4_000, null, null, 0L, new Talked(0, 0, null)));
        assertEquals(List.of(), found(20_000, null, null, null, new Talked(0, 0, null)));
    }
}
