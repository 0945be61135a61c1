package io.agentstream.orchestrator.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.agentstream.schemas.StageFacts;
import io.agentstream.schemas.TurnStages;
import org.junit.jupiter.api.Test;

final class StageFactsTest {

    private static final TurnStages WHOLE = new TurnStages(310L, 360L, 770L, 900L, 800L, 960L, 961L, 972L);

    @Test
    void theStagesOfAnAnswerAreAsLongAsItsWait() {
        StageFacts one = StageFacts.plus(null, WHOLE);

        assertEquals(new StageFacts(1, 310, 50, 410, 30, 160, 1, 11), one);
        assertEquals(new StageFacts(2, 620, 100, 820, 60, 320, 2, 22), StageFacts.plus(one, WHOLE));
    }

    @Test
    void whatHasNotPassedEveryStageInItsOrderIsNotAmongThem() {
        assertNull(StageFacts.plus(null, null));
        assertNull(StageFacts.plus(null, new TurnStages(310L, 310L, null, null, 310L, 470L, 471L, 480L)), "a fixed line");
        assertNull(StageFacts.plus(null, new TurnStages(310L, 360L, 2_770L, 2_900L, 1_800L, 1_960L, 1_961L, 1_972L)), "told to wait");
        assertNull(StageFacts.plus(null, new TurnStages(310L, 360L, 770L, 900L, 800L, 960L, 961L, null)), "not sent");
    }

    /// The gateway's clock is another one.
    @Test
    void aGatewayThatIsBehindHasTakenNoTime() {
        assertEquals(
                new StageFacts(1, 310, 50, 410, 30, 160, 1, 0), StageFacts.plus(null, new TurnStages(310L, 360L, 770L, 900L, 800L, 960L, 961L, 950L)));
    }
}
