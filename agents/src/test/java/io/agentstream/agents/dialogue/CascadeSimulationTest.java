package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.FinishHearing;
import io.agentstream.agents.conversation.ConversationEffect.ServiceEffect;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.BrainFailed;
import io.agentstream.agents.conversation.ConversationInput.EarFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.agents.conversation.ConversationInput.ToolAnswered;
import io.agentstream.agents.conversation.ConversationInput.TransferAnswered;
import io.agentstream.agents.conversation.ConversationInput.WordsEnded;
import io.agentstream.agents.conversation.ConversationInput.WordsHeard;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Floor;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Transfer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Callers who interrupt, stall, mumble and hang up, services that are slow, fail, repeat themselves, and answer after they were stopped, and workers
/// that die: whatever they do, some things never happen. Each conversation is one seed.
class CascadeSimulationTest {

    /// How much later than it sounds it is known what was heard of a turn.
    private static final long LATE_MS = 40;

    private static final int FEW = 400;
    private static final int MANY = 10_000;

    /// Longest conversation: then the caller hangs up.
    private static final long LIMIT_MS = 240_000;

    /// Audio that may wait in a conversation: of the longest answer.
    private static final long MAX_WAITING_BYTES = 4L * Thinking.MAX_ANSWER_CHARS * PoliteServices.CHAR_MS * 8;

    @Test
    void holdsItsPromisesWhateverHappens() throws Exception {
        simulate(FEW);
    }

    @Test
    @Tag("long")
    void holdsItsPromisesInTenThousandConversations() throws Exception {
        simulate(MANY);
    }

    private static void simulate(int conversations) throws Exception {
        Tally all = simulate(conversations, CascadeSimulationTest::conversation);
        assertTrue(all.isVaried(), all::toString);
    }

    interface Played {
        World by(long seed) throws Exception;
    }

    static Tally simulate(int conversations, Played played) throws Exception {
        Tally all = new Tally();
        for (long seed = 0; seed < conversations; seed++) {
            try {
                all.add(played.by(seed));
            } catch (AssertionError | RuntimeException broken) {
                throw new AssertionError("seed " + seed + ": " + broken.getMessage(), broken);
            }
        }
        System.out.println(conversations + " conversations: " + all);
        return all;
    }

    /// An agent that asks for keys, words and values, and another system, in a call that may not last as long as it could.
    private static final Dialogue CLERK = Story.of("""
            "settings": {"farewell": "Goodbye then.", "max_call_ms": 90000, "idle": {"after_ms": 4000, "prompts": ["Are you there?"]},
                         "trouble": {"say": "I am sorry."}},
            "outcomes": ["done", "left"],
            "tools": {"order": {"type": "http", "description": "Finds an order.", "url": "https://shop.example.com/{{number}}",
                                "parameters": {"number": {"description": "Its number."}}, "into": "order"},
                      "press": {"type": "send_dtmf", "description": "Presses keys.", "keys": "1#"},
                      "person": {"type": "transfer", "kind": "warm", "description": "Connects to a person.", "to": "+15550120", "ring_ms": 10000},
                      "bye": {"type": "hangup", "description": "Ends the call."}},
            "nodes": {
              "start": {"type": "gather", "say": "Press one, or say what you want.", "keys": {}, "words": true, "silence_ms": 5000, "into": "wish",
                        "edges": [{"on": "key", "key": "1", "go": "pin"}, {"on": "key", "key": "4", "go": "expert"},
                                  {"on": "intent", "intent": "stop", "words": ["stop it"], "go": "end"},
                                  {"on": "intent", "intent": "order", "description": "Wants an order.", "go": "ask"},
                                  {"on": "key", "key": "7", "go": "desk"},
                                  {"on": "limit", "go": "pin"}], "next": "pin"},
              "pin": {"type": "gather", "say": "Your four digits?", "keys": {"min": 4, "max": 4, "gap_ms": 2000}, "into": "pin", "silence_ms": 5000,
                      "edges": [{"on": "limit", "go": "ask"}], "next": "number"},
              "number": {"type": "capture", "what": "digits", "min": 1, "max": 6, "into": "number", "say": "And the number?", "silence_ms": 5000,
                         "edges": [{"on": "limit", "go": "ask"}], "next": "ask"},
              "ask": {"type": "http", "url": "https://shop.example.com/{{pin}}", "say": "One moment.", "into": "found", "timeout_ms": 4000,
                      "edges": [{"on": "condition", "if": "found.state", "go": "talk"}, {"on": "error", "error": "timeout", "go": "talk"}],
                      "next": "more"},
              "more": {"type": "capture", "what": "yes_no", "into": "more", "say": "Anything else?", "silence_ms": 5000,
                       "edges": [{"on": "condition", "if": "more", "go": "start"}, {"on": "limit", "go": "end"}], "next": "end"},
              "talk": {"type": "agent", "prompt": "Help.", "say": "How can I help?", "silence_ms": 5000, "tools": ["order", "press", "person", "bye"], "max_rounds": 5,
                       "edges": [{"on": "intent", "intent": "stop", "words": ["stop it"], "go": "more"}, {"on": "limit", "go": "end"}]},
              "expert": {"type": "transfer", "kind": "warm", "to": "+15550131", "summary": "A wish: {{wish}}.", "say": "Hold on.", "ring_ms": 10000,
                         "on_failure": "more"},
              "desk": {"type": "transfer", "to": "+15550130", "say": "I put you through.", "ring_ms": 10000, "on_failure": "more"},
              "end": {"type": "hangup", "say": "As you like.", "outcome": "done"}}""").agent();

