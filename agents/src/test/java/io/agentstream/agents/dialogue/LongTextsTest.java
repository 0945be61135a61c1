package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.Json;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/// Texts of a definition that are as long as they may be.
class LongTextsTest {

    private static final int MAX_PROMPT_CHARS = 20_000;
    private static final int MAX_LINE_CHARS = 1_000;

    private static String words(int chars) {
        return "word. ".repeat(chars / 6).strip() + ".".repeat(chars % 6 + 1);
    }

    @Test
    void reachTheBrainAndTheMouthWhole() {
        String prompt = words(MAX_PROMPT_CHARS);
        String line = words(MAX_LINE_CHARS);
        ObjectNode graph = (ObjectNode) Json.MAPPER.readTree("""
                {"engine": "cascade",
                 "services": {"ear": [{"service": "deepgram", "key": "a"}], "brain": [{"service": "openai", "model": "m", "key": "b"}],
                              "mouth": [{"service": "openai", "voice": "v", "key": "b"}]},
                 "start": "talk",
                 "nodes": {"talk": {"type": "agent"}}}""");
        graph.put("prompt", prompt);
        ((ObjectNode) graph.path("nodes").path("talk")).put("prompt", prompt).put("say", line);
        Dialogue agent = Dialogues.of(graph, Json.MAPPER.createObjectNode());
        PoliteServices services = new PoliteServices(request -> Thought.of("I see."));
        World world = new World(agent, services, TakeOver.NEVER);
        world.caller = new Caller(services, "Hello?");

        world.run(600_000);

        assertEquals(prompt + "\n\n" + prompt, services.asked.getFirst().instructions());
        String spoken = world.wanted(Speak.class).stream().filter(speak -> speak.turn() == 1).map(Speak::text).collect(Collectors.joining(" "));
        assertEquals(line, spoken);
    }
}
