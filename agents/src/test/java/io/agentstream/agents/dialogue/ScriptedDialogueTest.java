package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.Conversation;
import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.HangUp;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationEffect.StopSpeaking;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ConversationMachine;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A script is decided in the machine, and the mouth is all that it asks for.
class ScriptedDialogueTest {

    private static final long T0 = World.T0;
    private static final Dialogue SCRIPT = dialogue("""
            {"engine": "scripted", "start": "greet", "max_silences": 2, "nodes": {
              "greet": {"say": "Hello {{name}}.", "next": "menu"},
              "menu": {"say": "Press a key.", "on_digit": {"1": "one", "any": "bye"}, "on_silence": {"after_ms": 3000, "go": "menu"}},
              "one": {"say": "You pressed {{digit}}.", "next": "menu"},
              "bye": {"say": "Goodbye.", "hang_up": true, "outcome": "served"}}}
            """);

    private static Dialogue dialogue(String script) {
        return Dialogues.of(Json.MAPPER.readTree(script), Json.MAPPER.readTree("{\"name\":\"Ada\"}"));
    }

    private static World play(TakeOver takeOver, String... acts) {
        PoliteServices mouth = new PoliteServices(request -> Thought.of(""));
        World world = new World(SCRIPT, mouth, takeOver);
        world.caller = new Caller(mouth, acts);
        return world.run(120_000);
    }

    /// The nodes that were come to; that a line is said again is no new one.
    private static Object nodes(World world) {
        List<String> nodes = new ArrayList<>();
        for (Fact.NodeEntered entered : world.told(Fact.NodeEntered.class)) {
            if (nodes.isEmpty() || !nodes.getLast().equals(entered.node())) {
                nodes.add(entered.node());
            }
        }
        nodes.add(world.hangUps + " hang-ups");
        return nodes;
    }

    @Test
    void aCallerWhoPressesKeysIsLedTheSameWayWhoeverHoldsTheCall() throws Exception {
        World plain = Ways.leadToTheSame(SCRIPT, takeOver -> play(takeOver, "1", "9"), ScriptedDialogueTest::nodes);

        assertEquals(List.of("greet", "menu", "one", "menu", "bye", "1 hang-ups"), nodes(plain));
        assertEquals(
                List.of("Hello Ada.", "Press a key.", "You pressed 1.", "Press a key.", "Goodbye."),
                plain.wanted(Speak.class).stream().map(Speak::text).toList());
    }

    @Test
    void aCallerWhoSaysNothingHearsTheFarewellWhoeverHoldsTheCall() throws Exception {
        World plain = Ways.leadToTheSame(SCRIPT, ScriptedDialogueTest::play, ScriptedDialogueTest::nodes);

        assertEquals("I am sorry, I have to end this call now. Goodbye.", plain.wanted(Speak.class).getLast().text());
    }

    private static Conversation after(ConversationInput... inputs) {
        Conversation state = Conversation.of(SCRIPT);
        for (ConversationInput input : inputs) {
            state = ConversationMachine.step(state, T0, input).state();
        }
        return state;
    }

    private static Step<Conversation, ConversationEffect> then(Conversation state, ConversationInput input) {
        return ConversationMachine.step(state, T0 + 100, input);
    }

    @Test
    void aKeyInALineStopsTheMouthAndAudioThatComesAllTheSameIsHeardByNobody() {
        // given a greeting, of which something has come, and the menu behind it
        Conversation menu = after(
                new ConversationInput.RunStarted(true), new ConversationInput.MouthDone(1, 0),
                new MouthSpoke(2, 0, Slice.of(new byte[8_000]), List.of()));

        // when
        Step<Conversation, ConversationEffect> pressed = then(menu, new ConversationInput.DigitPressed('1'));
        Step<Conversation, ConversationEffect> late = then(pressed.state(), new MouthSpoke(2, 0, Slice.of(new byte[8_000]), List.of()));

        // then
        assertTrue(pressed.effects().contains(new StopSpeaking(2)));
        assertTrue(pressed.effects().contains(new Speak(3, 0, 0, "You pressed 1.")));
        assertEquals(List.of(), late.effects());
    }

    @Test
    void aMouthThatFailsEndsTheCallWithACauseOfOurs() {
        Conversation state = after(new ConversationInput.RunStarted(true));

        Step<Conversation, ConversationEffect> failed =
                then(state, new ConversationInput.MouthFailed(1, 0, new ServiceFailure(ServiceFailure.Kind.BROKEN)));

        assertTrue(failed.effects().contains(new HangUp(Failure.INTERNAL_ERROR)));
    }

    @Test
    void aSnapshotOfTheFormerVersionIsGoneOnFrom() {
        // given what a worker whose scripts were decided beside the machine has left
        JsonNode left = Json.MAPPER.readTree("""
                {"phase": "speaking", "turn": 3,
                 "manners": {"interruptible": true, "speech": false, "digits": "0123456789*#ABCD", "silence_after_ms": 3000},
                 "memory": {"node": "one", "ending": false, "visits": {"menu": 1, "greet": 1, "one": 1}, "silences": 0, "digit": "1"}}
                """);

        // when
        Step<Conversation, ConversationEffect> resumed = then(
                Conversation.of(SCRIPT), new ConversationInput.Resumed(Json.MAPPER.treeToValue(left, SavedConversation.class), 900));

        // then
        assertTrue(resumed.effects().contains(new Speak(4, 0, 0, "You pressed 1.")));
    }

    @Test
    void theFormerVersionGoesOnFromASnapshotOfThisOne() {
        Conversation menu = after(new ConversationInput.RunStarted(true), new ConversationInput.MouthDone(1, 0));

        // when it is saved
        String saved = Json.MAPPER.writeValueAsString(SavedConversation.of(menu));

        // then it is in the form that it had, and one text in every process
        assertEquals(
                "{\"phase\":\"speaking\",\"turn\":2,\"manners\":{\"interruptible\":true,\"speech\":false,\"digits\":\"0123456789*#ABCD\","
                        + "\"silence_after_ms\":3000},\"memory\":{\"node\":\"menu\",\"ending\":false,\"visits\":{\"greet\":1,\"menu\":1},"
                        + "\"silences\":0},\"whole\":true}",
                saved);
    }

    @Test
    void aMemoryThatIsNoneClosesTheCall() {
        SavedConversation foreign = Json.MAPPER.readValue("""
                {"phase": "speaking", "turn": 3, "manners": {"interruptible": true, "speech": false, "digits": "", "silence_after_ms": 3000},
                 "memory": {"node": ["of", "another", "version"]}}
                """, SavedConversation.class);

        Step<Conversation, ConversationEffect> resumed =
                then(Conversation.of(SCRIPT), new ConversationInput.Resumed(foreign, 900));

        assertTrue(resumed.effects().contains(new HangUp(Failure.INTERNAL_ERROR)));
        assertFalse(resumed.state().toString().contains("Press"));
    }
}
