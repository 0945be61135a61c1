package io.agentstream.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.definition.Problem;
import io.agentstream.schemas.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

final class AgentDefinitionsTest {

    @Test
    void aNodeThatIsNeverReachedIsOddButNotWrong() throws Exception {
        var definition = Json.MAPPER.readTree("""
                {"engine":"scripted","start":"a","nodes":{
                  "a":{"say":"Hello.","hang_up":true},"lost":{"say":"Nobody comes here.","hang_up":true}}}""");

        assertEquals(List.of(), AgentDefinitions.problems(definition));
        assertEquals(List.of("nodes.lost"), AgentDefinitions.warnings(definition).stream().map(Problem::field).toList());
    }

    @Test
    void findNothingWrongWithTheDemoAgents() {
        assertEquals(List.of(), AgentDefinitions.problems(DemoAgents.echo()));
        assertEquals(List.of(), AgentDefinitions.problems(DemoAgents.talking()));
        assertEquals(List.of(), AgentDefinitions.problems(DemoAgents.assistant()));
        assertEquals(List.of(), AgentDefinitions.warnings(DemoAgents.assistant()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "7", "{\"engine\":null}", "{\"engine\":7}", "{\"engine\":\"Echo\"}", "{\"engine\":\"fax\"}"})
    void wantAnEngineThatThereIs(String json) {
        assertEquals(
                List.of(new Problem("engine", "must be one of: cascade, echo, realtime, scripted")),
                AgentDefinitions.problems(Json.MAPPER.readTree(json)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"survey", "triage"})
    void tellWhatElseIsWrongBesideWhatNoWorkerCarriesOutYet(String example) {
        // given an agent that is sound, and one that is not
        var sound = (ObjectNode) ExampleAgents.definition(example);
        var bad = sound.deepCopy().put("start", "nowhere");

        // then
        assertEquals(AgentDefinitions.undone(sound), AgentDefinitions.problems(sound));
        assertEquals(new Problem("start", "leads to a node that there is not"), AgentDefinitions.problems(bad).getLast());
    }

    @Test
    void tellWhatOfAGraphNoWorkerCarriesOutYet() {
        // given what a worker can do, beside what none can
        var definition = Json.MAPPER.readTree("""
                {"engine": "cascade", "nodes": {"a": {"type": "say"}, "b": {"type": "transfer", "kind": "warm"}, "d": 7},
                 "tools": {"t": {"type": "mcp"}, "u": {"type": "http"}, "v": {"type": "transfer", "kind": "warm"}}}""");

        // then
        assertEquals(
                List.of(),
                AgentDefinitions.undone(definition));
    }

    @Test
    void takeAServerOfToolsWhereOneServiceDoesAll() {
        assertEquals(
                List.of(), AgentDefinitions.undone(Json.MAPPER.readTree("{\"engine\":\"realtime\",\"tools\":{\"t\":{\"type\":\"mcp\"}}}")));
    }

    @Test
    void refuseAnEarThatNoWorkerHas() {
        assertEquals(
                List.of(new Problem("services.ear[1].service", "is one that no worker has yet")),
                AgentDefinitions.undone(Json.MAPPER.readTree(
                        "{\"engine\":\"cascade\",\"services\":{\"ear\":[{\"service\":\"deepgram\"},{\"service\":\"offline\"}]}}")));
    }

    @Test
    void refuseAnEarlyQuestionWhichNoWorkerAsks() {
        String cascade = "{\"engine\":\"cascade\",\"settings\":{\"speculative\":%s}}";

        assertEquals(
                List.of(new Problem("settings.speculative", "is nothing that a worker does yet: a brain is asked when the turn is over")),
                AgentDefinitions.undone(Json.MAPPER.readTree(cascade.formatted("true"))));
        assertEquals(List.of(), AgentDefinitions.undone(Json.MAPPER.readTree(cascade.formatted("false"))));
    }

    @Test
    void takeEveryExampleAsItIs() {
        ExampleAgents.NAMES.forEach(name -> assertEquals(List.of(), AgentDefinitions.problems(ExampleAgents.definition(name)), name));
    }

    @Test
    void askOfAScriptWhatItsEngineAsks() {
        assertEquals(
                List.of(new Problem("nodes", "is not an object with at least one node"), new Problem("start", "is missing: the name of the first node")),
                AgentDefinitions.problems(Json.MAPPER.readTree("{\"engine\":\"scripted\"}")));
    }

    @Test
    void takeNoFieldThatAnEchoHasNot() {
        assertEquals(
                List.of(new Problem("say", "is not a field of an echo"), new Problem("x".repeat(64), "is not a field of an echo")),
                AgentDefinitions.problems(
                        Json.MAPPER.readTree("{\"engine\":\"echo\",\"say\":\"Hello\",\"" + "x".repeat(100) + "\":1}")));
    }
}
