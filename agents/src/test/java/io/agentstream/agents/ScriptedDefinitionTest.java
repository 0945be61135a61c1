package io.agentstream.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.ScriptedDefinition.Parsed;
import io.agentstream.agents.definition.Problem;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ScriptedDefinitionTest {

    private record Bad(String name, String json, Problem problem) {}

    /// A definition with one good node and the given one.
    private static String with(String node) {
        return "{\"engine\":\"scripted\",\"start\":\"n\",\"nodes\":{\"n\":" + node + ",\"end\":{\"say\":\"Bye.\",\"hang_up\":true}}}";
    }

    private static final List<Bad> BAD = List.of(
            new Bad("an array", "[]", new Problem("", "is not an object")),
            new Bad("another engine", "{\"engine\":\"echo\",\"start\":\"n\",\"nodes\":{\"n\":{\"say\":\"x\",\"hang_up\":true}}}",
                    new Problem("engine", "is not \"scripted\"")),
            new Bad("no nodes", "{\"engine\":\"scripted\",\"start\":\"n\"}",
                    new Problem("nodes", "is not an object with at least one node")),
            new Bad("no start", "{\"engine\":\"scripted\",\"nodes\":{\"n\":{\"say\":\"x\",\"hang_up\":true}}}",
                    new Problem("start", "is missing: the name of the first node")),
            new Bad("an unknown start", "{\"engine\":\"scripted\",\"start\":\"m\",\"nodes\":{\"n\":{\"say\":\"x\",\"hang_up\":true}}}",
                    new Problem("start", "leads to a node that there is not")),
            new Bad("an unknown voice", "{\"engine\":\"scripted\",\"voice\":\"hal\",\"start\":\"n\",\"nodes\":{\"n\":{\"say\":\"x\",\"hang_up\":true}}}",
                    new Problem("voice", "is not one of kevin16")),
            new Bad("an unknown field", "{\"engine\":\"scripted\",\"stat\":\"n\",\"start\":\"n\",\"nodes\":{\"n\":{\"say\":\"x\",\"hang_up\":true}}}",
                    new Problem("stat", "is not a field of a scripted agent")),
            new Bad("an unknown field of a node", with("{\"say\":\"x\",\"hangup\":true,\"hang_up\":true}"),
                    new Problem("nodes.n.hangup", "is not a field of a node")),
            new Bad("a dead end", with("{\"say\":\"x\"}"),
                    new Problem("nodes.n", "is a dead end: give it next, on_digit, on_speech, on_silence.go or hang_up")),
            new Bad("silence that only repeats", with("{\"say\":\"x\",\"on_silence\":{\"after_ms\":1000}}"),
                    new Problem("nodes.n", "is a dead end: give it next, on_digit, on_speech, on_silence.go or hang_up")),
            new Bad("an unknown target", with("{\"say\":\"x\",\"next\":\"m\"}"),
                    new Problem("nodes.n.next", "leads to a node that there is not")),
            new Bad("an unknown target of a key", with("{\"say\":\"x\",\"on_digit\":{\"1\":\"m\"}}"),
                    new Problem("nodes.n.on_digit.1", "leads to a node that there is not")),
            new Bad("a key that no telephone has", with("{\"say\":\"x\",\"on_digit\":{\"12\":\"end\"}}"),
                    new Problem("nodes.n.on_digit", "has a key that is not one of 0-9 * # A-D or any")),
            new Bad("a target that is no name", with("{\"say\":\"x\",\"on_speech\":7}"),
                    new Problem("nodes.n.on_speech", "is not the name of a node")),
            new Bad("no words", with("{\"next\":\"end\"}"), new Problem("nodes.n.say", "is missing: what the agent says")),
            new Bad("blank words", with("{\"say\":\" \",\"next\":\"end\"}"), new Problem("nodes.n.say", "is not a text")),
            new Bad("too many words", with("{\"say\":\"" + "x".repeat(1_001) + "\",\"next\":\"end\"}"),
                    new Problem("nodes.n.say", "is longer than 1000 characters")),
            new Bad("too many words, as people count", with("{\"say\":\"" + "\uD83D\uDE00".repeat(1_001) + "\",\"next\":\"end\"}"),
                    new Problem("nodes.n.say", "is longer than 1000 characters")),
            new Bad("a mistyped variable", with("{\"say\":\"Hello {{caller number}}\",\"next\":\"end\"}"),
                    new Problem("nodes.n.say", "has braces that are no variable such as {{caller_number}}")),
            new Bad("hanging up and leading on", with("{\"say\":\"x\",\"hang_up\":true,\"next\":\"end\"}"),
                    new Problem("nodes.n.hang_up", "ends the call, so the node cannot lead on as well")),
            new Bad("silence that never comes", with("{\"say\":\"x\",\"next\":\"end\",\"on_silence\":{\"go\":\"end\"}}"),
                    new Problem("nodes.n.on_silence", "is never reached, because next leads on as soon as the line is said")),
            new Bad("too short a silence", with("{\"say\":\"x\",\"on_silence\":{\"after_ms\":1,\"go\":\"end\"}}"),
                    new Problem("nodes.n.on_silence.after_ms", "is not a whole number from 500 to 120000")),
            new Bad("a flag in words", with("{\"say\":\"x\",\"next\":\"end\",\"interruptible\":\"yes\"}"),
                    new Problem("nodes.n.interruptible", "is not true or false")),
            new Bad("an outcome that is no code", with("{\"say\":\"x\",\"next\":\"end\",\"outcome\":\"he said yes\"}"),
                    new Problem("nodes.n.outcome", "is not 1 to 64 letters, digits, _ . or -")),
            new Bad("an outcome that is no text", with("{\"say\":\"x\",\"next\":\"end\",\"outcome\":7}"),
                    new Problem("nodes.n.outcome", "is not 1 to 64 letters, digits, _ . or -")),
            new Bad("visits without number", with("{\"say\":\"x\",\"next\":\"end\",\"max_visits\":1.5}"),
                    new Problem("nodes.n.max_visits", "is not a whole number from 1 to 100")),
            new Bad("a node that is no object", with("[]"), new Problem("nodes.n", "is not an object")));

    @TestFactory
    Stream<DynamicTest> refusesWithFieldAndMessage() {
        return BAD.stream().map(bad -> DynamicTest.dynamicTest(bad.name(), () -> {
            Parsed parsed = ScriptedDefinition.parse(Json.MAPPER.readTree(bad.json()));
            assertEquals(List.of(bad.problem()), assertInstanceOf(Parsed.Invalid.class, parsed).problems());
        }));
    }

    @Test
    void namesEveryProblemButNotWithoutBound() {
        // given a hundred nodes that are all dead ends
        ObjectNode nodes = Json.MAPPER.createObjectNode();
        for (int n = 0; n < 100; n++) {
            nodes.putObject("n" + n).put("say", "x");
        }
        JsonNode json = Json.MAPPER.createObjectNode().put("engine", "scripted").put("start", "n0").set("nodes", nodes);

        // when
        Parsed parsed = ScriptedDefinition.parse(json);

        // then
        assertEquals(ScriptedDefinition.MAX_PROBLEMS, assertInstanceOf(Parsed.Invalid.class, parsed).problems().size());
    }

    @Test
    void refusesMoreNodesThanItHolds() {
        // given
        ObjectNode nodes = Json.MAPPER.createObjectNode();
        for (int n = 0; n <= ScriptedDefinition.MAX_NODES; n++) {
            nodes.putObject("n" + n).put("say", "x").put("hang_up", true);
        }
        JsonNode json = Json.MAPPER.createObjectNode().put("engine", "scripted").put("start", "n0").set("nodes", nodes);

        // when
        Parsed parsed = ScriptedDefinition.parse(json);

        // then
        assertTrue(assertInstanceOf(Parsed.Invalid.class, parsed).problems().contains(
                new Problem("nodes", "has 201 nodes, more than 200")));
    }

    @Test
    void charactersAreCountedAsPeopleCount() {
        // when
        Parsed parsed = ScriptedDefinition.parse(
                Json.MAPPER.readTree(with("{\"say\":\"" + "\uD83D\uDE00".repeat(1_000) + "\",\"next\":\"end\"}")));

        // then
        assertInstanceOf(Parsed.Valid.class, parsed);
    }

    @Test
    void warnsOfNodesThatAreNeverReached() {
        // when
        Parsed parsed = ScriptedDefinition.parse(Json.MAPPER.readTree(with("{\"say\":\"x\",\"hang_up\":true}")));

        // then
        assertEquals(List.of(new Problem("nodes.end", "is never reached")), assertInstanceOf(Parsed.Valid.class, parsed).warnings());
    }

    @Test
    void theExampleOfTheManualIsFlawless() throws IOException {
        // given
        String manual = Files.readString(Path.of("..", "docs", "scripted-agent.md"));
        String example = manual.substring(manual.indexOf("```json") + 7, manual.indexOf("```", manual.indexOf("```json") + 7));

        // when
        Parsed parsed = ScriptedDefinition.parse(Json.MAPPER.readTree(example));

        // then
        assertEquals(List.of(), assertInstanceOf(Parsed.Valid.class, parsed).warnings());
    }

    @Test
    void theDemoAgentIsFlawless() {
        // when
        Parsed parsed = ScriptedDefinition.parse(DemoAgents.talking());

        // then
        assertEquals(List.of(), assertInstanceOf(Parsed.Valid.class, parsed).warnings());
    }
}
