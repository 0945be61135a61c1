package io.agentstream.agents;

import io.agentstream.schemas.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import tools.jackson.databind.JsonNode;

/// The definitions of the agents that a newcomer meets first. Any thread.
public final class DemoAgents {

    private static final String TALKING = "/demo-agent.json";
    private static final String ASSISTANT = "/assistant-agent.json";

    /// The key of an outside service that [#assistant] needs, by its name.
    public static final String ASSISTANT_KEY = "openai";

    private DemoAgents() {}

    /// Greets, offers three keys, repeats what was pressed, can be interrupted, says goodbye and ends the call.
    public static JsonNode talking() {
        return resource(TALKING);
    }

    /// Hears, thinks and speaks by OpenAI, with the key that is named [#ASSISTANT_KEY].
    public static JsonNode assistant() {
        return resource(ASSISTANT);
    }

    private static JsonNode resource(String name) {
        try (InputStream json = DemoAgents.class.getResourceAsStream(name)) {
            if (json == null) {
                throw new IllegalStateException("resource " + name + " is missing");
            }
            return Json.MAPPER.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Gives the caller back what the caller says.
    public static JsonNode echo() {
        return Json.MAPPER.createObjectNode().put("engine", "echo");
    }
}
