package io.agentstream.agents.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.AgentDefinitions;
import io.agentstream.agents.ScriptedDefinition;
import io.agentstream.agents.definition.AgentGraph.Parsed;
import io.agentstream.schemas.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A stored definition in which today's rules refuse something without which it would be another agent is not run. The documents here have every such field.
final class EssentialTest {

    private static final String CASCADE = """
            {"engine": "cascade", "prompt": "Refund 20 at most.", "start": "hello", "variables": {"shop": "north"},
             "settings": {"language": "de", "time_zone": "Europe/Berlin", "voice": "v", "max_call_ms": 60000, "farewell": "Bye.", "filler": {"after_ms": 1000, "lines": ["One moment."]}},
             "services": {"ear": [{"service": "deepgram", "key": "dg", "base_url": "https://ear.example.com", "model": "nova-3"}],
                          "brain": [{"service": "openai", "model": "m", "base_url": "https://llm.example.com/v1", "key": "own", "temperature": 0.5, "max_tokens": 100}],
                          "mouth": [{"service": "openai", "base_url": "https://mouth.example.com/v1", "key": "own", "voice": "v"}]},
             "tools": {
               "order": {"type": "http", "description": "Finds an order.", "method": "POST", "url": "https://shop.example.com/orders/{{id}}", "headers": {"X-Shop": "north"},
                         "body": {"dry": [true, "{{id}}"]}, "key": "shop", "key_header": "X-Key", "into": "order", "timeout_ms": 1000,
                         "parameters": {"id": {"description": "Its number.", "type": "string", "required": true, "values": ["a", "b"]}}},
               "kb": {"type": "mcp", "url": "https://kb.example.com/mcp", "key": "kb", "key_header": "X-Key", "allow": ["search", "look"], "timeout_ms": 1000},
               "desk": {"type": "transfer", "description": "Gives the caller away.", "kind": "warm", "to": "+15550130", "on_failure": "bye", "ring_ms": 9000},
               "press": {"type": "send_dtmf", "description": "Presses a key.", "keys": "1"},
               "keep": {"type": "set_variable", "description": "Keeps it.", "variables": {"size": {"description": "How large.", "type": "string", "values": ["s", "l"]}}}},
             "nodes": {
               "hello": {"type": "say", "say": "This call is recorded.", "next": "ask", "edges": [{"on": "key", "key": "0", "go": "give"}]},
               "ask": {"type": "gather", "say": "Which?", "keys": {"min": 1, "max": 4, "end": "#", "gap_ms": 2000}, "words": true, "into": "answer", "next": "talk", "silence_ms": 5000,
                       "edges": [{"on": "intent", "intent": "buy", "description": "Wants to buy.", "words": ["buy", "order"], "go": "talk"},
                                 {"on": "condition", "if": "answer >= 3", "go": "bye"}, {"on": "error", "error": "service", "go": "bye"}]},
               "talk": {"type": "agent", "prompt": "Help.", "say": "How can I help?", "tools": ["order", "kb", "desk", "press", "keep"], "max_rounds": 20, "next": "phone"},
               "phone": {"type": "capture", "what": "phone", "country": "+49", "into": "phone", "say": "Your number?", "next": "pin"},
               "pin": {"type": "capture", "what": "digits", "min": 4, "max": 6, "into": "pin", "say": "Your PIN?", "next": "look"},
               "look": {"type": "http", "method": "POST", "url": "https://shop.example.com/", "headers": {"X-Shop": "north"}, "body": {"dry": true}, "key": "shop", "key_header": "X-Key",
                        "into": "found", "next": "count"},
               "count": {"type": "set", "set": {"state": "known"}, "add": {"tries": 1}, "next": "give"},
               "give": {"type": "transfer", "kind": "blind", "to": "+15550131", "on_success": "bye", "on_failure": "bye", "ring_ms": 9000},
               "bye": {"type": "hangup", "say": "Bye."}}}
            """;
    private static final String REALTIME = """
            {"engine": "realtime", "start": "talk",
             "services": {"realtime": [{"service": "openai", "model": "m", "base_url": "https://speech.example.com/v1", "key": "own", "max_tokens": 100}]},
             "nodes": {"talk": {"type": "agent", "prompt": "Help.", "say": "Hello."}}}
            """;
    private static final String SCRIPTED = """
            {"engine": "scripted", "start": "menu", "voice": "kevin16",
             "nodes": {"menu": {"say": "Press a key.", "on_digit": {"1": "bye", "any": "menu"}, "on_speech": "bye", "outcome": "asked"},
                       "line": {"say": "Here we go.", "next": "menu"}, "bye": {"say": "Bye.", "hang_up": true}}}
            """;

