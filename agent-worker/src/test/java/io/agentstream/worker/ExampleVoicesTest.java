package io.agentstream.worker;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.agentstream.agents.ExampleAgents;
import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Services.Service;
import io.agentstream.dev.simulator.services.PlayedCartesia;
import io.agentstream.dev.simulator.services.PlayedElevenLabs;
import io.agentstream.dev.simulator.services.PlayedSpeech;
import io.agentstream.dev.simulator.services.PlayedVoice;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.Told;
import io.agentstream.worker.service.wire.Wire;
import io.agentstream.worker.tool.HttpTools;
import io.agentstream.worker.tool.McpTools;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whoever begins with an example is heard: its services have the voices that it names.
final class ExampleVoicesTest {

    private final Map<String, ServiceServer> servers = Map.of(
            "elevenlabs", PlayedElevenLabs.start(PlayedVoice.PROMPT),
            "cartesia", PlayedCartesia.start(PlayedVoice.PROMPT),
            "openai", PlayedSpeech.start(PlayedVoice.PROMPT));
    private final Wire wire = Given.wire();
    private final DefinedServices services = new DefinedServices(
            WorkerService.services(wire, Map.of()), new ServiceKeys(Map.of(), (_, _) -> Optional.empty()), new HttpTools(wire), new McpTools(wire), 7);

    static List<String> examples() {
        return ExampleAgents.NAMES;
    }

    @AfterEach
    void end() throws IOException {
        servers.values().forEach(ServiceServer::close);
        wire.close();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void haveVoicesThatTheirServicesSpeakWith(String example) {
        AgentGraph agent = assertInstanceOf(AgentGraph.Parsed.Valid.class, AgentGraph.parse(ExampleAgents.definition(example))).graph();

        for (Service named : agent.services().mouths()) {
            ServiceServer server = servers.get(named.service());
            if (server != null) { // our own voice has no service
                Told<Spoken> told = new Told<>();
                Service here = new Service(
                        named.service(), named.model(), server.url().toString(), named.voice(), null, null, null, named.options());
                try (Mouth mouth = services.mouth(here, agent.settings())) {
                    Mouth.Utterance utterance = mouth.speak(told::on);
                    utterance.say("Hello.");
                    utterance.end();
                    List<Spoken> all = told.await(so -> so.stream().anyMatch(each -> each instanceof Spoken.Done || each instanceof Spoken.Failed));
                    assertInstanceOf(Spoken.Done.class, all.getLast(), example + ": " + named.service());
                }
            }
        }
    }
}
