package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.WordsEnded;
import io.agentstream.agents.conversation.ConversationInput.WordsHeard;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.dialogue.World.TakeOver;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Callers who interrupt, stall, mumble and hang up, services that are slow, fail, repeat themselves, and answer after they were stopped, and workers
/// that die, or stand still and do not know that they have lost their call: whatever they do, [Promises] are kept. Each conversation is one seed.
class CascadeSimulationTest {

    private static final int FEW = 300;
    private static final int MANY = 10_000;

    /// Longest conversation: then the caller hangs up.
    private static final long LIMIT_MS = 240_000;

    /// One of so many calls is of somebody who talks and talks, so that what grows has the time to.
    private static final int TALKERS = 100;

    private static final int MANY_ACTS = 200;
    private static final long LONGEST_MS = 1_800_000;

    @Test
    void holdsItsPromisesWhateverHappens() throws Exception {
        simulate(FEW);
    }

    @Test
    @Tag("long")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void holdsItsPromisesInTenThousandConversations() throws Exception {
        simulate(MANY);
    }

    private static void simulate(int conversations) throws Exception {
        Tally all = simulate(conversations, (seed, into) -> conversation(seed, agent(seed), into));
        assertTrue(all.isVaried(), all::toString);
    }

    static Dialogue agent(long seed) {
        return seed % TALKERS == 1 ? TALKER : seed % 2 == 0 ? CLERK : CascadeDialogueTest.AGENT;
    }

    interface Played {
        void by(long seed, Tally into) throws Exception;
    }

    static Tally simulate(int conversations, Played played) throws Exception {
        Tally all = new Tally();
        for (long seed = 0; seed < conversations; seed++) {
            try {
                played.by(seed, all);
            } catch (AssertionError | RuntimeException broken) {
                throw new AssertionError("seed " + seed + ": " + broken.getMessage(), broken);
            }
        }
        System.out.println(all);
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

    /// An agent that talks as long as its caller does.
    private static final Dialogue TALKER = Story.of("""
            "settings": {"max_call_ms": 1800000, "idle": {"after_ms": 30000, "prompts": ["Are you there?"]}},
            "tools": {"order": {"type": "http", "description": "Finds an order.", "url": "https://shop.example.com/{{number}}",
                                "parameters": {"number": {"description": "Its number."}}, "into": "order"},
                      "press": {"type": "send_dtmf", "description": "Presses keys.", "keys": "1#"}},
            "nodes": {"start": {"type": "agent", "prompt": "Help.", "say": "How can I help?", "silence_ms": 30000, "max_rounds": 500,
                                "tools": ["order", "press"]}}""").agent();

    static void conversation(long seed, Dialogue agent, Tally into) throws Exception {
        Random random = new Random(seed);
        boolean talks = agent.equals(TALKER);
        RudeServices services = new RudeServices(random, talks);
        World world = new World(agent, services, takeOvers(random));
        world.goesOnAfterMs = random.nextBoolean() ? 0 : 1 + random.nextInt(30_000);
        world.tellsPlayed = seed % 4 < 2; // so that each agent has both
        Promises promises = new Promises(world, agent);
        promises.watch();
        caller(world, services, random, talks ? MANY_ACTS : random.nextInt(25));
        world.run(talks ? LONGEST_MS : LIMIT_MS);
        promises.atTheEnd();
        Ways.runsAgain(agent, world);
        into.add(world, promises);
    }

    /// Of half of the conversations, of some of them several.
    private static List<TakeOver> takeOvers(Random random) {
        List<TakeOver> all = new ArrayList<>();
        int steps = 0;
        for (int n = random.nextBoolean() ? 1 + random.nextInt(3) : 0; n > 0; n--) {
            all.add(new TakeOver(steps += 1 + random.nextInt(50), random.nextBoolean()));
        }
        return all;
    }

    /// Acts whenever it likes.
    private static void caller(World world, RudeServices services, Random random, int acts) {
        long atMs = 0;
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
        if (acts < MANY_ACTS && random.nextInt(3) == 0) {
            world.phone(random.nextInt(60_000), () -> give(world, new ConversationInput.CallEnded()));
        }
    }

    private static void give(World world, ConversationInput input) {
        if (!world.state.isOver()) {
            world.give(input);
        }
    }
}
