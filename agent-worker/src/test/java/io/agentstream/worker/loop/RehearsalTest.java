package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.DemoAgents;
import io.agentstream.schemas.Json;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What a new process plays to itself before it takes calls.
class RehearsalTest {

    private static final long NOW_MS = 1_000_000_000L;
    private static final JsonNode ECHO = DemoAgents.echo();

    @Test
    void aConversationIsTakenOverAndGoesOn() {
        Rehearsal.Played played = Rehearsal.once(LoopFixture.engines(), NOW_MS, ECHO);

        assertEquals(new Rehearsal.Played(1, Rehearsal.FRAMES, 0), played);
    }

    @Test
    void theFirstAgentThatANewcomerMeetsIsTakenOver() {
        Rehearsal.Played played = Rehearsal.once(LoopFixture.engines(), NOW_MS, DemoAgents.talking());

        assertEquals(1, played.takenOver());
        assertEquals(0, played.failed());
    }

    @Test
    void whereOthersHoldCallsItIsTakenOverAgainAndAgain() {
        Rehearsal.Played played = Rehearsal.often(LoopFixture.engines(), NOW_MS, () -> true, ECHO);

        assertTrue(played.takenOver() > 1, played.toString());
        assertEquals(Rehearsal.FRAMES + (played.takenOver() - 1) * Rehearsal.FRAMES_THEN, played.commands());
        assertEquals(0, played.failed());
    }

    @Test
    void itIsPlayedNoMoreWhereItIsOfNoUse() {
        assertEquals(new Rehearsal.Played(0, 0, 0), Rehearsal.often(LoopFixture.engines(), NOW_MS, () -> false, ECHO));
    }

    @Test
    void whatCannotBePlayedIsLeftOut() {
        Rehearsal.Played played = Rehearsal.once(LoopFixture.engines(), NOW_MS, Json.MAPPER.readTree("{\"engine\":\"of tomorrow\"}"), ECHO);

        assertEquals(1, played.takenOver());
    }
}