    private static World conversation(long seed) throws Exception {
        return conversation(seed, seed % 2 == 0 ? CLERK : CascadeDialogueTest.AGENT);
    }

    static World conversation(long seed, Dialogue agent) throws Exception {
        Random random = new Random(seed);
        Rude services = new Rude(random);
        TakeOver takeOver = random.nextInt(3) == 0 ? new TakeOver(1 + random.nextInt(80), random.nextBoolean()) : TakeOver.NEVER;
        World world = new World(agent, services, takeOver);
        world.tellsPlayed = seed % 4 < 2; // so that each agent has both
        Promises promises = new Promises(world);
        world.watcher = promises::check;
        world.caller = each -> promises.after();
        caller(world, services, random);
        world.run(LIMIT_MS);
        promises.atTheEnd();
        Ways.runsAgain(agent, world);
        return world;
    }

    /// Acts whenever it likes.
    private static void caller(World world, Rude services, Random random) {
        long atMs = 0;
        int acts = random.nextInt(25);
        for (int n = 0; n < acts; n++) {
            atMs += random.nextInt(random.nextBoolean() ? 2_000 : 9_000);
            switch (random.nextInt(6)) {
                case 0 -> {
                    for (int keys = random.nextInt(6); keys >= 0; keys--) {
                        char digit = "1247*#".charAt(random.nextInt(6));
                        world.phone(atMs += 200 + random.nextInt(300), () -> give(world, new ConversationInput.DigitPressed(digit)));
                    }
                }
                case 1 -> world.phone(atMs, () -> give(world, new ConversationInput.SpeechStarted(200))); // and never stops
                default -> {
                    long lastsMs = 100L + random.nextInt(2_500);
                    String words = List.of(
                            "", "Mhm.", "A question.", "Where is my order?", "Please stop it.", "Oh thanks.", "Yes.", "No.", "Four two.", "Yes, please.")
                            .get(random.nextInt(10));
                    world.phone(atMs, () -> {
                        services.said = words;
                        give(world, new ConversationInput.SpeechStarted(200));
                    });
                    if (random.nextBoolean() && !words.isEmpty()) {
                        world.phone(atMs + lastsMs / 2, () -> give(world, new WordsHeard(services.ear, words)));
                    }
                    if (random.nextInt(4) == 0) {
                        world.phone(atMs + lastsMs + 100, () -> give(world, new WordsEnded(services.ear, words)));
                    }
                    long knownMs = random.nextBoolean() ? 200 : 500;
                    world.phone(atMs + lastsMs + knownMs, () -> give(world, new ConversationInput.SpeechStopped(lastsMs, knownMs)));
                    atMs += lastsMs;
                }
            }
        }
        if (random.nextInt(3) == 0) {
            world.phone(random.nextInt(60_000), () -> give(world, new ConversationInput.CallEnded()));
        }
    }

    private static void give(World world, ConversationInput input) {
        if (!world.state.isOver()) {
            world.give(input);
        }
    }

    private static Thought thought(BrainRequest request, Random random) {
        Remark last = request.history().isEmpty() ? Remark.caller("") : request.history().getLast();
        String text = random.nextInt(12) == 0 ? "" : "Well. ".repeat(random.nextInt(8)) + "I see, " + last.text().length() + ". ";
        if (random.nextInt(3) != 0) {
            return Thought.of(random.nextInt(40) == 0 ? text.repeat(200) : text);
        }
        String tool = List.of("order", "order", "press", "choose_order", "person", "bye", "none").get(random.nextInt(7));
        return new Thought(text, List.of(new Remark.Use("use-" + random.nextInt(), tool, random.nextInt(5) == 0 ? "{" : "{\"number\":\"7\"}")));
    }

    /// Does what it likes.
    private static final class Rude extends PoliteServices {
        private static final List<ServiceFailure.Kind> FAILURES = List.of(ServiceFailure.Kind.values());
        private static final List<Transfer> ENDS = List.of(Transfer.values());

        private final Random random;
        private final boolean ignoresStops;
        private final int badness;
        private final Map<String, Transfer> ends = new HashMap<>();

