package io.agentstream.worker.engine.cascade;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.WordsEnded;
import io.agentstream.agents.conversation.ConversationInput.WordsHeard;
import io.agentstream.worker.service.Heard;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EarAnswersTest {

    private final List<ConversationInput> posted = new ArrayList<>();
    private final EarAnswers answers = new EarAnswers(1, answer -> {
        posted.add(answer);
        return true;
    });

    @Test
    void whoSpeaksOnBehindATurnThatTheEarHasEndedIsNotTakenForSilent() {
        answers.on(new Heard.TurnEnded("My number is"));
        answers.on(new Heard.SpeechBegan());
        answers.on(new Heard.SpeechBegan());

        assertEquals(List.of(new WordsEnded(1, "My number is"), new WordsHeard(1, "")), posted);
    }

    @Test
    void whoBeginsToSpeakHasSaidNothing() {
        answers.on(new Heard.SpeechBegan());

        assertEquals(List.of(), posted);
    }

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

    @Test
    void piecesArePutTogether() {
        answers.on(new Heard.Final("I need", List.of(), 1));
        answers.on(new Heard.Final("help", List.of(), 1));

        assertEquals(List.of(new WordsHeard(1, "I need"), new WordsHeard(1, "I need help")), posted);
    }

    @Test
    void whetherTheEarJudgesTurnsIsToldToo() {
        answers.on(new Heard.Partial("I need", true));
        answers.on(new Heard.TurnEnded("I need help.", true));

        assertEquals(List.of(new WordsHeard(1, "I need", true), new WordsEnded(1, "I need help.", true)), posted);
    }
}
