package io.agentstream.worker.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.Json;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/// Of what a model wants used nothing is without bound.
final class RealtimeToolsTest {

    private final RealtimeTools tools = new RealtimeTools();

    private static ObjectNode call(String id, String name, String arguments) {
        return Json.MAPPER.createObjectNode().put("type", "function_call").put("call_id", id).put("name", name).put("arguments", arguments);
    }

    @Test
    void aCallIsOneOnce() {
        assertTrue(tools.call(call("c1", "lookup", "{}")).isPresent());
        assertTrue(tools.call(call("c1", "lookup", "{}")).isEmpty());
    }

    @Test
    void whatIsTooLongIsNoCall() {
        assertTrue(tools.call(call("c1", "lookup", "x".repeat(70_000))).isEmpty());
        assertTrue(tools.call(call("c2", "x".repeat(300), "{}")).isEmpty());
        assertTrue(tools.call(call("x".repeat(300), "lookup", "{}")).isEmpty());
    }

    @Test
    void theNameMayHaveComeBefore() {
        tools.named(call("c1", "lookup", ""));
        ObjectNode nameless = call("c1", "", "{}");
        nameless.remove("name");

        assertEquals("lookup", tools.call(nameless).orElseThrow().name());
    }
}
