package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.StopTool;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.ToolAnswered;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.dialogue.World.TakeOver;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A node that asks another system.
class RequestingTest {

    private static Story order(String more) {
        return Story.of("""
                "variables": {"shop": "eu", "number": 7},
                "nodes": {
                  "start": {"type": "say", "say": "Hello.", "next": "ask"},
                  "ask": {"type": "http", "method": "POST", "url": "https://shop.example.com/{{shop}}/orders", "body": {"number": "{{number}}"},
                          "key": "shop", "timeout_ms": 5000, "retries": 1, "into": "order", %s
                          "edges": [{"on": "condition", "if": "order.state == 'shipped'", "go": "shipped"},
                                    {"on": "error", "error": "status", "go": "none"}],
                          "next": "open"},
                  "shipped": {"type": "hangup", "say": "Number {{order.number}} is on its way."},
                  "open": {"type": "hangup", "say": "It is still here."},
                  "none": {"type": "hangup", "say": "There is none."}}""".formatted(more));
    }

    private static final String SHIPPED = "{\"state\":\"shipped\",\"number\":12345}";

    @Test
    void whatIsAnsweredLeadsOnAndIsKnownAndIsAskedForOnceWhoeverHoldsTheCall() throws Exception {
        Story story = order("").with(Map.of("ask", SHIPPED));

        World world = story.alike(each -> List.of(Story.outcome(each), keys(each)));

        assertEquals(List.of("Hello.", "Number 1 2 3 4 5 is on its way."), Story.spoken(world));
        CallTool call = world.wanted(CallTool.class).getFirst();
        assertEquals("https://shop.example.com/eu/orders", Story.sent(call).url());
        assertEquals("{\"number\":7}", Story.sent(call).body());
        assertEquals("shop", Story.sent(call).key());
        assertEquals(2, world.told(Fact.ToolUsed.class).size());
    }

    private static List<String> keys(World world) {
        return world.wanted(CallTool.class).stream().map(CallTool::key).distinct().toList();
    }

    @Test
    void aLineIsSaidMeanwhileAndHeardBeforeItGoesOn() throws Exception {
        Story story = order("\"say\": \"One moment, I look that up.\",").with(Map.of("ask", SHIPPED));

        World world = story.alike(Story::outcome);

        assertEquals(List.of("Hello.", "One moment, I look that up.", "Number 1 2 3 4 5 is on its way."), Story.spoken(world));
        assertEquals(List.of("start", "ask", "shipped"), Story.nodes(world));
        assertTrue(world.told(Fact.Said.class).stream().allMatch(Fact.Said::whole));
    }

    private static World answered(Story story, boolean failed, String result) {
        return story.play(new PoliteServices(story.brain()) {
            @Override
            void use(World world, CallTool call) {
                answer(world, 200, "", new ToolAnswered(call.turn(), call.number(), failed, result));
            }
        }, TakeOver.NEVER);
    }

    @Test
    void aFailureTakesItsEdgeAndWithoutOneIsTrouble() {
        Story story = order("");

        assertEquals("There is none.", Story.spoken(answered(story, true, "{\"error\":\"status\",\"status\":404}")).getLast());
        for (String error : List.of("{\"error\":\"network\"}", "{\"error\":\"address\"}", "gone")) {
            assertEquals("I am sorry, something does not work here at the moment.", Story.spoken(answered(story, true, error)).getLast());
        }
    }

    @Test
    void whatCannotBeReadOrIsTooLargeOrTooDeepIsAFailure() {
        Story story = Story.of("""
                "nodes": {"start": {"type": "http", "url": "https://a.example.com/", "into": "a", "next": "fine",
                                    "edges": [{"on": "error", "error": "unreadable", "go": "unread"}, {"on": "error", "error": "too_large", "go": "large"}]},
                          "fine": {"type": "hangup", "say": "Fine."}, "unread": {"type": "hangup", "say": "Unreadable."},
                          "large": {"type": "hangup", "say": "Too large."}}""");

        assertEquals("Fine.", Story.spoken(answered(story, false, "{\"a\":1}")).getLast());
        assertEquals("Unreadable.", Story.spoken(answered(story, false, "<html>")).getLast());
        assertEquals("Unreadable.", Story.spoken(answered(story, false, "[".repeat(60) + "]".repeat(60))).getLast());
        assertEquals("Too large.", Story.spoken(answered(story, false, "\"" + "x".repeat(Kept.MAX_BYTES) + "\"")).getLast());
    }

    @Test
    void aSystemThatNeverAnswersIsNotWaitedForWithoutEnd() {
        Story story = order("");
        World world = story.play(new PoliteServices(story.brain()) {
            @Override
            void use(World world, CallTool call) {}
        }, TakeOver.NEVER);

        assertEquals("I am sorry, something does not work here at the moment.", Story.spoken(world).getLast());
        assertEquals(1, world.hangUps);
    }

    @Test
    void aSlowSystemIsWaitedForLongerThanTheFloorWouldByItself() {
        // given a system that may take five seconds, twice, and takes them
        Story story = order("").with(Map.of("ask", SHIPPED));
        World world = story.play(new PoliteServices(story.brain()) {
            @Override
            void use(World world, CallTool call) {
                answer(world, 11_000, "", new ToolAnswered(call.turn(), call.number(), false, SHIPPED));
            }
        }, TakeOver.NEVER);

        assertEquals("Number 1 2 3 4 5 is on its way.", Story.spoken(world).getLast());
    }

    @Test
    void itIsWaitedForUntilTheLastAttemptThatWasBegunLateHasFailed() {
        // given one that takes five seconds twice, with a pause between, and was sent as late as it may be
        Story story = order("").with(Map.of("ask", SHIPPED));
        World world = story.play(new PoliteServices(story.brain()) {
            @Override
            void use(World world, CallTool call) {
                answer(world, (int) (CallTool.LEAVES_WITHIN_MS + 5_000 + 250 + 5_000 + 400), "", new ToolAnswered(call.turn(), call.number(), false, SHIPPED));
            }
        }, TakeOver.NEVER);

        assertEquals("Number 1 2 3 4 5 is on its way.", Story.spoken(world).getLast());
    }

    @Test
    void whoTalksMeanwhileDoesNotStopIt() {
        Story story = order("").with(Map.of("ask", SHIPPED));
        PoliteServices services = story.services();
        World world = new World(story.agent(), services, TakeOver.NEVER);
        boolean[] done = {false};
        world.watcher = effect -> {
            if (!done[0] && effect instanceof CallTool) {
                done[0] = true;
                world.phone(50, () -> world.give(new ConversationInput.SpeechStarted(0)));
                world.phone(150, () -> world.give(new ConversationInput.SpeechStopped(90, 10)));
            }
        };
        world.run(60_000);

        assertEquals(List.of(), world.wanted(StopTool.class));
        assertEquals("Number 1 2 3 4 5 is on its way.", Story.spoken(world).getLast());
    }
}
