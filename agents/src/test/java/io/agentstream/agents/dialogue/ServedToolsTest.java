package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationInput.ToolAnswered;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.McpRequest;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// Tools of a server, of which the dialogue knows no more than whose they are.
class ServedToolsTest {

    private static final String RESULT = "We open at nine.";

    private static final Dialogue AGENT = Dialogues.of(Json.MAPPER.readTree("""
            {"engine": "cascade",
             "services": {"ear": [{"service": "deepgram", "key": "a"}], "brain": [{"service": "openai", "model": "m", "key": "b"}],
                          "mouth": [{"service": "openai", "voice": "v", "key": "b"}]},
             "tools": {"kb": {"type": "mcp", "url": "https://kb.example.com/mcp", "key": "kb", "timeout_ms": 3000},
                       "shop": {"type": "mcp", "url": "https://shop.example.com/mcp"}},
             "start": "talk",
             "nodes": {"talk": {"type": "agent", "say": "Hello.", "prompt": "Be kind.", "tools": ["kb"]}}}"""), Json.MAPPER.createObjectNode());

    /// Each request under its key, over all workers.
    private final Map<String, McpRequest> requests = new HashMap<>();

    private PoliteServices services(Function<BrainRequest, Thought> brain) {
        return new PoliteServices(brain) {
            @Override
            void use(World world, CallTool call) {
                requests.put(call.key(), (McpRequest) call.request());
                answer(world, 300, "", new ToolAnswered(call.turn(), call.number(), false, RESULT));
            }
        };
    }

    private static Thought wants(BrainRequest request, String tool, String arguments) {
        Remark last = request.history().getLast();
        return last.by() == Remark.By.TOOL ? Thought.of(last.text()) : new Thought("", List.of(new Remark.Use("use-1", tool, arguments)));
    }

    private World play(TakeOver takeOver, String tool, String arguments) {
        PoliteServices services = services(request -> wants(request, tool, arguments));
        World world = new World(AGENT, services, takeOver);
        world.caller = new Caller(services, "When do you open?");
        return world.run(15_000);
    }

    private static List<String> spoken(World world) {
        return world.wanted(Speak.class).stream().map(Speak::text).toList();
    }

    @Test
    void aBrainIsOfferedWhateverTheServersOfTheNodeHave() {
        PoliteServices services = services(request -> Thought.of("I see."));
        World world = new World(AGENT, services, TakeOver.NEVER);
        world.caller = new Caller(services, "Hello?");

        world.run(15_000);

        assertEquals(List.of("kb"), services.asked.getFirst().servers());
        assertEquals(List.of(), services.asked.getFirst().tools());
    }

    @Test
    void aToolOfAServerIsUsedAndItsResultIsTold() {
        World world = play(TakeOver.NEVER, "kb_search", "{\"q\":\"hours\"}");

        CallTool call = world.wanted(CallTool.class).getFirst();
        assertEquals(new McpRequest("kb", "kb_search"), call.request());
        assertEquals("{\"q\":\"hours\"}", call.arguments());
        assertTrue(spoken(world).contains(RESULT), () -> spoken(world).toString());
    }

    @Test
    void noServersToolIsUsedThatTheNodeDoesNotName() {
        for (String name : List.of("kb", "shop_buy", "search", "kbsearch")) {
            World world = play(TakeOver.NEVER, name, "{}");

            assertEquals(List.of(), world.wanted(CallTool.class), name);
            assertTrue(spoken(world).stream().anyMatch(text -> text.contains("there is no such tool here")), () -> spoken(world).toString());
        }
    }

    @Test
    void whatIsNoObjectIsSentToNobody() {
        World world = play(TakeOver.NEVER, "kb_search", "opening hours");

        assertEquals(List.of(), world.wanted(CallTool.class));
        assertTrue(spoken(world).stream().anyMatch(text -> text.contains("no JSON object")), () -> spoken(world).toString());
    }

    @Test
    void whoeverTakesTheCallOverSaysThatItMayHaveBeenDone() throws Exception {
        Ways.leadToTheSame(
                AGENT,
                takeOver -> {
                    requests.clear();
                    World world = play(takeOver, "kb_search", "{}");
                    List<CallTool> calls = world.wanted(CallTool.class);
                    for (int n = 1; n < calls.size(); n++) {
                        assertTrue(calls.get(n).again(), "behind the first");
                    }
                    return world;
                },
                world -> requests.size());
    }
}
