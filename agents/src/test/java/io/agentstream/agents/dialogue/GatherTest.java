package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.OpenEar;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A node that asks, and waits for keys or words.
class GatherTest {

    private static final String END = "\"end\": {\"type\": \"hangup\", \"say\": \"Goodbye.\", \"outcome\": \"done\"}";

    private static Story pin(String keys, String edges) {
        return Story.deaf("""
                "nodes": {
                  "start": {"type": "gather", "say": "Your number, please.", "again": "The number again, please.", "keys": %s, "into": "pin",
                            "silence_ms": 5000, "attempts": 3, "edges": [%s], "next": "end"},
                  "elsewhere": {"type": "hangup", "say": "Elsewhere."}, %s}""".formatted(keys, edges, END));
    }

    @Test
    void keysAreTakenUpToTheMostThatAreWantedWhoeverHoldsTheCall() throws Exception {
        World world = pin("{\"min\": 4, \"max\": 4}", "").alike(Story::outcome, "1", "2", "3", "4");

        assertEquals("1234", Story.variables(world).path("pin").asString());
        assertEquals(List.of("start", "end"), Story.nodes(world));
        assertEquals(List.of("Your number, please.", "Goodbye."), Story.spoken(world));
    }

    @Test
    void theLastKeyCompletesTheAnswerAndIsNoPartOfIt() throws Exception {
        World world = pin("{\"min\": 1, \"max\": 9, \"end\": \"#\"}", "").alike(Story::outcome, "7", "7", "#");

        assertEquals("77", Story.variables(world).path("pin").asString());
    }

    @Test
    void whoStopsKeyingHasAnsweredAfterTheGap() throws Exception {
        World world = pin("{\"min\": 2, \"max\": 9, \"gap_ms\": 2000}", "").alike(Story::outcome, "4", "5");

        assertEquals("45", Story.variables(world).path("pin").asString());
    }

    @Test
    void fewerKeysThanAreWantedAreNoAnswer() {
        World world = pin("{\"min\": 4, \"max\": 4, \"gap_ms\": 2000}", "").play("1", "2", "", "");

        assertEquals(List.of("Your number, please.", "The number again, please."), Story.spoken(world).subList(0, 2));
        assertTrue(Story.variables(world).path("pin").isMissingNode());
    }

    @Test
    void theQuestionIsAskedAsOftenAsItMayBeAndThenTheLimitLeadsOn() {
        World limited = pin("{}", "{\"on\": \"limit\", \"go\": \"elsewhere\"}").play();
        World unlimited = pin("{}", "").play();

        assertEquals(
                List.of("Your number, please.", "The number again, please.", "The number again, please.", "Elsewhere."), Story.spoken(limited));
        assertEquals("I am sorry, I have to end this call now.", Story.spoken(unlimited).get(3));
        assertEquals(1, unlimited.hangUps);
    }

    @Test
    void silenceLeadsOnWhereItHasAnEdge() {
        World world = pin("{}", "{\"on\": \"silence\", \"go\": \"elsewhere\"}").play();

        assertEquals(List.of("Your number, please.", "Elsewhere."), Story.spoken(world));
    }

    @Test
    void aKeyWithAnEdgeLeadsOnByItselfAndIsKept() throws Exception {
        World world = pin("{}", "{\"on\": \"key\", \"key\": \"9\", \"go\": \"elsewhere\"}").alike(Story::outcome, "9");

        assertEquals(List.of("start", "elsewhere"), Story.nodes(world));
        assertEquals("9", Story.variables(world).path("pin").asString());
    }

    @Test
    void anAnswerThatLeadsNowhereIsAskedForAgain() {
        World world = Story.deaf("""
                "nodes": {"start": {"type": "gather", "say": "One or two?", "keys": {}, "edges": [{"on": "key", "key": "1", "go": "end"}]}, %s}"""
                .formatted(END)).play("5", "1");

        assertEquals(List.of("One or two?", "One or two?", "Goodbye."), Story.spoken(world));
    }