    static final List<String> DOCUMENTS = List.of(CASCADE, REALTIME, SCRIPTED);

    private record Place(List<String> names, JsonNode value) {}

    /// Where anything stands in a document.
    private static List<Place> places(String document) {
        List<Place> places = new ArrayList<>();
        places(List.of(), Json.MAPPER.readTree(document), places);
        return places;
    }

    private static void places(List<String> at, JsonNode in, List<Place> into) {
        in.properties().forEach(each -> {
            List<String> here = Essential.below(at, each.getKey());
            into.add(new Place(here, each.getValue()));
            places(here, each.getValue(), into);
        });
        for (int n = 0; in.isArray() && n < in.size(); n++) {
            List<String> here = Essential.below(at, Integer.toString(n));
            into.add(new Place(here, in.path(n)));
            places(here, in.path(n), into);
        }
    }

    /// The document with something else there; with nothing, where that is null.
    private static JsonNode with(String document, List<String> place, JsonNode value) {
        JsonNode root = Json.MAPPER.readTree(document);
        JsonNode in = root;
        for (String name : place.subList(0, place.size() - 1)) {
            in = in.isArray() ? in.path(Integer.parseInt(name)) : in.path(name);
        }
        if (in instanceof ArrayNode array) {
            array.set(Integer.parseInt(place.getLast()), value);
        } else if (value == null) {
            ((ObjectNode) in).remove(place.getLast());
        } else {
            ((ObjectNode) in).set(place.getLast(), value);
        }
        return root;
    }

    /// Of what is sent only a text can be wrong.
    private static JsonNode wrong(List<String> place) {
        return place.contains("body") ? Json.MAPPER.getNodeFactory().stringNode("{{") : Json.MAPPER.getNodeFactory().nullNode();
    }

    /// What keeps a stored definition from being run, the reason first.
    private static List<Problem> refused(JsonNode definition) {
        if (definition.path("engine").asString().equals(ScriptedDefinition.ENGINE)) {
            return ScriptedDefinition.stored(definition) instanceof ScriptedDefinition.Parsed.Invalid invalid ? invalid.problems() : List.of();
        }
        return AgentGraph.stored(definition) instanceof Parsed.Invalid invalid ? invalid.problems() : List.of();
    }

