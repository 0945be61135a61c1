package io.agentstream.orchestrator.facts;

import static org.junit.jupiter.api.Assertions.assertNull;

import io.agentstream.schemas.TalkFacts;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class SilenceTest {

    @Test
    void ofAnAgentThatTellsNoTurnsNobodyKnowsHowLongAnybodyWasSilent() {
        TalkFacts echo = new TalkFacts(
                Instant.EPOCH, 0, 0, 0, 0, 0, 0, null, null, 0, 0, null, 0, 0, null, 0, 0, 1, 1, null, null, null);

        assertNull(RunTable.withSilence(echo, 4_965).silenceMs());
    }
}
