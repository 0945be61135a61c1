package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationEffect.StopTool;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.ToolAnswered;
import io.agentstream.agents.conversation.ConversationInput.WordsEnded;
import io.agentstream.agents.conversation.ConversationInput.WordsHeard;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A caller who makes a sound while a tool is under way: what was begun in another system is not begun twice.
class InterruptedToolsTest {

    private static final String RESULT = "{\"state\":\"shipped\"}";
    private static final long TOOL_MS = 4_000;

    /// Keys under which the tool was asked for, over all workers.
    private final Set<String> keys = new HashSet<>();

    private PoliteServices services(Function<BrainRequest, Thought> brain) {
        return new PoliteServices(brain) {
            @Override
            void use(World world, CallTool call) {
                keys.add(call.key());
                world.after(TOOL_MS, () -> world.give(new ToolAnswered(call.turn(), call.number(), false, RESULT)));
            }
        };
    }

    /// Looks the order up where it is asked for; and where the caller speaks of haste, once more.
    private static Thought clerk(BrainRequest request) {
        Remark last = request.history().getLast();
        if (last.by() == Remark.By.TOOL) {
            return Thought.of(last.text().equals(RESULT) ? "It is shipped." : "I do not know.");
        }
        if (request.history().stream().anyMatch(remark -> remark.text().equals(RESULT))) { // who knows it does not ask again
            return Thought.of("It is shipped.");
        }
        boolean asks = last.text().contains("order");
        boolean hastens = last.text().contains("Hurry");
        return asks || hastens
                ? new Thought("", List.of(new Remark.Use(asks ? "use-1" : "use-2", "order", "{\"number\":\"7\"}")))
                : Thought.of("I am at it.");
    }

    /// Asks for the order, and says something else while it is looked up.
    private World play(PoliteServices services, TakeOver takeOver, String words) {
        return play(CascadeDialogueTest.AGENT, services, takeOver, words);
    }

    private World play(Dialogue agent, PoliteServices services, TakeOver takeOver, String words) {
        World world = new World(agent, services, takeOver);
        world.caller = new Caller(services, "Where is my order?");
        boolean[] done = {false};
        world.watcher = effect -> {
            if (effect instanceof CallTool && !done[0]) {
                done[0] = true;
                world.phone(500, () -> {
                    services.said = words;
                    world.give(new ConversationInput.SpeechStarted(0));
                });
                world.phone(1_300, () -> world.give(new ConversationInput.SpeechStopped(300, 500)));
            }
        };
        return world.run(30_000);
    }

