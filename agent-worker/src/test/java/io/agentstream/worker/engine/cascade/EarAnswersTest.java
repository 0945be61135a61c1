package io.agentstream.worker.engine.cascade;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.conversation.ConversationInput.Answer;
import io.agentstream.agents.conversation.ConversationInput.WordsEnded;
import io.agentstream.agents.conversation.ConversationInput.WordsHeard;
import io.agentstream.worker.service.Heard;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EarAnswersTest {

    private final List<Answer> posted = new ArrayList<>();
    private final EarAnswers answers = new EarAnswers(1, posted::add);

    /// What an ear tells of a turn in the middle is all of the turn, settled pieces included.
    @Test
    void wordsThatAreSettledAreNotSaidTwice() {
        answers.on(new Heard.Partial("I need"));
        answers.on(new Heard.Final("I need help", List.of(), 1));
        answers.on(new Heard.Partial("I need help with my"));
        answers.on(new Heard.Final("with my order.", List.of(), 1));
        answers.on(new Heard.TurnEnded("I need help with my order."));

        assertEquals(
                List.of(
                        new WordsHeard(1, "I need"), new WordsHeard(1, "I need help"), new WordsHeard(1, "I need help with my"),
                        new WordsHeard(1, "I need help with my order."), new WordsEnded(1, "I need help with my order.")),
                posted);
    }
}
