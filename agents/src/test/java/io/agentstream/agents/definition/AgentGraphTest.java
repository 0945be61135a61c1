package io.agentstream.agents.definition;

import static io.agentstream.agents.definition.Graphs.problems;
import static io.agentstream.agents.definition.Graphs.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.definition.AgentGraph.Parsed;
import io.agentstream.schemas.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

final class AgentGraphTest {

    private static AgentGraph graph(JsonNode json) {
        return assertInstanceOf(Parsed.Valid.class, AgentGraph.parse(json), () -> problems(json).toString()).graph();
    }

    private static List<Problem> warnings(JsonNode json) {
        return assertInstanceOf(Parsed.Valid.class, AgentGraph.parse(json), () -> problems(json).toString()).warnings();
    }

    @Test
    void namesEveryProblemWhereverItIs() {
        // given
        JsonNode json = Json.MAPPER.readTree("""
                {"engine": "cascade", "settings": {"language": 7, "idle": {"go": "nowhere"}}, "start": "lost", "extra": 1, "nodes": {
                  "a": {"type": "say", "say": "{{x", "next": "b"},
                  "b": {"type": "http", "url": "https://x.example/", "next": "gone", "headers": {"Cookie": "a"}},
                  "c": {"type": "set", "add": {"n": 1}, "next": "d"},
                  "d": {"type": "set", "add": {"n": 1}, "next": "c"},
                  "e": {"type": "agent", "prompt": "x", "tools": ["t"]}}}""");

        // when
        List<Problem> problems = problems(json);

        // then: what is wrong with a node's form hides what a schema cannot say of the same node, and nothing else
        assertEquals(
                List.of(
                        "extra", "nodes.a.say", "nodes.b.next", "nodes.c", "nodes.e.tools.0", "settings.idle.go", "settings.language",
                        "start"),
                problems.stream().map(Problem::field).sorted().toList());
    }

    @Test
    void wantsServicesForWhatItsNodesDo() {
        // given
        ObjectNode json = (ObjectNode) with("{'type':'agent','prompt':'x','next':'bye'}");
        json.remove("services");

        // then
        assertEquals(
                List.of(
                        new Problem("services.ear", "is missing, and the node n listens to words"),
                        new Problem("services.brain", "is missing, and the node n needs one")),
                problems(json));
    }

    @Test
    void wantsNoServiceForKeysAndLines() {
        // given
        ObjectNode json = (ObjectNode) with("{'type':'gather','say':'x','keys':{},'edges':[{'on':'key','key':'any','go':'bye'}]}");
        json.remove("services");

        // when
        AgentGraph graph = graph(json);

        // then
        assertEquals("offline", graph.services().mouths().getFirst().service());
    }

    @Test
    void fillsInWhatIsLeftOut() {
        // given
        JsonNode json = with("{'type':'capture','what':'yes_no','into':'sure','say':'Sure?','next':'bye'}", "'settings':{'language':'de-AT'},");

        // when
        AgentGraph graph = graph(json);

        // then
        Node.Capture capture = assertInstanceOf(Node.Capture.class, graph.node("n"));
        assertFalse(capture.readBack());
        assertEquals("Ich habe {{value}} verstanden. Ist das richtig?", capture.confirm().text());
        assertEquals(3, capture.attempts());
        assertEquals(new Settings.Interruption.Speech(50), capture.common().interruption());
        assertEquals(new Settings.Endpointing(300, 2500, 250, true), graph.settings().endpointing());
        assertEquals("Es tut mir leid, ich muss das Gespräch jetzt beenden. Auf Wiederhören.", graph.settings().farewell().text());
        assertEquals(1_800_000, graph.settings().maxCallMs());
        assertEquals(new Settings.Interruption.Off(), graph.node("bye").common().interruption());
    }

