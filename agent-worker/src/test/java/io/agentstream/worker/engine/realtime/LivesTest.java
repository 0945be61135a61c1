package io.agentstream.worker.engine.realtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.BrainDone;
import io.agentstream.agents.conversation.ConversationInput.MouthDone;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.Lived;
import io.agentstream.worker.service.Usage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a service of speech tells, as the conversation takes it in.
final class LivesTest {

    private final List<ConversationInput> told = new ArrayList<>();
    private final Lives lives = new Lives(1, new SaidItems(), told::add, failure -> { }, () -> { }, () -> { });

    @Test
    void aLineOfWhichNothingSoundedWasNotSaid() {
        lives.ask(1, 2, 0, true);

        lives.on(new Lived.Answered(1, true, Usage.NONE));

        assertInstanceOf(MouthFailed.class, told.getLast());
    }

    @Test
    void aLineThatSoundedWasSaidAlsoWhereItIsNotWhole() {
        lives.ask(1, 2, 0, true);
        lives.on(new Lived.Audio(1, "item", Slice.of(new byte[160])));

        lives.on(new Lived.Answered(1, false, Usage.NONE));

        assertEquals(new MouthDone(2, 0), told.getLast());
    }

    @Test
    void anAnswerMayBeEmpty() {
        lives.ask(1, 2, 0, false);

        lives.on(new Lived.Answered(1, true, Usage.NONE));

        assertInstanceOf(BrainDone.class, told.getLast());
    }

    /// A service that writes without end would take all the room that its conversation has.
    @Test
    void noMoreOfAnAnswersTextIsToldThanAnAnswerMayHave() {
        lives.ask(1, 2, 0, false);
        String page = "x".repeat(8_000);

        for (int n = 0; n < 1_000; n++) {
            lives.on(new Lived.Said(1, "item", page));
        }

        assertEquals(Brain.MAX_ANSWER_CHARACTERS / page.length(), told.size());
    }
}
