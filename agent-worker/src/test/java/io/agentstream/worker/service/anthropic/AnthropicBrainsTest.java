package io.agentstream.worker.service.anthropic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.dev.simulator.services.Asked;
import io.agentstream.dev.simulator.services.PlayedBrain;
import io.agentstream.dev.simulator.services.PlayedMessages;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.BrainContract;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.BrainService;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.wire.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class AnthropicBrainsTest extends BrainContract {

    private final PlayedMessages server = PlayedMessages.start(SAYS);

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
        return new AnthropicBrains(wire);
    }

    @Test
    void asksAsTheReferenceSays() {
        brain(Given.PATIENCE).ask(question(), told::on);

        told.await(Thought.Done.class);
        Asked asked = server.asked().getFirst();
        assertEquals(Given.KEY, asked.headers().get("x-api-key"));
        assertEquals(
                Json.MAPPER.readTree("""
                        {"model":"m-1","stream":true,"max_tokens":300,"temperature":0.4,"system":"You answer the phone.",
                         "messages":[
                          {"role":"user","content":[{"type":"text","text":"Where is order 7?"}]},
                          {"role":"assistant","content":[{"type":"tool_use","id":"call_0","name":"lookup","input":{"id":"7"}}]},
                          {"role":"user","content":[{"type":"tool_result","tool_use_id":"call_0","content":"{\\"status\\":\\"shipped\\"}"}]}],
                         "tools":[{"name":"lookup","description":"Finds an order","input_schema":{"type":"object"}}],
                         "tool_choice":{"type":"auto"}}"""),
                Json.MAPPER.readTree(asked.body()));
    }

    @Test
    void theCallerIsTheLastAlsoWhereNobodyOrOnlyTheAgentHasSpoken() {
        brain(Given.PATIENCE).ask(BrainRequest.of(List.of(new Message.Instructions("Greet."))), told::on);
        told.await(Thought.Done.class);
        brain(Given.PATIENCE).ask(BrainRequest.of(List.of(new Message.Agent("Hello.", List.of()))), told::on);
        told.await(Thought.Done.class, 2);

        assertEquals(
                Json.MAPPER.readTree("""
                        [{"role":"user","content":[{"type":"text","text":"(The call begins.)"}]}]"""),
                Json.MAPPER.readTree(server.asked().getFirst().body()).path("messages"));
        assertEquals(
                Json.MAPPER.readTree("""
                        [{"role":"user","content":[{"type":"text","text":"(The call begins.)"}]},
                         {"role":"assistant","content":[{"type":"text","text":"Hello."}]},
                         {"role":"user","content":[{"type":"text","text":"(The caller listens.)"}]}]"""),
                Json.MAPPER.readTree(server.asked().getLast().body()).path("messages"));
    }

    @Test
    void rolesAreInTurnAndTheCallerIsTheFirst() {
        BrainRequest request = BrainRequest.of(List.of(
                new Message.Agent("Hello. ", List.of()), new Message.Agent("", List.of()), new Message.Caller("Hi."), new Message.Caller("Anna here."),
                new Message.Agent("", List.of(new Thought.ToolCall("c", "t", "not json"))), new Message.ToolResult("c", "x"),
                new Message.Caller("And?")));

        brain(Given.PATIENCE).ask(request, told::on);

        told.await(Thought.Done.class);
        assertEquals(
                Json.MAPPER.readTree("""
                        [{"role":"user","content":[{"type":"text","text":"(The call begins.)"}]},
                         {"role":"assistant","content":[{"type":"text","text":"Hello."}]},
                         {"role":"user","content":[{"type":"text","text":"Hi."},{"type":"text","text":"Anna here."}]},
                         {"role":"assistant","content":[{"type":"tool_use","id":"c","name":"t","input":{}}]},
                         {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"x"},{"type":"text","text":"And?"}]}]"""),
                Json.MAPPER.readTree(server.asked().getFirst().body()).path("messages"));
    }

    @Test
    void idsOfAnotherServiceAreSentAsThisOneTakesThem() {
        BrainRequest request = BrainRequest.of(List.of(
                new Message.Caller("Hi."),
                new Message.Agent("", List.of(new Thought.ToolCall("functions.t:0", "t", "{}"), new Thought.ToolCall("functions_t_0", "t", "{}"))),
                new Message.ToolResult("functions.t:0", "x"), new Message.ToolResult("functions_t_0", "y")));

        brain(Given.PATIENCE).ask(request, told::on);

        told.await(Thought.Done.class);
        JsonNode messages = Json.MAPPER.readTree(server.asked().getFirst().body()).path("messages");
        List<String> ids = messages.path(1).path("content").valueStream().map(each -> each.path("id").asString("")).toList();
        assertEquals(2, ids.stream().distinct().filter(each -> each.matches("[a-zA-Z0-9_-]+")).count(), ids.toString());
        assertEquals(ids, messages.path(2).path("content").valueStream().map(each -> each.path("tool_use_id").asString("")).toList());
    }
}
