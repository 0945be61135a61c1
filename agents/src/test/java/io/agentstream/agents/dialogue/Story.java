package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.HttpRequest;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.Json;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// Calls of one agent, each with services of its own.
///
/// @param results what tools and nodes are answered, by name
record Story(Dialogue agent, Function<BrainRequest, Thought> brain, Map<String, String> results) {

    private static final String SERVICES = """
            {"ear": [{"service": "deepgram", "key": "a"}], "brain": [{"service": "openai", "model": "m", "key": "b"}],
             "mouth": [{"service": "offline"}, {"service": "offline"}]}""";

    private static final JsonNode CONTEXT = Json.MAPPER.readTree("{\"caller_number\":\"+15550100\"}");

    /// @param parts fields of the definition beside engine and services; the first node is `start`
    static Story of(String parts) {
        return of("\"services\": " + SERVICES + ",", parts);
    }

    /// One that hears nobody, and whose mouth needs no service.
    static Story deaf(String parts) {
        return of("", parts);
    }

    private static Story of(String services, String parts) {
        JsonNode definition = Json.MAPPER.readTree("{\"engine\": \"cascade\", \"start\": \"start\", " + services + parts + "}");
        return of(definition);
    }

    static Story of(JsonNode definition) {
        return new Story(Dialogues.of(definition, CONTEXT), request -> Thought.of("Fine."), Map.of());
    }

    Story with(Function<BrainRequest, Thought> other) {
        return new Story(agent, other, results);
    }

    Story with(Map<String, String> other) {
        return new Story(agent, brain, other);
    }

    PoliteServices services() {
        PoliteServices services = new PoliteServices(brain);
        services.tools.putAll(results);
        return services;
    }

    World play(String... acts) {
        return play(services(), TakeOver.NEVER, acts);
    }

    World play(PoliteServices services, TakeOver takeOver, String... acts) {
        World world = new World(agent, services, takeOver);
        world.caller = new Caller(services, acts);
        return world.run(300_000);
    }

    /// The call goes the same way step by step, run again, and through other hands behind each step.
    World alike(Function<World, Object> counts, String... acts) throws Exception {
        return Ways.leadToTheSame(agent, takeOver -> play(services(), takeOver, acts), counts);
    }

    static JsonNode variables(World world) {
        return memory(world).path("variables");
    }

    static JsonNode memory(World world) {
        return Json.MAPPER.valueToTree(Objects.requireNonNull(world.state.dialogue().memory(0, 0)));
    }

    /// What becomes of the call: how it ended, where, and what is known then.
    static Object outcome(World world) {
        return List.of(
                world.hangUps, memory(world).path("node").asString(), variables(world).toString(),
                world.told(Fact.NodeEntered.class).stream().map(Fact.NodeEntered::outcome).filter(Objects::nonNull).distinct().toList());
    }

    /// What goes to another system over HTTP.
    static HttpRequest sent(CallTool call) {
        return (HttpRequest) call.request();
    }

    static List<String> spoken(World world) {
        return world.wanted(Speak.class).stream().map(Speak::text).toList();
    }

    static List<String> nodes(World world) {
        return world.told(Fact.NodeEntered.class).stream().map(Fact.NodeEntered::node).toList();
    }
}
