package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.agents.journal.ConversationRerun;
import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.JournalDecoder;
import io.agentstream.schemas.JournalEntry;
import java.util.function.Function;

/// Plays a story in each way in which it may come about: at one worker, step by step; run again on its journal; and taken over by another worker
/// behind each of its steps, with what the first one left or with what it had saved.
final class Ways {

    private Ways() {}

    /// @param play plays the story to its end
    /// @param counts what has to be the same in each way
    /// @return the undisturbed one
    static World leadToTheSame(Dialogue dialogue, Function<TakeOver, World> play, Function<World, Object> counts) throws Exception {
        World plain = play.apply(TakeOver.NEVER);
        Object expected = counts.apply(plain);
        runsAgain(dialogue, plain);
        plain.callersAreTold();
        for (int step = 1; step < plain.steps; step++) {
            for (boolean inGoodManners : new boolean[] {true, false}) {
                World taken = play.apply(new TakeOver(step, inGoodManners));
                String how = "taken over behind step " + step + (inGoodManners ? ", in good manners" : ", from the last snapshot");
                assertEquals(expected, counts.apply(taken), how);
                assertDoesNotThrow(taken::callersAreTold, how);
                runsAgain(dialogue, taken);
            }
        }
        return plain;
    }

    static void runsAgain(Dialogue dialogue, World world) throws Exception {
        int epoch = 0;
        ConversationRerun rerun = new ConversationRerun(World.CALL, dialogue);
        for (JournalBatch batch : world.journals) {
            if (batch.epoch() != epoch) {
                epoch = batch.epoch();
                rerun = new ConversationRerun(World.CALL, dialogue);
            }
            JournalDecoder in = new JournalDecoder(batch);
            JournalEntry entry;
            while ((entry = in.next()) != null) {
                assertInstanceOf(ConversationRerun.Outcome.Same.class, rerun.step(entry), entry::toString);
            }
        }
    }
}
