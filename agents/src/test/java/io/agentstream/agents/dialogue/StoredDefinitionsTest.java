package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentstream.agents.AgentDefinitions;
import io.agentstream.agents.DemoAgents;
import io.agentstream.agents.ExampleAgents;
import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Problem;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.RunEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What was accepted once still runs, whatever rules have come since; who writes a definition is held to all of them.
final class StoredDefinitionsTest {

    /// Where the names are the author's own, or anything may stand.
    private static final Set<String> OPEN = Set.of("nodes", "tools", "variables", "headers", "parameters", "set", "add", "body");

    static final List<String> EXAMPLES = ExampleAgents.NAMES;

    private static Dialogues.Read read(JsonNode definition) {
        return Dialogues.read(definition, new RunEvent.Running(
                CallId.of(1, 2, 3), 1, Instant.EPOCH, new RunEvent.RunRef(1, "WR-AGS-00000001", 1, 1, 1, 0), MediaFormat.MULAW_8K, definition,
                Json.MAPPER.createObjectNode(), null));
    }

    private static JsonNode json(String apostrophes) {
        return Json.MAPPER.readTree(apostrophes.replace("'", "\""));
    }

    private static AgentGraph graph(Dialogues.Read read) {
        return assertInstanceOf(CascadeDialogue.class, read.dialogue()).graph();
    }

    private static List<String> fields(Dialogues.Read read) {
        return read.passedOver().stream().map(Problem::field).toList();
    }

    @Test
    void whatEarlierVersionsAcceptedAndThisOneRefusesRunsAsIfItWereNotThere() {
        // given an agent of speech that was stored while its service had a temperature, and could be asked early
        String agent = """
                {'engine':'realtime','services':{'realtime':[{'service':'openai','model':'m'%s}]},'settings':{%s'language':'de'},'start':'talk',
                 'nodes':{'talk':{'type':'agent','say':'Hallo.','prompt':'Be kind.'}}}""";
        JsonNode before = json(agent.formatted(",'temperature':0.7", "'speculative':true,"));
        assertFalse(AgentDefinitions.problems(before).isEmpty());

        // when
        Dialogues.Read read = read(before);

        // then
        assertEquals(List.of("services.realtime.0.temperature", "settings.speculative"), fields(read));
        assertEquals(graph(read(json(agent.formatted("", "")))).services(), graph(read).services());
        assertEquals("de", graph(read).settings().language());
    }

    @Test
    void aCascadeThatWasToBeAskedEarlyRunsToo() {
        JsonNode before = json("""
                {'engine':'cascade','services':{'ear':[{'service':'deepgram'}],'brain':[{'service':'openai','model':'m'}]},'settings':{'speculative':true},
                 'start':'talk','nodes':{'talk':{'type':'agent','prompt':'Be kind.'}}}""");
        assertFalse(AgentDefinitions.problems(before).isEmpty());

        assertEquals("talk", graph(read(before)).start());
    }

    @ParameterizedTest
    @FieldSource("EXAMPLES")
    void aFieldThatIsNoneAnyMoreIsPassedOverWhereverItStands(String name) {
        AgentGraph sound = graph(read(ExampleAgents.definition(name)));
        int places = places(ExampleAgents.definition(name)).size();
        for (int n = 0; n < places; n++) {
            // given
            JsonNode before = ExampleAgents.definition(name);
            places(before).get(n).put("x.gone", true);

            // when
            Dialogues.Read read = read(before);

            // then
            assertEquals(sound, graph(read), () -> before + " without " + fields(read));
            assertEquals(1, read.passedOver().size());
        }

        // and all at once, which are more than are said at once
        JsonNode all = ExampleAgents.definition(name);
        places(all).forEach(place -> place.put("x.gone", 7));
        assertEquals(sound, graph(read(all)));
    }

    private static List<ObjectNode> places(JsonNode definition) {
        List<ObjectNode> places = new ArrayList<>();
        places(definition, "", places);
        return places;
    }

    private static void places(JsonNode in, String name, List<ObjectNode> into) {
        if (in instanceof ObjectNode object && !OPEN.contains(name)) {
            into.add(object);
        }
        if (!name.equals("body")) {
            in.properties().forEach(each -> places(each.getValue(), each.getKey(), into));
            if (in.isArray()) {
                in.forEach(each -> places(each, "", into));
            }
        }
    }

    @Test
    void aValueThatIsTooMuchTodayIsTheUsualOne() {
        Dialogues.Read read = read(json("""
                {'engine':'cascade','start':'bye','settings':{'max_call_ms':99999999,'idle':{'prompts':['Yes?','','Hello?','']}},
                 'nodes':{'bye':{'type':'hangup','say':'Bye {{call.gone}}.'}}}"""));

        assertEquals(List.of("settings.max_call_ms", "settings.idle.prompts.1", "settings.idle.prompts.2", "nodes.bye.say"), fields(read));
        assertEquals(1_800_000, graph(read).settings().maxCallMs());
        assertEquals(2, graph(read).settings().idle().prompts().size());
    }

    @Test
    void whatGoesRoundInACircleWasAcceptedOnceAndRuns() {
        Dialogues.Read read = read(json("""
                {'engine':'cascade','start':'a','nodes':{'a':{'type':'say','say':'A.','next':'b'},'b':{'type':'say','say':'B.','next':'a'}}}"""));

        assertEquals(2, graph(read).nodes().size());
        assertEquals(List.of("nodes.a"), fields(read));
    }

    @Test
    void noNodeIsPassedOverAndWhatIsMissingIsNot() {
        JsonNode without = json("{'engine':'cascade','start':'a','nodes':{'a':{'type':'say','next':'b'},'b':{'type':'hangup'}}}");
        JsonNode none = json("{'engine':'cascade','start':'a','nodes':{'a':7,'b':{'type':'hangup'}}}");

        assertThrows(IllegalArgumentException.class, () -> read(without));
        assertThrows(IllegalArgumentException.class, () -> read(none));
    }

    @Test
    void soIsAScript() {
        // given
        JsonNode before = DemoAgents.talking().deepCopy();
        ((ObjectNode) before).put("mood", "kind").put("max_silences", 99);
        ((ObjectNode) before.path("nodes").properties().iterator().next().getValue()).put("loud", true);

        // when
        Dialogues.Read read = read(before);

        // then
        assertEquals(3, read.passedOver().size(), read.passedOver().toString());
        assertInstanceOf(ScriptedDialogue.class, read.dialogue());
    }
}