    @Test
    void leadsOnByTheFirstEdgeThatFits() {
        // given
        Node.Common ways = graph(with("{'type':'gather','say':'x','keys':{},'next':'bye','edges':["
                        + "{'on':'key','key':'any','go':'n'},{'on':'key','key':'1','go':'bye'},"
                        + "{'on':'condition','if':'a > 1','go':'n'},{'on':'error','go':'n'},{'on':'error','error':'service','go':'bye'}]}"))
                .node("n").common();

        // then
        assertEquals("bye", ways.onKey('1').orElseThrow());
        assertEquals("n", ways.onKey('2').orElseThrow());
        assertEquals("bye", ways.onError(Fault.SERVICE).orElseThrow());
        assertEquals("n", ways.onError(Fault.TIMEOUT).orElseThrow());
        assertEquals("bye", ways.onDone(Values.NONE).orElseThrow());
        assertEquals("n", ways.onDone(Values.NONE.with("a", Json.MAPPER.readTree("2"))).orElseThrow());
        assertTrue(ways.onSilence().isEmpty());
    }

    @Test
    void warnsOfWhatIsOddButDoesNoHarm() {
        // given
        JsonNode json = with("{'type':'hangup','say':'Hello {{first_name}}.'}", "'tools':{'t':{'type':'mcp','url':'http://x.example','key':'k'}},");

        // then
        assertEquals(
                List.of(
                        new Problem("nodes.bye", "is never reached"),
                        new Problem("tools.t", "is used by no node"),
                        new Problem("nodes.n.say",
                                "names {{first_name}}, which nothing here sets: it has to come with the call or with the agent's own variables"),
                        new Problem("tools.t.url", "is not encrypted, and the key goes over it")),
                warnings(json));
    }

    private static List<Problem> warningsOf(String settings, String kind, String services) {
        ObjectNode json = (ObjectNode) with("{'type':'hangup'}", settings);
        ((ObjectNode) json.path("nodes")).remove("bye");
        json.putObject("services").set(kind, Json.MAPPER.readTree(services.replace('\'', '"')));
        return warnings(json);
    }

    @ParameterizedTest
    @CsvSource({"en-US, flux-general-en, false", "de, flux-general-en, true", "de, flux-general-multi, false", "de, nova-3, false"})
    void warnsOfAnEarThatHearsEnglishOnlyWhereAnotherLanguageIsSpoken(String language, String model, boolean warns) {
        List<Problem> problem = List.of(new Problem("services.ear.1.model", "hears English only: flux-general-multi hears other languages"));

        assertEquals(
                warns ? problem : List.of(),
                warningsOf(
                        "'settings':{'language':'" + language + "'},", "ear",
                        "[{'service':'openai'},{'service':'deepgram','model':'" + model + "'}]").stream()
                        .filter(each -> !each.field().equals("services.mouth"))
                        .toList());
    }

    @Test
    void warnsOfNamesWhereAServiceKnowsVoicesByTheirIds() {
        String eleven = "twenty letters and digits and not by names";

        assertEquals(
                List.of(
                        new Problem("services.mouth.0.voice", "is no voice of elevenlabs, which knows them by ids of " + eleven),
                        new Problem("services.mouth.1.voice", "is no voice of cartesia, which knows them by ids of the form of a UUID and not by names")),
                warningsOf("", "mouth", "[{'service':'elevenlabs','voice':'Rachel'},{'service':'cartesia','voice':'british-lady'},{'service':'openai','voice':'alloy'}]"));
        assertEquals(
                List.of(new Problem("settings.voice", "is no voice of elevenlabs, which knows them by ids of " + eleven)),
                warningsOf("'settings':{'voice':'Rachel'},", "mouth", "[{'service':'elevenlabs'},{'service':'openai'}]"));
        assertEquals(
                List.of(),
                warningsOf("", "mouth", "[{'service':'elevenlabs','voice':'21m00Tcm4TlvDq8ikWAM'},{'service':'cartesia','voice':'A0E99841-438C-4A64-B679-AE501E7D6091'},"
                        + "{'service':'cartesia'},{'service':'elevenlabs','voice':'Rachel','base_url':'https://voices.example'}]"));
    }

    @Test
    void saysNothingOfWhatItIsMadeOf() {
        // given
        JsonNode json = with(
                "{'type':'http','method':'POST','url':'https://x.example/SECRET','body':{'a':'SECRET'},'say':'SECRET','next':'bye'}",
                "'prompt':'SECRET','variables':{'a':'SECRET'},'tools':{'t':{'type':'mcp','url':'https://x.example/SECRET'}},");

        // when
        AgentGraph graph = graph(json);

        // then
        assertFalse((graph + " " + graph.nodes() + graph.tools() + graph.services() + graph.settings()).contains("SECRET"));
    }

