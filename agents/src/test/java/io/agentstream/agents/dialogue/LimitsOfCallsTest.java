package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect.HangUp;
import io.agentstream.agents.conversation.ConversationEffect.Play;
import io.agentstream.agents.conversation.ConversationEffect.PressKeys;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.MouthDone;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How long a call may last, what is said to somebody who says nothing, and keys that the agent presses.
class LimitsOfCallsTest {

    private static Story talk(String settings) {
        return Story.of("""
                "settings": {"max_call_ms": 20000, "farewell": "Our time is over. Goodbye."%s},
                "tools": {"press": {"type": "send_dtmf", "description": "Presses keys."},
                          "fixed": {"type": "send_dtmf", "description": "Presses one and pound.", "keys": "1#"}},
                "nodes": {"start": {"type": "agent", "prompt": "Help.", "say": "How can I help?", "silence_ms": 4000, "max_rounds": 500, "tools": ["press", "fixed"]}}"""
                .formatted(settings));
    }

    private static final String[] TALKS = new String[60];

    static {
        for (int n = 0; n < TALKS.length; n++) {
            TALKS[n] = "And then, " + n + "?";
        }
    }

    @Test
    void aCallThatLastsTooLongEndsWithTheFarewellAndSaysWhy() throws Exception {
        World world = talk("").alike(
                each -> List.of(each.hangUps, each.told(Fact.HungUp.class).getLast(), Story.spoken(each).getLast()), TALKS);

        assertEquals(List.of("Our time is over.", "Goodbye."), Story.spoken(world).subList(Story.spoken(world).size() - 2, Story.spoken(world).size()));
        assertEquals(new Fact.HungUp(End.MAX_DURATION), world.told(Fact.HungUp.class).getLast());
        assertEquals(new HangUp(null, End.MAX_DURATION), world.wanted(HangUp.class).getLast());
        assertTrue(world.told(Fact.Said.class).getLast().whole(), "the farewell is heard before the call ends");
        assertTrue(world.nowMs - World.T0 < 40_000);
    }

    @Test
    void whatIsBeingSaidThenIsSaidToItsEndForAMoment() {
        // given an answer that begins shortly before the time is over, and lasts a while
        World world = talk("").with(request -> Thought.of("This is what I have to say about that and nothing else at all, my dear. " + "On. ".repeat(20)))
                .play("What do you think?", "And then?");

        List<Fact.Said> said = world.told(Fact.Said.class);
        assertTrue(said.stream().allMatch(Fact.Said::whole), () -> said.toString());
        assertEquals(End.MAX_DURATION, world.told(Fact.HungUp.class).getLast().end());
    }

    @Test
    void anAnswerWithoutEndIsCutAfterThatMoment() {
        World world = talk("").with(request -> Thought.of("And so on. ".repeat(300))).play("What do you think?");

        assertFalse(world.told(Fact.Said.class).get(1).whole());
        assertEquals("Goodbye.", Story.spoken(world).getLast());
        assertTrue(world.nowMs - World.T0 < 45_000);
    }

    @Test
    void whoTalksOnIsTakenLeaveOfAllTheSame() {
        Story story = talk("");
        World world = new World(story.agent(), story.services(), TakeOver.NEVER);
        world.phone(5_000, () -> world.give(new ConversationInput.SpeechStarted(0))); // and never stops
        world.run(120_000);

        assertEquals(new Fact.HungUp(End.MAX_DURATION), world.told(Fact.HungUp.class).getLast());
        assertTrue(world.nowMs - World.T0 < 40_000);
    }

    @Test
    void whoeverTakesACallOverThatIsBeingEndedEndsItTheSameWay() {
        // given a worker that dies when it has hung up, and nobody heard
        Story story = talk("");
        World first = story.play(TALKS);
        String left = first.snapshot();

        World second = new World(story.agent(), story.services(), TakeOver.NEVER);
        second.give(new ConversationInput.Resumed(
                Json.MAPPER.readValue(left, SavedConversation.class), 500));

        assertEquals(first.wanted(HangUp.class).getLast(), second.wanted(HangUp.class).getLast());
    }

    @Test
    void withoutPromptsWhatWasSaidLastIsSaidOnceMore() {
        World world = Story.of("""
                "settings": {"farewell": "Goodbye."},
                "nodes": {"start": {"type": "agent", "prompt": "Help.", "say": "How can I help?", "silence_ms": 4000}}""").play();

        assertEquals(List.of("How can I help?", "How can I help?", "Goodbye."), Story.spoken(world));
    }

    private static Thought presses(BrainRequest request, String tool, String arguments) {
        return request.history().getLast().by() == Remark.By.TOOL
                ? Thought.of("I have pressed it.")
                : new Thought("", List.of(new Remark.Use("use-1", tool, arguments)));
    }

    @Test
    void theBrainPressesKeysAndIsToldWhenTheirTonesAreMade() throws Exception {
        Story story = talk("").with(request -> presses(request, "press", "{\"keys\":\"4 2#\"}"));

        World world = story.alike(each -> Story.spoken(each).contains("I have pressed it."), "Press forty-two.");

        PressKeys pressed = world.wanted(PressKeys.class).getFirst();
        assertEquals("42#", pressed.keys());
        assertFalse(pressed.toString().contains("42"));
        assertEquals(1, world.wanted(PressKeys.class).size());
        assertEquals("{\"ok\":true}", world.told(Fact.ToolUsed.class).getLast().result().toString());
    }

    @Test
    void fixedKeysArePressedAsTheyAreAndWhatIsNoKeyIsRefused() {
        World fixed = talk("").with(request -> presses(request, "fixed", "{}")).play("Go on.");
        World wrong = talk("").with(request -> presses(request, "press", "{\"keys\":\"call my mother\"}")).play("Go on.");

        assertEquals("1#", fixed.wanted(PressKeys.class).getFirst().keys());
        assertEquals(List.of(), wrong.wanted(PressKeys.class));
        assertTrue(Story.spoken(wrong).contains("I have pressed it."));
    }

    @Test
    void aMouthThatAnswersForKeysIsHeardAsAnyOther() {
        Story story = talk("").with(request -> presses(request, "fixed", "{}"));
        World world = story.play(new PoliteServices(story.brain()) {
            @Override
            void press(World world, PressKeys press) {
                answer(world, 10, "", new MouthSpoke(press.turn(), press.number(), Slice.of(new byte[3_200]), List.of()));
                answer(world, 20, "", new MouthDone(press.turn(), press.number()));
            }
        }, TakeOver.NEVER, "Go on.");

        assertTrue(world.wanted(Play.class).stream().anyMatch(play -> play.audio().length() == 3_200));
    }
}
