package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.conversation.ConversationInput.CallerWords;
import io.agentstream.agents.conversation.ConversationInput.Ending;
import io.agentstream.agents.dialogue.Understanding.Judgement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What words say about who may speak next.
final class UnderstandingTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "en-US | yes                             | ANSWER",
        "en-US | No, thank you.                  | ANSWER",
        "en    | That’s right                    | ANSWER",
        "en    | That's                          | OPEN",
        "en    | not                             | UNCLEAR",
        "en    | Not now, thanks                 | ANSWER",
        "en    | all of                          | OPEN",
        "de    | das                             | OPEN",
        "de    | Das stimmt.                     | ANSWER",
        "fr    | c'est                           | OPEN",
        "fr    | ça                              | UNCLEAR",
        "fr    | c'est exact                     | ANSWER",
        "en-US | I would like to                 | OPEN",
        "en-US | My number is four,              | OPEN",
        "en-US | um                              | OPEN",
        "en-US | I would like to.                | OPEN",
        "en-US | Where is my order?              | COMPLETE",
        "en-US | I want to change my appointment | UNCLEAR",
        "en-US | four seven two                  | LISTED",
        "en-US | My order number is 47           | UNCLEAR",
        "en-US | It is A 7                       | LISTED",
        "en-US | could you                       | OPEN",
        "en-US | Can you help me                 | UNCLEAR",
        "en-US | I think                         | OPEN",
        "en-US | Yes I did                       | UNCLEAR",
        "en-US | Tell me where my parcel is      | UNCLEAR",
        "de-DE | Ja, bitte.                      | ANSWER",
        "de    | Ich möchte                      | OPEN",
        "es-ES | Sí, claro                       | ANSWER",
        "fr-FR | Je voudrais                     | OPEN",
        "pl-PL | tak                             | UNCLEAR"
    })
    void tellsHowTheyEnd(String language, String text, Ending ending) {
        assertEquals(ending, Understanding.of(language, text, Judgement.NONE).ending());
    }

    @Test
    void whoeverJudgesByWhatIsSaidIsBelieved() {
        assertEquals(Ending.OVER, Understanding.of("en", "I want to change my appointment", Judgement.OVER).ending());
        assertEquals(Ending.EXPECTED, Understanding.of("en", "I want to change my appointment.", Judgement.NOT_YET).ending());
    }

    @Test
    void anAnswerIsOneWhoeverJudges() {
        assertEquals(Ending.ANSWER, Understanding.of("en", "Yes.", Judgement.NOT_YET).ending());
    }

    @Test
    void countsWordsAndKnowsThoseThatOnlySaySomebodyListens() {
        assertEquals(new CallerWords(2, true, Ending.ANSWER), Understanding.of("en", "Okay, right.", Judgement.NONE));
        assertEquals(new CallerWords(2, false, Ending.UNCLEAR), Understanding.of("en", "stop it", Judgement.NONE));
        assertEquals(new CallerWords(0, false, Ending.UNKNOWN), Understanding.of("en", " ", Judgement.NONE));
    }
}