    @ParameterizedTest
    @FieldSource("DOCUMENTS")
    void withoutSuchAFieldADefinitionIsNotRunAndTheReasonIsSaidFirst(String document) {
        assertEquals(List.of(), AgentDefinitions.problems(Json.MAPPER.readTree(document)));
        for (Place place : places(document)) {
            JsonNode wrong = wrong(place.names());
            Optional<Essential.Field> needed = Essential.in(place.names(), wrong);
            if (needed.isPresent()) {
                // when
                List<Problem> refused = refused(with(document, place.names(), wrong));

                // then
                String field = String.join(".", place.names());
                assertTrue(!refused.isEmpty(), () -> "it ran without " + field);
                assertEquals(field, refused.getFirst().field());
                assertTrue(refused.getFirst().message().endsWith("without it " + needed.get().without()), () -> field + " " + refused.getFirst().message());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "settings", "settings.language", "services.brain", "services.brain.0", "services.mouth.0.base_url", "services.ear.0.key", "tools.kb.allow", "tools.kb.allow.1",
        "tools.order.parameters", "tools.order.parameters.id.values", "tools.keep.variables.size.values.0", "tools.press.keys", "tools.desk.kind", "tools.order.headers.X-Shop",
        "tools.order.method", "tools.order.body", "tools.order.body.dry.1", "prompt", "nodes.talk.prompt", "nodes.talk.tools", "nodes.hello.say", "variables.shop", "start", "nodes.pin",
        "nodes.ask.edges", "nodes.ask.edges.0.words", "nodes.ask.keys", "nodes.pin.max", "nodes.phone.country"
    })
    void amongThemAre(String field) {
        assertTrue(places(CASCADE).stream().anyMatch(place -> String.join(".", place.names()).equals(field) && Essential.in(place.names(), place.value()).isPresent()));
    }

    @Test
    void eachOfThemIsAFieldThatThereIs() {
        List<Place> all = DOCUMENTS.stream().flatMap(document -> places(document).stream()).toList();
        for (Essential.Field field : Essential.FIELDS) {
            for (int n = 0; n < field.names().size(); n++) {
                int level = n;
                for (String name : field.names().get(n)) {
                    assertTrue(
                            all.stream().anyMatch(place -> field.isAt(place.names()) && (name.startsWith("*") || place.names().get(level).equals(name))),
                            () -> name + " of " + field);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, settings.voice", "0, settings.max_call_ms", "0, settings.farewell", "0, settings.filler", "0, services.ear.0.model", "0, services.brain.0.temperature",
        "0, services.brain.0.max_tokens", "0, services.mouth.0.voice", "0, tools.order.timeout_ms", "0, tools.order.parameters.id.required", "0, tools.kb.timeout_ms",
        "0, tools.desk.ring_ms", "0, nodes.ask.silence_ms", "0, nodes.ask.keys.gap_ms", "0, nodes.talk.max_rounds", "0, nodes.give.ring_ms",
        "1, services.realtime.0.max_tokens", "2, voice", "2, nodes.menu.outcome"
    })
    void allElseIsPassedOverAsIfItDidNotStandThere(int document, String field) {
        List<String> place = List.of(field.split("\\.", -1));
        JsonNode before = with(DOCUMENTS.get(document), place, Json.MAPPER.getNodeFactory().nullNode());
        JsonNode without = with(DOCUMENTS.get(document), place, null);

        if (document == 2) {
            var read = assertInstanceOf(ScriptedDefinition.Parsed.Valid.class, ScriptedDefinition.stored(before));
            assertEquals(List.of(field), read.warnings().stream().map(Problem::field).toList());
            assertEquals(assertInstanceOf(ScriptedDefinition.Parsed.Valid.class, ScriptedDefinition.stored(without)).definition(), read.definition());
        } else {
            Parsed.Valid read = assertInstanceOf(Parsed.Valid.class, AgentGraph.stored(before));
            assertEquals(List.of(field), read.warnings().stream().map(Problem::field).toList());
            assertEquals(assertInstanceOf(Parsed.Valid.class, AgentGraph.stored(without)).graph(), read.graph());
        }
    }

    /// A list is to have none twice, perhaps since today.
    @Test
    void whatStandsTwiceInAListMayGoOnce() {
        JsonNode before = with(CASCADE, List.of("tools", "kb", "allow"), Json.MAPPER.readTree("[\"search\", \"search\", \"look\"]"));

        Parsed.Valid read = assertInstanceOf(Parsed.Valid.class, AgentGraph.stored(before));

        assertEquals(List.of("tools.kb.allow.1"), read.warnings().stream().map(Problem::field).toList());
        assertEquals(List.of("search", "look"), List.copyOf(((Tool.Mcp) read.graph().tool("kb")).allow()));
    }

    @Test
    void theReasonIsSaidBeforeWhatIsOnlyOddAndNothingIsSaidTwice() {
        JsonNode before = with(CASCADE, List.of("settings", "voice"), Json.MAPPER.getNodeFactory().nullNode());
        ((ObjectNode) before.path("services").path("brain").path(0)).put("base_url", "https://user@llm.example.com/v1");

        List<Problem> refused = refused(before);

        assertEquals(List.of("services.brain.0.base_url", "settings.voice"), refused.stream().map(Problem::field).toList());
    }
}
