package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationInput.Answer;
import io.agentstream.agents.conversation.ConversationInput.BrainDone;
import io.agentstream.agents.conversation.ConversationInput.BrainSpoke;
import io.agentstream.agents.conversation.ConversationInput.WordsEnded;
import io.agentstream.agents.conversation.ConversationInput.WordsHeard;
import io.agentstream.schemas.Slice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What becomes of answers while they wait.
class MailboxTest {

    private static final Slice SOUND = Slice.of(new byte[160]);

    private final Mailbox mailbox = new Mailbox();
    private final LiveConversation conversation = LimitsTest.conversation(1);

    private void post(Answer... answers) {
        for (Answer each : answers) {
            assertTrue(mailbox.post(conversation, each));
        }
    }

    private List<Answer> taken() {
        List<Answer> taken = new ArrayList<>();
        Mailbox.Posted next;
        while ((next = mailbox.take()) != null) {
            taken.add(next.answer());
        }
        return taken;
    }

    private static BrainSpoke text(int number, String text) {
        return new BrainSpoke(1, number, text, Slice.EMPTY);
    }

    @Test
    void onlyTheNewestPartialWordsOfAnEarWait() {
        post(new WordsHeard(1, "I"), new BrainDone(1, 1, 0, 0, 0), new WordsHeard(1, "I need"), new WordsHeard(2, "I"));

        assertEquals(List.of(new WordsHeard(1, "I need"), new BrainDone(1, 1, 0, 0, 0), new WordsHeard(2, "I")), taken());
    }

    @Test
    void wordsOfTheNextTurnDoNotComeBeforeTheEndOfThis() {
        post(new WordsHeard(1, "I need"), new WordsEnded(1, "I need help."), new WordsHeard(1, "And"));

        assertEquals(List.of(new WordsHeard(1, "I need"), new WordsEnded(1, "I need help."), new WordsHeard(1, "And")), taken());
    }

    @Test
    void whatWasTakenIsNotChangedAnyMore() {
        post(new WordsHeard(1, "I"), text(1, "You"));
        assertEquals(List.of(new WordsHeard(1, "I"), text(1, "You")), taken());

        post(new WordsHeard(1, "I need"), text(1, " do."));

        assertEquals(List.of(new WordsHeard(1, "I need"), text(1, " do.")), taken());
    }

    @Test
    void piecesOfAnAnswersTextAreJoinedUpToItsNextSoundOrAnotherAnswer() {
        post(text(1, "It "), text(1, "is "), new BrainSpoke(1, 1, "", SOUND), text(1, "here"), text(1, "."), text(2, "Yes."), new BrainDone(1, 2, 0, 0, 0));

        assertEquals(
                List.of(text(1, "It is "), new BrainSpoke(1, 1, "", SOUND), text(1, "here."), text(2, "Yes."), new BrainDone(1, 2, 0, 0, 0)), taken());
    }

    @Test
    void aBurstOfLettersIsNoReasonToEndACall() {
        for (int n = 0; n < 3 * Mailbox.MAX_REPLIES; n++) {
            post(text(1, "x"));
        }

        assertEquals(
                "x".repeat(3 * Mailbox.MAX_REPLIES),
                String.join("", taken().stream().map(each -> ((BrainSpoke) each).text()).toList()));
        assertEquals(null, mailbox.takeOverflowed());
    }
}