        Rude(Random random) {
            super(request -> thought(request, random));
            this.random = random;
            this.ignoresStops = random.nextInt(3) == 0;
            this.badness = 2 + random.nextInt(20);
        }

        @Override
        void answer(World world, long ms, String of, ConversationInput input) {
            long atMs = random.nextInt(badness) == 0 ? ms * (1 + random.nextInt(30)) : ms;
            int times = random.nextInt(3 * badness) == 0 ? 2 : 1;
            for (int n = 0; n < times; n++) {
                super.answer(world, atMs + n, ignoresStops ? "" : of, input);
            }
        }

        private ServiceFailure failure() {
            return new ServiceFailure(FAILURES.get(random.nextInt(FAILURES.size())));
        }

        @Override
        void speak(World world, Speak speak) {
            switch (random.nextInt(badness)) {
                case 0 -> answer(world, 200, "", new MouthFailed(speak.turn(), speak.number(), failure()));
                case 1 -> { }
                default -> super.speak(world, speak);
            }
        }

        @Override
        void think(World world, AskBrain ask) {
            switch (random.nextInt(badness)) {
                case 0 -> answer(world, 200, "", new BrainFailed(ask.turn(), ask.number(), failure()));
                case 1 -> { }
                default -> {
                    super.think(world, ask);
                    if (random.nextInt(badness) == 0) { // breaks off in the middle
                        answer(world, 450, "", new BrainFailed(ask.turn(), ask.number(), failure()));
                    }
                }
            }
        }

        @Override
        void use(World world, CallTool call) {
            switch (random.nextInt(badness)) {
                case 0 -> answer(world, 200, "", new ToolAnswered(call.turn(), call.number(), true, "no {json"));
                case 1 -> { }
                case 2 -> answer(world, 200, "", new ToolAnswered(call.turn(), call.number(), false, "{\"state\":\"shipped\"}"));
                default -> super.use(world, call);
            }
        }

        /// One key has one end, however often it is asked for.
        @Override
        public void transfer(World world, Fact.TransferAsked asked) {
            transfers.merge(asked.key(), 1, Integer::sum);
            Transfer outcome = ends.computeIfAbsent(asked.key(), key -> ENDS.get(random.nextInt(ENDS.size())));
            if (random.nextInt(badness) != 0) {
                world.phone(500L + random.nextInt(9_000), () -> give(world, new TransferAnswered(asked.key(), outcome)));
            }
        }

        @Override
        public void perform(World world, ServiceEffect effect) {
            if (effect instanceof FinishHearing finish && random.nextInt(badness) < 2) {
                if (random.nextBoolean()) {
                    answer(world, 100, "", new EarFailed(finish.ear(), failure()));
                }
            } else {
                super.perform(world, effect);
                if (speaks && random.nextInt(6 * badness) == 0) { // it may be lost whatever it does
                    answer(world, 1L + random.nextInt(3_000), "", new EarFailed(ear, failure()));
                }
            }
        }
    }

    /// What must hold.
    private static final class Promises {
        private final World world;
        private int cleared;
        private int newest;
        /// The newest turn of the agent.
        private int agents;
        private final Map<Integer, Integer> said = new HashMap<>();
        /// How much of each turn of the agent was told to be heard, and whose the audio is that was sent under a number.
        private final Map<Integer, Long> saidMs = new HashMap<>();
        private final Map<Integer, Integer> sent = new HashMap<>();
        private final Set<Integer> played = new HashSet<>();
        private final Set<Integer> callers = new HashSet<>();
        private final List<Integer> heard = new ArrayList<>();

        Promises(World world) {
            this.world = world;
        }

        void check(ConversationEffect effect) {
            switch (effect) {
                case ConversationEffect.Play play -> {
                    assertTrue(play.turn() > cleared, "audio of a turn that was cut");
                    assertTrue(play.turn() >= newest, "audio of an older turn");
                    assertTrue(!said.containsKey(agents), "audio of a turn that is over");
                    assertEquals(0, world.hangUps, "audio after the end");
                    newest = play.turn();
                    sent.put(play.turn(), agents);
                    played.add(agents); // under a number of its own, or of its turn's that was held
                }
                case ConversationEffect.Clear clear -> cleared = Math.max(cleared, clear.turn());
                case ConversationEffect.Tell tell when tell.fact() instanceof Fact.TurnStarted started && started.by() == Party.AGENT ->
                    agents = started.turn();
                case ConversationEffect.Tell tell when tell.fact() instanceof Fact.TurnStarted started -> callers.add(started.turn());
                case ConversationEffect.Tell tell when tell.fact() instanceof Fact.Heard words -> heard.add(words.turn());
                case ConversationEffect.Tell tell when tell.fact() instanceof Fact.Understood words -> heard.add(words.turn());
                case ConversationEffect.Tell tell when tell.fact() instanceof Fact.Said words -> {
                    said.merge(words.turn(), 1, Integer::sum);
                    saidMs.put(words.turn(), words.playedMs());
                }
                case ConversationEffect.HangUp hangUp -> assertEquals(0, world.hangUps, "ended twice");
                case ConversationEffect _ -> { }
            }
        }

