package io.agentstream.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.schemas.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "7", "{\"engine\":null}", "{\"engine\":7}", "{\"engine\":\"Echo\"}", "{\"engine\":\"fax\"}"})
    void wantAnEngineThatThereIs(String json) {
        assertEquals(
                List.of(new Problem("engine", "must be one of: echo, scripted")),
                AgentDefinitions.problems(Json.MAPPER.readTree(json)));
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
