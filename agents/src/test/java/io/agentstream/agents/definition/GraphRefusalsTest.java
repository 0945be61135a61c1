package io.agentstream.agents.definition;

import static io.agentstream.agents.definition.Graphs.problems;
import static io.agentstream.agents.definition.Graphs.with;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// One thing that is wrong with a document, and what is said of it.
final class GraphRefusalsTest {

    private record Bad(String name, JsonNode json, Problem problem) {}

    private static Bad node(String name, String node, String field, String message) {
        return new Bad(name, with(node), new Problem(field.isEmpty() ? "nodes.n" : "nodes.n." + field, message));
    }

    private static Bad more(String name, String more, String field, String message) {
        return new Bad(name, with("{'type':'say','say':'Hello.','next':'bye'}", more), new Problem(field, message));
    }

    /// An agent that chooses, and has one tool.
    private static Bad choosing(String name, String tool, String message) {
        String node = "{'type':'agent','prompt':'x','next':'bye','tools':['" + tool.split("'")[1]
                + "'],'edges':[{'on':'intent','intent':'day','description':'x','go':'bye'}]}";
        return new Bad(name, with(node, "'tools':{" + tool + "},"), new Problem("nodes.n.edges.0.intent", message));
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
            more("a server's name that leaves no room", "'tools':{'" + "n".repeat(33) + "':{'type':'mcp','url':'https://x.example'}},",
                    "tools." + "n".repeat(33), "has a name of more than 32 characters, and those of the server's tools come behind it"),
            more("too many servers",
                    "'tools':{" + IntStream.rangeClosed(1, 6).mapToObj(n -> "'kb" + n + "':{'type':'mcp','url':'https://x.example'}").collect(joining(","))
                            + "},",
                    "tools.kb6", "is one server more than an agent may have: 5"),
            more("a tool that looks like a server's",
                    "'tools':{'kb':{'type':'mcp','url':'https://x.example'},'kb_bye':{'type':'hangup','description':'x'}},", "tools.kb_bye",
                    "begins as the tools of kb do: one could not be told from them"),
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
            choosing("a choice that is a tool", "'choose_day':{'type':'hangup','description':'x'}",
                    "is offered to the brain as choose_day, and so is, or may be, a tool of choose_day"),
            choosing("a choice that may be a server's tool", "'choose':{'type':'mcp','url':'https://x.example'}",
                    "is offered to the brain as choose_day, and so is, or may be, a tool of choose"),
            new Bad("a way on that is a tool",
                    with("{'type':'agent','prompt':'x','next':'bye','tools':['go_on_to_bye']}",
                            "'tools':{'go_on_to_bye':{'type':'hangup','description':'x'}},"),
                    new Problem("nodes.n.next", "is offered to the brain as go_on_to_bye, and so is, or may be, a tool of go_on_to_bye")),
            node("two choices that look the same",
                    "{'type':'gather','say':'x','edges':[{'on':'intent','intent':'a.b','description':'x','go':'bye'},"
                            + "{'on':'intent','intent':'a_b','description':'x','go':'bye'}]}",
                    "edges.1.intent", "is offered to the brain as choose_a_b, and so is the intent a.b"),
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
                    "is missing: where it leads when the agent keeps its caller"),
            node("a summary for nobody", "{'type':'transfer','to':'1','summary':'x','on_failure':'bye'}", "summary",
                    "is never said: the transfer is blind"),
            node("a line for nobody who waits", "{'type':'transfer','to':'1','hold':'x','on_failure':'bye'}", "hold",
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
}
