package io.agentstream.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.dev.simulator.services.PlayedBrain;
import io.agentstream.dev.simulator.services.PlayedCartesia;
import io.agentstream.dev.simulator.services.PlayedChat;
import io.agentstream.dev.simulator.services.PlayedDeepgram;
import io.agentstream.dev.simulator.services.PlayedElevenLabs;
import io.agentstream.dev.simulator.services.PlayedSpeech;
import io.agentstream.dev.simulator.services.PlayedVoice;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Heard;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.Spoken;
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

/// What a definition says of a service's options reaches the service, where its reference wants it.
final class DefinedOptionsTest {

    private final Wire wire = Given.wire();
    private final DefinedServices services = new DefinedServices(
            WorkerService.services(wire, Map.of()), new ServiceKeys(Map.of(), (_, _) -> Optional.empty()), new HttpTools(wire), new McpTools(wire), 7);

    @AfterEach
    void end() throws IOException {
        wire.close();
    }

    /// An agent with this service beside those that it needs. Quotation marks are written as apostrophes.
    private static AgentGraph agent(String kind, ServiceServer at, String service) {
        Map<String, String> rows = Map.of("ear", "{'service':'deepgram'}", "brain", "{'service':'openai','model':'m'}", "mouth", "{'service':'offline'}");
        StringBuilder given = new StringBuilder();
        rows.forEach((name, usual) -> given.append(given.isEmpty() ? "" : ",").append("'").append(name).append("':[")
                .append(name.equals(kind) ? service.replace("URL", at.url().toString()) : usual).append(']'));
        JsonNode json = Json.MAPPER.readTree(("{'engine':'cascade','services':{" + given + "},'start':'n','nodes':{'n':{'type':'agent','prompt':'Be kind.'}}}")
                .replace("'", "\""));
        return assertInstanceOf(AgentGraph.Parsed.Valid.class, AgentGraph.parse(json)).graph();
    }

    private JsonNode asked(PlayedChat server, String more) {
        Told<Thought> told = new Told<>();
        AgentGraph agent = agent("brain", server, "{'service':'openai','model':'m','base_url':'URL'" + more + "}");
        try (Brain brain = services.brain(agent.services().brains().getFirst())) {
            brain.ask(BrainRequest.of(List.of(new Message.Caller("Hello?"))), told::on);
            told.await(Thought.Done.class);
        }
        return Json.MAPPER.readTree(server.asked().getLast().body());
    }

    @Test
    void aCompatibleServerOfNewerModelsIsToldItsLimitByTheNewerName() {
        try (PlayedChat server = PlayedChat.start(PlayedBrain.says("Hi."))) {
            JsonNode usual = asked(server, "");
            JsonNode newer = asked(
                    server, ",'max_tokens':300,'options':{'limit_name':'max_completion_tokens','reasoning_effort':'low','top_p':0.9,'service_tier':'priority'}");

            assertEquals(500, usual.path("max_tokens").asInt(0));
            assertEquals(300, newer.path("max_completion_tokens").asInt(0));
            assertFalse(newer.has("max_tokens"));
            assertFalse(newer.has("limit_name"));
            assertEquals("low", newer.path("reasoning_effort").asString(""));
            assertEquals(0.9, newer.path("top_p").asDouble(0));
            assertEquals("priority", newer.path("service_tier").asString(""));
        }
    }

    @Test
    void anEarKnowsTheWordsThatItIsTold() {
        try (PlayedDeepgram server = PlayedDeepgram.onDemand("Hello there.")) {
            AgentGraph agent = agent(
                    "ear", server, "{'service':'deepgram','base_url':'URL','options':{'keyterms':['Acme','Mr Smith'],'numerals':true,'smart_format':false}}");
            try (Ear ear = services.ear(agent.services().ears().getFirst(), agent.settings(), new Told<Heard>()::on)) {
                Given.await("it is asked", () -> !server.asked().isEmpty());
            }

            Map<String, String> query = server.asked().getFirst().query();
            assertEquals("Acme,Mr Smith", query.get("keyterm"));
            assertFalse(query.containsKey("keyterms"));
            assertEquals("true", query.get("numerals"));
            assertEquals("false", query.get("smart_format"));
            assertEquals("nova-3", query.get("model"));
        }
    }

    private void speak(String service, ServiceServer server) {
        Told<Spoken> told = new Told<>();
        AgentGraph agent = agent("mouth", server, service);
        try (Mouth mouth = services.mouth(agent.services().mouths().getFirst(), agent.settings())) {
            Mouth.Utterance utterance = mouth.speak(told::on);
            utterance.say("Hello there.");
            utterance.end();
            told.await(Spoken.Done.class);
        }
    }

    @Test
    void aVoiceIsToldHowToSpeakInTheFirstMessageOfAnUtteranceAndInNoOther() {
        try (PlayedElevenLabs server = PlayedElevenLabs.start(PlayedVoice.PROMPT)) {
            speak("{'service':'elevenlabs','base_url':'URL','options':{'speed':1.1,'stability':0.4,'use_speaker_boost':false}}", server);

            List<JsonNode> told = server.texts().stream().<JsonNode>map(text -> Json.MAPPER.readTree(text)).filter(each -> each.has("voice_settings")).toList();
            assertEquals(1, told.size());
            assertEquals("{\"speed\":1.1,\"stability\":0.4,\"use_speaker_boost\":false}", told.getFirst().path("voice_settings").toString());
        }
    }

    @Test
    void orInEachMessageWhereItsServiceWantsThat() {
        try (PlayedCartesia server = PlayedCartesia.start(PlayedVoice.PROMPT)) {
            speak("{'service':'cartesia','base_url':'URL','options':{'speed':1.5,'emotion':'calm'}}", server);

            for (String text : server.texts()) {
                assertEquals("{\"speed\":1.5,\"emotion\":\"calm\"}", Json.MAPPER.readTree(text).path("generation_config").toString());
            }
            assertFalse(server.texts().isEmpty());
        }
    }

    @Test
    void orInTheRequest() {
        try (PlayedSpeech server = PlayedSpeech.start(PlayedVoice.PROMPT)) {
            speak("{'service':'openai','base_url':'URL','options':{'speed':0.8,'instructions':'Warm and brief.'}}", server);

            JsonNode body = Json.MAPPER.readTree(server.asked().getFirst().body());
            assertEquals(0.8, body.path("speed").asDouble(0));
            assertEquals("Warm and brief.", body.path("instructions").asString(""));
        }
    }
}
