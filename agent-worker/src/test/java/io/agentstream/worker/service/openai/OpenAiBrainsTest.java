package io.agentstream.worker.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.simulator.services.Asked;
import io.agentstream.dev.simulator.services.PlayedBrain;
import io.agentstream.dev.simulator.services.PlayedChat;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.BrainContract;
import io.agentstream.worker.service.BrainService;
import io.agentstream.worker.service.BrainSettings;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.wire.Wire;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class OpenAiBrainsTest extends BrainContract {

    private final PlayedChat server = PlayedChat.start(SAYS);

    @Override
    protected ServiceServer server() {
        return server;
    }

    @Override
    protected void plays(PlayedBrain brain) {
        server.brain(brain);
    }

    @Override
    protected void takes(int characters) {
        server.takes(characters);
    }

    @Override
    protected BrainService service(Wire wire) {
        return new OpenAiBrains(wire);
    }

    @Test
    void asksAsTheReferenceSays() {
        JsonNode options = Json.MAPPER.readTree("{\"reasoning_effort\":\"low\",\"stream\":false}");
        BrainSettings settings = new BrainSettings(Given.to(server.url(), Given.PATIENCE), "gpt-x", 0.4, 300, options);

        service(wire).open(settings).ask(question(), told::on);

        told.await(Thought.Done.class);
        Asked asked = server.asked().getFirst();
        assertEquals("Bearer " + Given.KEY, asked.headers().get("authorization"));
        assertEquals("text/event-stream", asked.headers().get("accept"));
        JsonNode body = Json.MAPPER.readTree(asked.body());
        assertEquals(
                Json.MAPPER.readTree("""
                        {"reasoning_effort":"low","stream":true,"model":"gpt-x","stream_options":{"include_usage":true},
                         "messages":[
                          {"role":"system","content":"You answer the phone."},
                          {"role":"user","content":"Where is order 7?"},
                          {"role":"assistant","content":null,"tool_calls":[
                            {"id":"call_0","type":"function","function":{"name":"lookup","arguments":"{\\"id\\":\\"7\\"}"}}]},
                          {"role":"tool","tool_call_id":"call_0","content":"{\\"status\\":\\"shipped\\"}"}],
                         "tools":[{"type":"function","function":{"name":"lookup","description":"Finds an order","parameters":{"type":"object"}}}],
                         "tool_choice":"auto","temperature":0.4,"max_tokens":300}"""),
                body);
    }

    @Test
    void theOptionsNameTheLimitWhereTheyDo() {
        JsonNode options = Json.MAPPER.readTree("{\"max_completion_tokens\":9}");

        service(wire).open(new BrainSettings(Given.to(server.url(), Given.PATIENCE), "gpt-x", null, 300, options)).ask(question(), told::on);

        told.await(Thought.Done.class);
        JsonNode body = Json.MAPPER.readTree(server.asked().getFirst().body());
        assertEquals(9, body.path("max_completion_tokens").asInt());
        assertFalse(body.has("max_tokens"));
        assertTrue(body.path("temperature").isMissingNode());
    }
}
