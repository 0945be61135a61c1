package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.dialogue.CascadeSimulationTest.Tally;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The same callers, workers and services as [CascadeSimulationTest] has, and an agent of which one service does everything. Each conversation is
/// one seed.
class RealtimeSimulationTest {

    private static final int FEW = 200;
    private static final int MANY = 10_000;

    @Test
    void holdsItsPromisesWhateverHappens() throws Exception {
        simulate(FEW);
    }

    @Test
    @Tag("long")
    void holdsItsPromisesInTenThousandConversations() throws Exception {
        simulate(MANY);
    }

    private static void simulate(int conversations) throws Exception {
        Tally all = CascadeSimulationTest.simulate(
                conversations, seed -> CascadeSimulationTest.conversation(seed, RealtimeDialogueTest.AGENT));
        assertTrue(all.isAbout(conversations), all::toString);
    }
}
