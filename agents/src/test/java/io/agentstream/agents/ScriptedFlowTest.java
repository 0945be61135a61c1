package io.agentstream.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.ScriptedFlow.Line;
import io.agentstream.agents.ScriptedFlow.Memory;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.Manners;
import io.agentstream.agents.conversation.Prompt;
import io.agentstream.schemas.Json;
import org.junit.jupiter.api.Test;

class ScriptedFlowTest {

    private static final String SCRIPT = """
            {"engine": "scripted", "start": "greet", "farewell": "So long.", "max_silences": 2, "nodes": {
              "greet": {"say": "Hello {{name}}, you call from {{caller_number}}.", "next": "menu"},
              "menu": {"say": "Press a key.", "on_digit": {"1": "one", "any": "other"}, "on_speech": "heard", "max_visits": 3,
                       "interruptible": false, "on_silence": {"after_ms": 4000, "go": "menu"}},
              "one": {"say": "One.", "next": "menu"},
              "other": {"say": "You pressed {{digit}}.", "next": "menu"},
              "heard": {"say": "I heard you.", "on_silence": {"go": "bye"}},
              "bye": {"say": "Bye.", "hang_up": true}}}
            """;

    private final ScriptedFlow flow = new ScriptedFlow(
            ((ScriptedDefinition.Parsed.Valid) ScriptedDefinition.parse(Json.MAPPER.readTree(SCRIPT))).definition(),
            Json.MAPPER.readTree("{\"name\":\"Ada {{digit}}\",\"caller_number\":\"+15550100\"}"));

    private Line go(Prompt... prompts) {
        Line line = flow.next(Memory.NEW, Prompt.OPENING);
        for (Prompt prompt : prompts) {
            line = flow.next(line.memory(), prompt);
        }
        return line;
    }

    @Test
    void fillsInWhatIsKnownOfTheCall() {
        // a number is said digit by digit, and a value is no template
        assertEquals("Hello Ada {{digit}}, you call from 1 5 5 5 0 1 0 0.", go().text());
        assertEquals(Then.GO_ON, go().then());
    }

    @Test
    void followsKeysSpeechAndSilence() {
        assertEquals("Press a key.", go(Prompt.GO_ON).text());
        assertEquals("One.", go(Prompt.GO_ON, new Prompt.Key('1')).text());
        assertEquals("You pressed pound.", go(Prompt.GO_ON, new Prompt.Key('#')).text());
        assertEquals("I heard you.", go(Prompt.GO_ON, new Prompt.Speech(900)).text());
        assertEquals("Bye.", go(Prompt.GO_ON, new Prompt.Speech(900), Prompt.SILENCE).text());
        assertEquals(Then.HANG_UP, go(Prompt.GO_ON, new Prompt.Speech(900), Prompt.SILENCE).then());
    }

    @Test
    void listensOnlyToWhatLeadsSomewhere() {
        assertEquals(new Manners(false, true, Manners.ALL_DIGITS, 4_000), go(Prompt.GO_ON).manners());
        assertEquals(new Manners(true, false, "", 8_000), go(Prompt.GO_ON, new Prompt.Key('1')).manners());
    }

    @Test
    void saysGoodbyeToACallerWhoStaysSilent() {
        // when the caller is silent for the second time in a row
        Line line = go(Prompt.GO_ON, Prompt.SILENCE, Prompt.SILENCE);

        // then
        assertEquals("So long.", line.text());
        assertEquals(Then.HANG_UP, line.then());
        assertTrue(line.memory().ending());
    }

    @Test
    void forgetsSilenceWhenTheCallerIsHeard() {
        assertFalse(go(Prompt.GO_ON, Prompt.SILENCE, new Prompt.Speech(500), Prompt.SILENCE).memory().ending());
    }

    @Test
    void saysGoodbyeToACallerWhoGoesRoundInCircles() {
        // when the menu is come to for the fourth time
        Line line = go(
                Prompt.GO_ON, new Prompt.Key('1'), Prompt.GO_ON, new Prompt.Key('1'), Prompt.GO_ON, new Prompt.Key('1'), Prompt.GO_ON);

        // then
        assertEquals("So long.", line.text());
        assertEquals(Then.HANG_UP, line.then());
    }

    @Test
    void saysTheSameLineAgain() {
        // given a memory that another worker has written down
        Memory left = go(Prompt.GO_ON, new Prompt.Key('7')).memory();
        Memory read = Json.MAPPER.treeToValue(Json.MAPPER.valueToTree(left), Memory.class);

        // when
        Line line = flow.next(read, Prompt.AGAIN);

        // then
        assertEquals("You pressed 7.", line.text());
        assertEquals(left, line.memory());
    }

    @Test
    void saysGoodbyeToALineOnWhichANoiseNeverEnds() {
        // when nothing that the line wants is heard for the second time in a row
        Line once = go(Prompt.GO_ON, new Prompt.Key('1'), Prompt.UNHEARD);
        Line twice = flow.next(once.memory(), Prompt.UNHEARD);

        // then
        assertEquals("One.", once.text());
        assertEquals("So long.", twice.text());
        assertEquals(Then.HANG_UP, twice.then());
    }
}