        /// Nobody is waited for without end, and nothing grows without bound.
        void after() {
            if (world.state.isOver() || world.state.floor() instanceof Floor.Opening) {
                return;
            }
            long dueMs = Math.min(world.state.floorDueMs(), world.state.dialogue().dueMs());
            assertTrue(dueMs < world.nowMs + 120_000, "nobody is called back");
            if (world.state.floor() instanceof Floor.Speaking speaking) {
                long waiting = speaking.waiting().stream().mapToLong(audio -> audio.length()).sum();
                assertTrue(waiting <= MAX_WAITING_BYTES, "too much audio waits");
            }
        }

        void atTheEnd() {
            assertTrue(world.state.isOver(), "the conversation has not ended");
            assertTrue(world.told(Fact.HungUp.class).size() <= 1, "two ends");
            for (ConversationEffect.HangUp hangUp : world.wanted(ConversationEffect.HangUp.class)) { // nobody hangs up who was given away
                assertTrue(hangUp.end() == End.TRANSFERRED || hangUp.failure() != null || !Story.memory(world).path("transferred").asBoolean());
            }
            if (world.takeOvers == 0 && world.tellsPlayed) { // seconds of speech are what a call is measured by
                Map<Integer, Long> heardMs = new HashMap<>();
                world.heardMs.forEach((number, ms) -> heardMs.merge(sent.get(number), ms, Long::sum));
                heardMs.forEach((turn, ms) -> assertTrue(
                        Math.abs(ms - saidMs.get(turn)) <= LATE_MS, () -> saidMs.get(turn) + " ms of turn " + turn + " are told, and " + ms + " were heard: " + world.facts));
            }
            if (world.takeOvers == 0) { // what the last worker has said it may not have told
                assertEquals(played, said.keySet(), "each turn that was played is told");
                assertEquals(callers.stream().sorted().toList(), heard.stream().sorted().toList(), "each turn of the caller is told once");
            }
            world.callersAreTold();
            assertTrue(said.values().stream().allMatch(count -> count == 1), "a turn is told once");
            JsonNode memory = world.state.dialogue().memory(0, 0);
            if (memory != null) {
                assertTrue(memory.toString().length() < 300_000, "remembers too much");
                usesHaveResults(memory.path("history"));
            }
            for (CallTool call : world.wanted(CallTool.class)) {
                assertTrue(call.key().length() > 2 && Json.MAPPER.readTree(call.arguments()) != null);
            }
        }

        private static void usesHaveResults(JsonNode history) {
            Set<String> open = new HashSet<>();
            for (JsonNode remark : history) {
                if (remark.path("by").asString().equals("tool")) {
                    assertTrue(open.remove(remark.path("use").asString()), "a result without its use, or a second one");
                } else {
                    assertEquals(Set.of(), open, "a use without a result");
                    remark.path("uses").forEach(use -> open.add(use.path("id").asString()));
                }
            }
            assertEquals(Set.of(), open, "a use without a result");
        }
    }

    /// That the simulation is about something.
    static final class Tally {
        private int turns;
        private int cuts;
        private int tools;
        private int transfers;
        private int hangUps;
        private int takeOvers;
        private int understood;
        private int failed;
        private long steps;

        void add(World world) {
            transfers += world.told(Fact.TransferAsked.class).size();
            turns += world.state.turn();
            cuts += world.told(Fact.Interrupted.class).size();
            tools += world.wanted(CallTool.class).size();
            hangUps += world.told(Fact.HungUp.class).size();
            failed += world.hangUps - world.told(Fact.HungUp.class).size();
            takeOvers += world.takeOvers;
            understood += world.told(Fact.Understood.class).size();
            steps += world.steps;
        }

        boolean isAbout(int conversations) {
            return cuts > conversations / 20 && tools > conversations / 10 && hangUps > conversations / 4 && takeOvers > conversations / 10
                    && understood > conversations / 2;
        }

        boolean isVaried() {
            return cuts > FEW / 8 && tools > FEW / 8 && transfers > FEW / 100 && hangUps > FEW / 4 && takeOvers > FEW / 10 && understood > FEW && failed > 0;
        }

        @Override
        public String toString() {
            return steps + " steps, " + turns + " turns, " + understood + " answers understood, " + cuts + " interruptions, " + tools
                    + " uses of tools, " + transfers + " transfers, " + takeOvers + " take-overs, " + hangUps + " hang-ups, " + failed + " failures";
        }
    }
}
