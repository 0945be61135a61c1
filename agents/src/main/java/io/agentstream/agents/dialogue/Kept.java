package io.agentstream.agents.dialogue;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// How much the variables of a call may be altogether: they are part of what another worker goes on from, which has to fit into one record. Pure.
final class Kept {

    static final int MAX_BYTES = 256 * 1_024;

    /// What small values, as keys and captured ones, may be on top of that: no large one takes their room.
    private static final int SMALL_BYTES = 4_096;
    private static final int MORE_BYTES = 64 * 1_024;

    private Kept() {}

    /// @param more what is to be known now
    /// @param all everything that is known then
    static boolean fits(Map<String, JsonNode> more, Map<String, JsonNode> all) {
        return bytes(all) <= MAX_BYTES + (bytes(more) <= SMALL_BYTES ? MORE_BYTES : 0);
    }

    private static long bytes(Map<String, JsonNode> values) {
        return values.entrySet().stream()
                .mapToLong(each -> each.getKey().length() + (long) each.getValue().toString().getBytes(StandardCharsets.UTF_8).length)
                .sum();
    }
}
