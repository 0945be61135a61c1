package io.agentstream.agents.conversation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.SavedConversation.Phase;
import org.junit.jupiter.api.Test;

final class SavedConversationTest {

    @Test
    void isWholeWithAPhaseAndManners() {
        assertTrue(new SavedConversation(Phase.LISTENING, 4, Manners.DEAF, null).isWhole());
    }

    /// As a snapshot of another version is read, which leaves out what this one asks for.
    @Test
    void isNotWholeWhereOneOfThemIsMissing() {
        assertFalse(new SavedConversation(null, 4, Manners.DEAF, null).isWhole());
        assertFalse(new SavedConversation(Phase.LISTENING, 4, null, null).isWhole());
        assertFalse(new SavedConversation(Phase.LISTENING, 4, new Manners(true, true, null, 8_000), null).isWhole());
    }

    @Test
    void keysThatWaitAreSavedAndNoneAreNotThere() {
        Conversation listening = Scenes.listening();
        Conversation spoken = Scenes.after(
                Scenes.speaking(Scenes.FIRM, ConversationInput.Then.LISTEN), new ConversationInput.DigitPressed('2'));

        assertEquals("2", SavedConversation.of(spoken).caller().keys());
        assertEquals("2", SavedConversation.of(spoken).keys());
        assertEquals(null, SavedConversation.of(listening).keys());
        assertEquals("", SavedConversation.of(listening).caller().keys());
    }
}