    @Test
    void namesNoMoreProblemsThanAnybodyReads() {
        // given a hundred nodes that are all dead ends
        ObjectNode json = (ObjectNode) with("{'type':'hangup'}");
        for (int n = 0; n < 100; n++) {
            ((ObjectNode) json.path("nodes")).putObject("n" + n).put("type", "say").put("say", "x");
        }

        // then
        assertEquals(GraphParser.MAX_PROBLEMS, problems(json).size());
    }

    @Test
    void holdsNoMoreNodesThanItSays() {
        // given
        ObjectNode json = (ObjectNode) with("{'type':'hangup'}");
        for (int n = 0; n < AgentGraph.MAX_NODES; n++) {
            ((ObjectNode) json.path("nodes")).putObject("n" + n).put("type", "hangup");
        }

        // then
        assertTrue(problems(json).contains(new Problem("nodes", "has 202 entries, more than 200")));
    }

    @Test
    void looksNoDeeperThanADefinitionGoes() {
        // given a body that is nested without end
        ObjectNode json = (ObjectNode) with("{'type':'http','method':'POST','url':'https://x.example/','next':'bye'}");
        ObjectNode deep = Json.MAPPER.createObjectNode();
        for (int depth = 0; depth < 100_000; depth++) {
            ObjectNode outer = Json.MAPPER.createObjectNode();
            outer.set("a", deep);
            deep = outer;
        }
        ((ObjectNode) json.path("nodes").path("n")).set("body", deep);

        // when
        List<Problem> problems = problems(json);

        // then
        assertEquals(List.of("is nested deeper than 32", "is nested deeper than 16"), problems.stream().map(Problem::message).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e400", "-1e400", "1e30", "123456789012345678901234567890", "1e-400", "0.1"})
    void takesNoNumberThatNobodyMeans(String number) {
        // given
        JsonNode json = with("{'type':'hangup','max_visits':" + number + "}", "'settings':{'max_call_ms':" + number + "},'variables':{'a':" + number + "},");

        // then
        assertTrue(problems(json).stream().map(Problem::field).toList().containsAll(List.of("nodes.n.max_visits", "settings.max_call_ms")));
    }

    @Test
    void goesRoundAsFarAsTheCallerIsListenedTo() {
        // given a menu that leads back to itself
        JsonNode json = Json.MAPPER.readTree("""
                {"engine": "cascade", "start": "menu", "nodes": {
                  "menu": {"type": "gather", "say": "Press one for the hours.", "keys": {},
                           "edges": [{"on": "key", "key": "1", "go": "count"}]},
                  "count": {"type": "set", "add": {"times": 1}, "next": "hours"},
                  "hours": {"type": "say", "say": "From nine to five.", "next": "menu"}}}""");

        // then
        assertEquals(List.of(), problems(json));
    }

    @Test
    void findsEachCircleOnce() {
        // given
        JsonNode json = Json.MAPPER.readTree("""
                {"engine": "cascade", "start": "a", "nodes": {
                  "a": {"type": "say", "say": "x", "next": "b"},
                  "b": {"type": "set", "add": {"n": 1}, "next": "c", "edges": [{"on": "condition", "if": "n > 3", "go": "bye"}]},
                  "c": {"type": "say", "say": "y", "next": "b"},
                  "bye": {"type": "hangup"}}}""");

        // then
        assertEquals(
                List.of(new Problem("nodes.b", "leads round in a circle without listening to the caller: b, c, b")), problems(json));
    }

    @Test
    void keepsTheValuesThatItHasForVariables() {
        // given
        AgentGraph graph = graph(with("{'type':'set','set':{'a':'{{company}}','b':2,'c':true},'add':{'d':1.5},'next':'bye'}",
                "'variables':{'company':'Northwind','limit':3},"));

        // then
        Node.Set set = assertInstanceOf(Node.Set.class, graph.node("n"));
        assertEquals(
                Map.of(
                        "a", new Node.Assigned.Text(Template.parse("{{company}}").orElseThrow()),
                        "b", new Node.Assigned.Fixed(Json.MAPPER.readTree("2")),
                        "c", new Node.Assigned.Fixed(Json.MAPPER.readTree("true")),
                        "d", new Node.Assigned.Plus(new BigDecimal("1.5"))),
                set.values());
        assertEquals("Northwind", graph.variables().get("company").stringValue());
    }
}
