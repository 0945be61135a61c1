package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.StopTool;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.schemas.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Promises that what is asked of another system has one key, whoever holds the call, that a key is of one wish, and that each has one result, which is told once; but
/// for what is under way when the call ends, and for what a node has asked and does not wait for any more.
final class OneResult {

    private static final class Use {
        /// As it was asked for last.
        private CallTool call;
        private int results;
        private boolean left;

        Use(CallTool call) {
            this.call = call;
        }

        @Override
        public String toString() {
            return call.key() + " " + call + (left ? ", left" : "") + ", results " + results;
        }
    }

    private final Map<String, Use> uses = new LinkedHashMap<>();

    void check(ConversationEffect effect) {
        switch (effect) {
            case CallTool call -> asked(call);
            case StopTool stop -> uses.values().stream()
                    .filter(use -> use.call.turn() == stop.turn() && use.call.number() == stop.number())
                    .forEach(use -> use.left = true);
            case ConversationEffect.Tell tell when tell.fact() instanceof Fact.ToolUsed used && used.result() != null -> told(used);
            case ConversationEffect _ -> { }
        }
    }

    private void asked(CallTool call) {
        assertTrue(call.key().length() > 2, "a use without a key");
        Use known = uses.get(call.key());
        if (known == null) {
            assertFalse(call.again(), () -> "nobody has begun what is asked for again: " + call.key() + " of " + uses.values());
            uses.put(call.key(), new Use(call));
            return;
        }
        assertTrue(call.again(), () -> "a key of two wishes: " + call.key());
        assertEquals(known.call.tool(), call.tool(), "a key of two wishes");
        assertEquals(known.call.arguments(), call.arguments(), "a key of two wishes");
        assertEquals(known.call.request(), call.request(), "a key of two wishes");
        assertEquals(0, known.results, () -> "asked for again although its result is known: " + known);
        known.call = call;
    }

    /// A fact has no key: of several uses that want the same it is anyone's.
    private void told(Fact.ToolUsed used) {
        List<Use> same = uses.values().stream().filter(use -> use.call.tool().equals(used.tool())).toList();
        if (same.isEmpty()) {
            return; // keys, or a transfer
        }
        Use open = same.stream()
                .filter(use -> use.results == 0 && !use.left && Json.MAPPER.readTree(use.call.arguments()).equals(used.arguments()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("a second result of one use, or one of none: " + used + " of " + same));
        open.results++;
    }

    /// @param open keys of what is under way when the call ends
    void atTheEnd(Set<String> open) {
        List<Use> lost = uses.values().stream().filter(use -> use.results == 0 && !use.left && !open.contains(use.call.key())).toList();
        assertEquals(List.of(), lost, "a use without a result");
    }

    /// Systems that were asked, each use once.
    Set<String> keys() {
        return uses.keySet();
    }
}
