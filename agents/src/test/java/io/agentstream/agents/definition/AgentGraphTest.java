package io.agentstream.agents.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.definition.AgentGraph.Parsed;
import io.agentstream.schemas.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

final class AgentGraphTest {

    private record Bad(String name, JsonNode json, Problem problem) {}

    private static final String BYE = "\"bye\":{\"type\":\"hangup\",\"say\":\"Bye.\"}";
    private static final String SERVICES =
            "\"services\":{\"ear\":[{\"service\":\"offline\"}],\"brain\":[{\"service\":\"openai\",\"model\":\"m\",\"key\":\"openai\"}]}";

    /// A sound agent with one node and what is given beside it. Quotation marks are written as apostrophes.
    private static JsonNode with(String node, String more) {
        return Json.MAPPER.readTree(("{\"engine\":\"cascade\"," + SERVICES + ",\"start\":\"n\"," + more + "\"nodes\":{\"n\":" + node + "," + BYE + "}}")
                .replace("'", "\""));
    }

    private static JsonNode with(String node) {
        return with(node, "");
    }

    private static Bad node(String name, String node, String field, String message) {
        return new Bad(name, with(node), new Problem(field.isEmpty() ? "nodes.n" : "nodes.n." + field, message));
    }

    private static Bad more(String name, String more, String field, String message) {
        return new Bad(name, with("{'type':'say','say':'Hello.','next':'bye'}", more), new Problem(field, message));
    }