    private static List<String> spoken(World world) {
        return world.wanted(Speak.class).stream().map(Speak::text).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Mhm."})
    void aSoundThatMeansNothingDoesNotLoseTheAnswer(String nothing) {
        World world = play(services(InterruptedToolsTest::clerk), TakeOver.NEVER, nothing);

        assertEquals(1, world.wanted(CallTool.class).size());
        assertEquals(List.of(), world.wanted(StopTool.class));
        assertTrue(spoken(world).contains("It is shipped."), () -> spoken(world).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Mhm."})
    void norWhereTheCallerWasToldThatItTakesAMoment(String nothing) {
        Dialogue agent = Dialogues.of(Json.MAPPER.readTree("""
                {"engine": "cascade",
                 "services": {"ear": [{"service": "deepgram", "key": "a"}], "brain": [{"service": "openai", "model": "m", "key": "b"}],
                              "mouth": [{"service": "openai", "voice": "v", "key": "b"}]},
                 "tools": {"order": {"type": "http", "description": "Finds an order.", "url": "https://shop.example.com/orders/{{number}}",
                                     "parameters": {"number": {"description": "Its number."}}, "say": "One moment, I look."}},
                 "start": "talk",
                 "nodes": {"talk": {"type": "agent", "say": "Hello.", "prompt": "Be kind.", "tools": ["order"]}}}"""),
                Json.MAPPER.createObjectNode());

        World world = play(agent, services(InterruptedToolsTest::clerk), TakeOver.NEVER, nothing);

        assertEquals(1, world.wanted(CallTool.class).size());
        assertTrue(spoken(world).contains("It is shipped."), () -> spoken(world).toString());
    }

    @Test
    void whatIsSaidIsAnsweredAndTheResultIsToldWhenItIsThere() {
        PoliteServices services = services(InterruptedToolsTest::clerk);

        World world = play(services, TakeOver.NEVER, "Are you there?");

        assertEquals(1, world.wanted(CallTool.class).size());
        assertTrue(spoken(world).contains("I am at it."), () -> spoken(world).toString());
        assertTrue(services.asked.getLast().history().stream().anyMatch(remark -> remark.text().equals(Running.STILL)));
        String remembered = String.valueOf(world.state.dialogue().memory(0, 0));
        assertTrue(remembered.contains("shipped") && !remembered.contains("still running"), remembered);
        assertEquals(1, world.told(Fact.ToolUsed.class).stream().filter(fact -> fact.result() != null).count());
    }

    @Test
    void whoWantsTheSameAgainWaitsForWhatIsUnderWay() {
        PoliteServices services = services(InterruptedToolsTest::clerk);

        World world = play(services, TakeOver.NEVER, "Hurry up!");

        assertEquals(1, world.wanted(CallTool.class).size());
        assertEquals(RESULT, services.asked.getLast().history().getLast().text());
        assertTrue(spoken(world).contains("It is shipped."), () -> spoken(world).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Hurry up!", "Are you there?"})
    void itIsDoneOnceAndRememberedWhoeverHoldsTheCall(String words) throws Exception {
        Ways.leadToTheSame(
                CascadeDialogueTest.AGENT,
                takeOver -> {
                    keys.clear();
                    World world = play(services(InterruptedToolsTest::clerk), takeOver, words);
                    Set<String> begun = new HashSet<>();
                    world.wanted(CallTool.class).forEach(call -> assertEquals(!begun.add(call.key()), call.again(), call.key()));
                    return world;
                },
                world -> keys.size() + (world.state.dialogue().memory(0, 0) + "").replaceAll(".*(shipped).*", " $1"));
    }

    /// Whoever wants to hang up has wanted the order as well.
    @Test
    void whatWasBegunBesideTheWishToHangUpIsDoneOnceWhoeverHoldsTheCall() throws Exception {
        Dialogue agent = Dialogues.of(Json.MAPPER.readTree("""
                {"engine": "cascade",
                 "services": {"ear": [{"service": "deepgram", "key": "a"}], "brain": [{"service": "openai", "model": "m", "key": "b"}],
                              "mouth": [{"service": "openai", "voice": "v", "key": "b"}]},
                 "tools": {"order": {"type": "http", "description": "Finds an order.", "url": "https://shop.example.com/orders/{{number}}",
                                     "parameters": {"number": {"description": "Its number."}}},
                           "bye": {"type": "hangup", "description": "Ends the call."}},
                 "start": "talk",
                 "nodes": {"talk": {"type": "agent", "say": "Hello.", "prompt": "Be kind.", "tools": ["order", "bye"]}}}"""),
                Json.MAPPER.createObjectNode());

        World whole = Ways.leadToTheSame(
                agent,
                takeOver -> {
                    keys.clear();
                    PoliteServices services = services(_ -> new Thought("", List.of(
                            new Remark.Use("use-1", "order", "{\"number\":\"7\"}"), new Remark.Use("use-2", "bye", "{}"))));
                    World world = new World(agent, services, takeOver);
                    world.caller = new Caller(services, "Order it, and goodbye.");
                    return world.run(30_000);
                },
                world -> keys.size() + " of which are told "
                        + world.told(Fact.ToolUsed.class).stream().filter(fact -> fact.tool().equals("order")).map(Fact.ToolUsed::result).distinct().toList());

        assertEquals(1, keys.size());
        assertEquals(1, whole.hangUps);
    }

    /// Asks for the order, asks whether somebody is there while it is looked up, and makes a noise while that is thought about.
    private World cough(TakeOver takeOver, int[] asked) {
        PoliteServices services = services(InterruptedToolsTest::clerk);
        World world = new World(CascadeDialogueTest.AGENT, services, takeOver);
        world.caller = new Caller(services, "Where is my order?");
        boolean[] done = {false, false};
        world.watcher = effect -> {
            if (effect instanceof CallTool && !done[0]) {
                done[0] = true;
                world.phone(500, () -> {
                    services.said = "Are you there?";
                    world.give(new ConversationInput.SpeechStarted(0));
                });
                world.phone(1_300, () -> world.give(new ConversationInput.SpeechStopped(300, 500)));
            }
            if (effect instanceof AskBrain && done[0] && !done[1]) {
                done[1] = true;
                asked[0] = world.steps + 1;
                if (takeOver.equals(TakeOver.NEVER)) {
                    world.phone(100, () -> world.give(new ConversationInput.SpeechStarted(0)));
                    world.phone(600, () -> world.give(new ConversationInput.SpeechStopped(250, 250)));
                }
            }
        };
        return world.run(30_000);
    }

    @Test
    void aNoiseWhileSomethingElseIsThoughtAboutDoesNotWaitForIt() {
        World world = cough(TakeOver.NEVER, new int[1]);

        assertTrue(spoken(world).contains("I am at it."), () -> spoken(world).toString());
    }

    @Test
    void norDoesWhoeverTakesOverThen() {
        int[] asked = {0};
        cough(TakeOver.NEVER, asked);

        World world = cough(new TakeOver(asked[0], true), new int[1]);

        assertEquals(1, world.takeOvers);
        assertTrue(spoken(world).contains("I am at it."), () -> spoken(world).toString());
    }

    @Test
    void usesWithTheSameIdAreToldApart() {
        Function<BrainRequest, Thought> brain = request -> {
            Remark last = request.history().getLast();
            boolean wants = last.by() == Remark.By.CALLER && last.text().contains("rder");
            return wants
                    ? new Thought("", List.of(new Remark.Use("call_0", "order", "{\"number\":\"" + last.text().length() + "\"}")))
                    : Thought.of("Well.");
        };
        PoliteServices services = services(brain);

        World world = play(CascadeDialogueTest.AGENT, services, TakeOver.NEVER, "And the order of my wife?");

        List<Remark> history = services.asked.getLast().history();
        assertEquals(2, world.wanted(CallTool.class).size());
        assertEquals(2, history.stream().flatMap(remark -> remark.uses().stream()).map(Remark.Use::id).distinct().count());
        assertEquals(
                history.stream().flatMap(remark -> remark.uses().stream()).map(Remark.Use::id).toList(),
                history.stream().filter(remark -> remark.use() != null).map(Remark::use).toList());
    }

    @Test
    void whatIsRememberedOfResultsThatComeLateIsBounded() {
        String longResult = "\"" + "x".repeat(20_000) + "\"";
        Function<BrainRequest, Thought> brain = request -> request.history().getLast().text().contains("order")
                ? new Thought("", IntStream.range(0, 6)
                        .mapToObj(n -> new Remark.Use("use-" + n, "order", "{\"number\":\"" + n + "\"}"))
                        .toList())
                : Thought.of("I am at it.");
        PoliteServices services = new PoliteServices(brain) {
            @Override
            void use(World world, CallTool call) {
                world.after(TOOL_MS, () -> world.give(new ToolAnswered(call.turn(), call.number(), false, longResult)));
            }
        };

        World world = play(services, TakeOver.NEVER, "Are you there?");

        String memory = String.valueOf(world.state.dialogue().memory(0, 0));
        assertTrue(memory.length() < Memories.MAX_CHARS + 20_000, memory.length() + " characters"); // and one that became a variable
    }

    @Test
    void turnsThatOnlyTheEarHasEndedAreOneTurn() {
        PoliteServices services = new PoliteServices(request -> Thought.of("I see."));
        World world = new World(CascadeDialogueTest.AGENT, services, TakeOver.NEVER);
        boolean[] done = {false};
        world.caller = each -> {
            if (each.isAsked() && !done[0]) {
                done[0] = true;
                each.phone(100, () -> each.give(new ConversationInput.SpeechStarted(0)));
                each.phone(700, () -> each.give(new WordsEnded(services.ear, "My number is")));
                each.phone(900, () -> each.give(new WordsHeard(services.ear, "")));
                each.phone(950, () -> services.said = "five.");
                each.phone(1_000, () -> each.give(new ConversationInput.SpeechStopped(300, 100)));
            }
        };

        world.run(10_000);

        assertEquals("My number is five.", world.told(Fact.Understood.class).getFirst().text());
    }
}
