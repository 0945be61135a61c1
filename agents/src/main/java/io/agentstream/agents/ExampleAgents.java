package io.agentstream.agents;

import io.agentstream.schemas.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Definitions to begin with: what `docs/agents.md` shows. Any thread.
public final class ExampleAgents {

    /// Names of the examples.
    public static final List<String> NAMES =
            List.of("receptionist", "appointment", "survey", "order_status", "triage", "voicemail");

    private ExampleAgents() {}

    /// @throws IllegalArgumentException where there is no example of this name
    public static JsonNode definition(String name) {
        return Json.MAPPER.readTree(text(name));
    }

    /// As somebody has written it.
    ///
    /// @throws IllegalArgumentException where there is no example of this name
    public static String text(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("no such example");
        }
        try (InputStream json = ExampleAgents.class.getResourceAsStream("/examples/" + name + ".json")) {
            if (json == null) {
                throw new IllegalStateException("the example " + name + " is missing");
            }
            return new String(json.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