    private static final List<Bad> BAD = List.of(
            more("an unknown field", "'promt':'x',", "promt", "is not a field of a cascade"),
            more("an unknown setting", "'settings':{'lang':'de'},", "settings.lang", "is not a field of settings"),
            more("a language in words", "'settings':{'language':'English'},", "settings.language", "is not a language such as en-US"),
            more("a time zone that there is not", "'settings':{'time_zone':'Mars/Base'},", "settings.time_zone",
                    "is not a time zone such as Europe/Berlin"),
            more("bounds that cross", "'settings':{'endpointing':{'min_ms':3000}},", "settings.endpointing.min_ms", "is more than max_ms"),
            more("an interruption of no kind", "'settings':{'interruption':{'by':'noise'}},", "settings.interruption.by",
                    "is not one of off, words, speech"),
            more("an idle way to nowhere", "'settings':{'idle':{'go':'nowhere'}},", "settings.idle.go", "leads to a node that there is not"),
            more("a call of no length", "'settings':{'max_call_ms':5},", "settings.max_call_ms", "is not a whole number from 10000 to 14400000"),
            more("an outcome in words", "'outcomes':['he said yes'],", "outcomes.0", "is not 1 to 64 letters, digits, _ . or -"),
            more("a variable that every call has", "'variables':{'caller_number':'1'},", "variables.caller_number",
                    "is the name of what every call has by itself"),
            more("a variable that is an object", "'variables':{'a':{}},", "variables.a", "is not a text, a number, true or false"),
            more("a tool of no type", "'tools':{'t':{'description':'x'}},", "tools.t.type",
                    "is missing: one of http, mcp, transfer, hangup, send_dtmf, set_variable, end_with_outcome"),
            more("a key written out", "'tools':{'t':{'type':'mcp','url':'https://x.example','key':'sk-abcdefghijklmnop123'}},", "tools.t.key",
                    "looks like a secret: store it as a key, and write the key's name"),
            more("a key that is only digits and letters",
                    "'tools':{'t':{'type':'mcp','url':'https://x.example','key':'0123456789abcdef0123456789abcdef'}},", "tools.t.key",
                    "looks like a secret: store it as a key, and write the key's name"),
            more("a secret in a prompt", "'prompt':'Log in with AKIAABCDEFGHIJKLMNOP.',", "prompt",
                    "looks like a secret: store it as a key, and write the key's name"),
            more("a socket for a tool", "'tools':{'t':{'type':'mcp','url':'wss://x.example'}},", "tools.t.url",
                    "is not an address of http or https"),
            more("a choice of numbers", "'tools':{'t':{'type':'set_variable','description':'x','variables':{'a':{'description':'x','type':'integer','values':['1']}}}},",
                    "tools.t.variables.a.values", "goes with texts only"),
            node("no type", "{'say':'x'}", "type", "is missing: one of say, gather, agent, capture, transfer, http, set, hangup"),
            node("a type that there is not", "{'type':'fax'}", "type", "is not one of say, gather, agent, capture, transfer, http, set, hangup"),
            node("an unknown field of a node", "{'type':'hangup','sya':'x'}", "sya", "is not a field of a node of type hangup"),
            node("no words", "{'type':'say','next':'bye'}", "say", "is missing: what the agent says"),
            node("blank words", "{'type':'say','say':' ','next':'bye'}", "say", "has no words"),
            node("too many words", "{'type':'say','say':'" + "x".repeat(2_001) + "','next':'bye'}", "say", "is longer than 2000 characters"),
            node("a dead end", "{'type':'say','say':'x'}", "next", "is missing: where it leads when the caller has heard the line"),
            node("a way to nowhere", "{'type':'say','say':'x','next':'m'}", "next", "leads to a node that there is not"),
            node("an edge to nowhere", "{'type':'say','say':'x','next':'bye','edges':[{'on':'key','key':'1','go':'m'}]}", "edges.0.go",
                    "leads to a node that there is not"),
            node("an edge that such a node has not", "{'type':'say','say':'x','next':'bye','edges':[{'on':'silence','go':'bye'}]}", "edges.0.on",
                    "is not one of key, condition, error, limit"),
            node("a key that no telephone has", "{'type':'say','say':'x','next':'bye','edges':[{'on':'key','key':'12','go':'bye'}]}", "edges.0.key",
                    "is not one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, *, #, A, B, C, D, any"),
            node("two edges for one key",
                    "{'type':'say','say':'x','next':'bye','edges':[{'on':'key','key':'1','go':'bye'},{'on':'key','key':'1','go':'bye'}]}", "edges.1",
                    "is never taken: the key 1 has an edge already"),
            node("a mistyped variable", "{'type':'say','say':'Hello {{caller number}}','next':'bye'}", "say",
                    "has braces that are no variable such as {{caller_number}}"),
            node("what a call has not", "{'type':'say','say':'Hello {{call.colour}}','next':'bye'}", "say",
                    "names {{call.colour}}, but of call there is only id, caller_number, called_number, direction, provider"),
            node("a condition that is none", "{'type':'say','say':'x','next':'bye','edges':[{'on':'condition','if':'a >','go':'bye'}]}", "edges.0.if",
                    "ends where a variable or a value should be"),
            node("a condition with code", "{'type':'say','say':'x','next':'bye','edges':[{'on':'condition','if':'exit(1)','go':'bye'}]}", "edges.0.if",
                    "is not understood from \"(1)\" on"),
            node("a gather that leads nowhere", "{'type':'gather','say':'x'}", "", "is a dead end: give it next, or an edge for a key or an intent"),
            node("a gather that takes nothing", "{'type':'gather','say':'x','words':false,'next':'bye'}", "", "takes neither keys nor words"),
            node("edges for keys that are not taken", "{'type':'gather','say':'x','edges':[{'on':'key','key':'1','go':'bye'}]}", "keys",
                    "is missing, but there are edges for keys"),
            node("edges for one key of several",
                    "{'type':'gather','say':'x','keys':{'max':2},'edges':[{'on':'key','key':'1','go':'bye'}]}", "keys.max",
                    "is more than 1, so edges for keys are never taken: use conditions on the variable of into"),
            node("more keys at least than at most", "{'type':'gather','say':'x','keys':{'min':2},'next':'bye'}", "keys.min", "is more than max"),
            node("an intent without words", "{'type':'gather','say':'x','edges':[{'on':'intent','intent':'i','go':'bye'}]}", "edges.0",
                    "has neither a description nor words"),
            node("an intent where nobody listens",
                    "{'type':'gather','say':'x','keys':{},'edges':[{'on':'intent','intent':'i','words':['a'],'go':'bye'}]}", "words",
                    "is false, but there are edges for intents"),
            node("a tool that there is not", "{'type':'agent','prompt':'x','next':'bye','tools':['t']}", "tools.0", "names a tool that there is not"),
            node("a value of no kind", "{'type':'capture','what':'colour','into':'a','say':'x','next':'bye'}", "what",
                    "is not one of digits, yes_no, date, phone, email, name"),
            node("a value without a name", "{'type':'capture','what':'date','say':'x','next':'bye'}", "into",
                    "is missing: the variable that keeps it"),
            node("a variable with a dot", "{'type':'capture','what':'date','into':'a.b','say':'x','next':'bye'}", "into",
                    "is not the name of a variable: 1 to 64 letters, digits or _, no digit first"),
            node("a variable of the call's", "{'type':'capture','what':'date','into':'now','say':'x','next':'bye'}", "into",
                    "is the name of what every call has by itself"),
            node("a confirmation of nothing", "{'type':'capture','what':'date','into':'a','say':'x','confirm':'Yes?','next':'bye'}", "confirm",
                    "does not say {{value}}"),
            node("a digit that is an answer",
                    "{'type':'capture','what':'digits','into':'a','say':'x','next':'bye','edges':[{'on':'key','key':'0','go':'bye'}]}", "edges.0",
                    "is never taken: digits are the answer; use * or #"),
            node("fewer digits at most than at least", "{'type':'capture','what':'digits','into':'a','say':'x','min':9,'max':3,'next':'bye'}", "min",
                    "is more than max"),
            node("a transfer without a way back", "{'type':'transfer','to':'1'}", "on_failure",
                    "is missing: where it leads when the other side was not reached"),
            node("a summary for nobody", "{'type':'transfer','to':'1','summary':'x','on_failure':'bye'}", "summary",
                    "is never said: the transfer is blind"),
            node("an address without host", "{'type':'http','url':'orders/1','next':'bye'}", "url",
                    "is not an address such as https://host/path/{{variable}}, whose scheme, host and port are fixed and which names no user"),
            node("a host from a variable", "{'type':'http','url':'https://{{host}}/x','next':'bye'}", "url",
                    "is not an address such as https://host/path/{{variable}}, whose scheme, host and port are fixed and which names no user"),
            node("a body that goes with nothing", "{'type':'http','url':'https://x.example/','body':{},'next':'bye'}", "body", "goes with no GET"),
            node("a mistyped variable in a body", "{'type':'http','method':'POST','url':'https://x.example/','body':{'a':['{{b']},'next':'bye'}",
                    "body.a.0", "has braces that are no variable such as {{caller_number}}"),
            node("who asks, in a header", "{'type':'http','url':'https://x.example/','headers':{'Authorization':'{{token}}'},'next':'bye'}",
                    "headers.Authorization", "proves who asks: store it as a key, and write its name into key"),
            node("a header of the sender's", "{'type':'http','url':'https://x.example/','headers':{'Host':'y'},'next':'bye'}", "headers.Host",
                    "is set by the sender itself"),
            node("a header in two lines", "{'type':'http','url':'https://x.example/','headers':{'X':'a\\nb'},'next':'bye'}", "headers.X",
                    "has characters that no header may have"),
            node("a header for no key", "{'type':'http','url':'https://x.example/','key_header':'X-Key','next':'bye'}", "key_header",
                    "carries nothing: there is no key"),
            node("a set that sets nothing", "{'type':'set','next':'bye'}", "", "gives no variable a value: it needs set or add"),
            node("a variable twice", "{'type':'set','set':{'a':1},'add':{'a':1},'next':'bye'}", "add.a", "is set here too"),
            node("a visit without number", "{'type':'hangup','max_visits':1.5}", "max_visits", "is not a whole number"),
            node("a node that is no object", "[]", "", "is not an object"),
            node("a circle", "{'type':'set','add':{'a':1},'next':'n'}", "", "leads round in a circle without listening to the caller: n, n"),
            node("a circle that talks", "{'type':'say','say':'x','next':'n'}", "", "leads round in a circle without listening to the caller: n, n"));

    @TestFactory
    Stream<DynamicTest> refusesWithFieldAndMessage() {
        return BAD.stream().map(bad -> DynamicTest.dynamicTest(bad.name(), () ->
                assertEquals(List.of(bad.problem()), problems(bad.json()))));
    }

    private static List<Problem> problems(JsonNode json) {
        return AgentGraph.parse(json) instanceof Parsed.Invalid invalid ? invalid.problems() : List.of();
    }

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
        assertEquals(new Settings.Interruption.Speech(200), capture.common().interruption());
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
