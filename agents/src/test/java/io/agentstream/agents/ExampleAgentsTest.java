package io.agentstream.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.AgentGraph.Parsed;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

final class ExampleAgentsTest {

    static Stream<String> names() {
        return ExampleAgents.NAMES.stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void haveNothingWrongOrOdd(String name) {
        // given
        JsonNode definition = ExampleAgents.definition(name);

        // when
        Parsed parsed = AgentGraph.parse(definition);

        // then
        assertEquals(List.of(), parsed instanceof Parsed.Invalid invalid ? invalid.problems() : List.of());
        assertEquals(List.of(), assertInstanceOf(Parsed.Valid.class, parsed).warnings());
    }
}
