package io.agentstream.worker.engine.cascade;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationEffect.FinishHearing;
import io.agentstream.worker.service.Ear;
import org.junit.jupiter.api.Test;

final class EarLimitsTest {

    @Test
    void theSlowestEarGivesWhatItHasBeforeItIsTakenForSilent() {
        assertTrue(
                Ear.FINISH_MOST_MS + 250 <= FinishHearing.LIMIT_MS,
                () -> "an ear may take " + Ear.FINISH_MOST_MS + " ms, and is waited for " + FinishHearing.LIMIT_MS);
    }
}