    @Test
    void keysThatAreTypedAheadAreTakenOneAfterTheOther() {
        // given a caller who knows the menu, and keys it in while the first line is spoken
        Story story = Story.deaf("""
                "settings": {"interruption": {"by": "off"}},
                "nodes": {
                  "start": {"type": "gather", "say": "First number?", "keys": {"min": 2, "max": 2}, "into": "a", "next": "second"},
                  "second": {"type": "gather", "say": "Second number?", "keys": {"min": 2, "max": 2}, "into": "b", "next": "end"}, %s}"""
                .formatted(END));
        World world = new World(story.agent(), story.services(), TakeOver.NEVER);
        for (int n = 0; n < 4; n++) {
            char digit = "1234".charAt(n);
            world.phone(300 + 50L * n, () -> world.give(new ConversationInput.DigitPressed(digit)));
        }
        world.run(60_000);

        assertEquals("12", Story.variables(world).path("a").asString());
        assertEquals("34", Story.variables(world).path("b").asString());
        assertEquals(1, world.hangUps);
    }

    @Test
    void anAgentWithoutEarsOpensNoneAndIsNotInTrouble() {
        World world = pin("{}", "").play("", "3");

        assertEquals(List.of(), world.wanted(OpenEar.class));
        assertFalse(Story.spoken(world).contains("I am sorry, something does not work here at the moment."));
    }

    private static Story wish() {
        return Story.of("""
                "settings": {"idle": {"prompts": ["Are you there?"]}},
                "nodes": {
                  "start": {"type": "gather", "say": "Haircut or colour?", "into": "wish", "silence_ms": 5000, "edges": [
                      {"on": "intent", "intent": "cut", "words": ["haircut", "a trim"], "go": "end"},
                      {"on": "intent", "intent": "colour", "description": "Something with the colour of the hair.", "go": "colour"},
                      {"on": "limit", "go": "none"}]},
                  "colour": {"type": "hangup", "say": "Colour, then."},
                  "none": {"type": "hangup", "say": "Then not."}, %s}""".formatted(END));
    }

    private static Thought chooses(String tool) {
        return new Thought("I will do that. ", List.of(new Remark.Use("use-1", tool, "{}")));
    }

    @Test
    void wordsOfAnIntentLeadOnWithoutTheBrain() throws Exception {
        World world = wish().alike(Story::outcome, "I'd like a trim.");

        assertEquals(List.of(), world.wanted(AskBrain.class));
        assertEquals("I'd like a trim.", Story.variables(world).path("wish").asString());
        assertEquals(List.of("start", "end"), Story.nodes(world));
    }

    @Test
    void theBrainIsAskedWhatIsMeantAndSaysNothingItself() throws Exception {
        World world = wish().with(request -> chooses("choose_colour")).alike(Story::outcome, "Make it red.");

        assertEquals(List.of("Haircut or colour?", "Colour, then."), Story.spoken(world));
        AskBrain asked = world.wanted(AskBrain.class).getFirst();
        assertTrue(asked.request().instructions().contains("Haircut or colour?"));
        assertEquals(List.of("choose_colour"), asked.request().tools().stream().map(offer -> offer.name()).toList());
    }

    @Test
    void whatTheBrainCannotPlaceIsAskedForAgainAndThenLeft() {
        World world = wish().play("I had fish.", "For lunch.", "It was good.");

        assertEquals(List.of("Haircut or colour?", "Haircut or colour?", "Haircut or colour?", "Then not."), Story.spoken(world));
        assertEquals(3, world.wanted(AskBrain.class).size());
    }

    @Test
    void whoSaysNothingIsAskedWhetherSomebodyIsThereAndThenAgain() {
        World world = wish().play("");

        assertEquals(List.of("Haircut or colour?", "Are you there?", "Haircut or colour?", "Haircut or colour?", "Then not."), Story.spoken(world));
    }

    @Test
    void anAnswerThatIsSaidIntoTheQuestionIsNoBackchannel() {
        // given a question that can be answered with a word that otherwise only says that somebody listens
        Story story = Story.of("""
                "nodes": {"start": {"type": "gather", "say": "Would you like a coffee while you wait for us?", "into": "coffee", "next": "end"}, %s}"""
                .formatted(END));
        PoliteServices services = story.services();
        World world = new World(story.agent(), services, TakeOver.NEVER);
        boolean[] done = {false};
        world.watcher = effect -> {
            if (!done[0] && effect instanceof ConversationEffect.Play) {
                done[0] = true;
                services.said = "Yes.";
                world.phone(1_500, () -> world.give(new ConversationInput.SpeechStarted(0)));
                world.phone(2_300, () -> world.give(new ConversationInput.SpeechStopped(300, 500)));
            }
        };
        world.run(60_000);

        assertEquals("Yes.", Story.variables(world).path("coffee").asString());
        assertEquals("Yes.", world.told(Fact.Understood.class).getFirst().text());
    }
}
