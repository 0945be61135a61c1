package io.agentstream.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentstream.agents.conversation.HttpRequest;
import io.agentstream.agents.definition.Services.Service;
import io.agentstream.dev.simulator.services.PlayedBrain;
import io.agentstream.dev.simulator.services.PlayedChat;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.Told;
import io.agentstream.worker.service.wire.Wire;
import io.agentstream.worker.tool.HttpTools;
import io.agentstream.worker.tool.McpTools;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class DefinedServicesTest {

    private final Wire wire = Given.wire();
    private final DefinedServices services =
            new DefinedServices(
                    WorkerService.services(wire, Map.of()), new ServiceKeys(Map.of("mine", new Secret("sk-1")), DefinedServicesTest::stored),
                    new HttpTools(wire), new McpTools(wire), 7);
    private final Told<Thought> told = new Told<>();

    @AfterEach
    void end() throws IOException {
        wire.close();
    }

    private static Optional<Secret> stored(long organization, String name) {
        return organization == 7 && name.equals("own") ? Optional.of(new Secret("sk-own")) : Optional.empty();
    }

    private void ask(Brain brain) {
        brain.ask(BrainRequest.of(List.of(new Message.Caller("Hello?"))), told::on);
    }

    @Test
    void aServerOfOnesOwnIsAskedWithoutAKey() {
        try (PlayedChat server = PlayedChat.start(PlayedBrain.says("Hi."))) {
            ask(services.brain(new Service("openai", "own", server.url().toString(), null, null, 0.5, null)));

            told.await(Thought.Done.class);
            assertEquals(null, server.asked().getFirst().headers().get("authorization"));
            JsonNode body = Json.MAPPER.readTree(server.asked().getFirst().body());
            assertEquals("own", body.path("model").asString(""));
            assertEquals(500, body.path("max_tokens").asInt(0));
        }
    }

    @Test
    void theOperatorsKeyIsNotSentToIt() {
        try (PlayedChat server = PlayedChat.start(PlayedBrain.says("Hi."))) {
            ask(services.brain(new Service("openai", "own", server.url().toString(), null, "mine", null, null)));

            assertEquals(new Refused("no key"), told.await(Thought.Failed.class).failure());
            assertEquals(List.of(), server.asked());
        }
    }

    @Test
    void theOrganisationsOwnIs() {
        try (PlayedChat server = PlayedChat.start(PlayedBrain.says("Hi."))) {
            ask(services.brain(new Service("openai", "own", server.url().toString(), null, "own", null, null)));

            told.await(Thought.Done.class);
            assertEquals("Bearer sk-own", server.asked().getFirst().headers().get("authorization"));
        }
    }

    @Test
    void aToolIsSentTheOrganisationsKeyAndNeverTheOperators() {
        try (PlayedChat server = PlayedChat.start(PlayedBrain.says("Hi."))) {
            Told<String> results = new Told<>();
            String url = server.url() + "/orders";

            services.tools().use(
                    new HttpRequest("GET", url, Map.of(), null, "own", "X-Key", 5_000, 1_000, 0), "c/1-a", (_, result) -> results.on(result));
            results.await(String.class);
            services.tools().use(
                    new HttpRequest("GET", url, Map.of(), null, "mine", null, 5_000, 1_000, 0), "c/2-a", (_, result) -> results.on(result));

            assertEquals("{\"error\":\"no_key\"}", results.await(String.class, 2).getLast());
            assertEquals(List.of("sk-own"), server.asked().stream().map(asked -> asked.headers().get("x-key")).toList());
        }
    }

    @Test
    void aServiceThatNobodyKnowsIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> services.brain(new Service("nobody", "m", null, null, null, null, null)));
    }
}
