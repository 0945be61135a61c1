package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.schemas.Json;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The same callers, workers and services as [CascadeSimulationTest] has, and an agent of which one service does everything. Each conversation is
/// one seed.
class RealtimeSimulationTest {

    private static final int FEW = 200;
    private static final int MANY = 10_000;

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

    /// One that is led through nodes, says something while others work, and whose call may not last as long as it could.
    private static final Dialogue CLERK = Story.of(Json.MAPPER.readTree("""
            {"engine": "realtime", "start": "hello",
             "settings": {"farewell": "Goodbye then.", "max_call_ms": 90000, "idle": {"after_ms": 4000, "prompts": ["Are you there?"]},
                          "filler": {"after_ms": 700, "lines": ["Well.", "So."]}, "trouble": {"say": "I am sorry."}},
             "services": {"realtime": [{"service": "openai", "model": "m"}, {"service": "openai", "model": "n"}]},
             "outcomes": ["done"],
             "tools": {"order": {"type": "http", "description": "Finds an order.", "url": "https://shop.example.com/{{number}}", "say": "One moment.",
                                 "parameters": {"number": {"description": "Its number."}}, "into": "order"},
                       "press": {"type": "send_dtmf", "description": "Presses keys.", "keys": "1#"},
                       "person": {"type": "transfer", "description": "Connects to a person.", "to": "+15550120", "ring_ms": 10000},
                       "bye": {"type": "hangup", "description": "Ends the call."}},
             "nodes": {
               "hello": {"type": "say", "say": "Welcome. This may be recorded.", "next": "ask"},
               "ask": {"type": "http", "url": "https://shop.example.com/", "say": "I look for you.", "into": "found", "timeout_ms": 4000,
                       "edges": [{"on": "error", "go": "talk"}], "next": "talk"},
               "talk": {"type": "agent", "prompt": "Help.", "silence_ms": 5000, "tools": ["order", "press", "person", "bye"], "max_rounds": 6,
                        "edges": [{"on": "intent", "intent": "order", "description": "Wants an order.", "go": "more"}, {"on": "key", "key": "7", "go": "desk"},
                                  {"on": "error", "go": "desk"}, {"on": "limit", "go": "end"}]},
               "more": {"type": "agent", "prompt": "Sell.", "say": "What may it be?", "silence_ms": 5000, "tools": ["order", "bye"],
                        "edges": [{"on": "silence", "go": "talk"}]},
               "desk": {"type": "transfer", "to": "+15550130", "say": "I put you through.", "ring_ms": 10000, "on_failure": "talk"},
               "end": {"type": "hangup", "say": "As you like.", "outcome": "done"}}}""")).agent();

    private static void simulate(int conversations) throws Exception {
        Tally all = CascadeSimulationTest.simulate(
                conversations, (seed, into) -> CascadeSimulationTest.conversation(seed, seed % 2 == 0 ? CLERK : RealtimeDialogueTest.AGENT, into));
        assertTrue(all.isAbout(), all::toString);
    }
}
