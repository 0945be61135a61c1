package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.definition.Tool;
import io.agentstream.agents.definition.Tool.Parameter;
import io.agentstream.schemas.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

final class ArgumentsTest {

    private static final Tool TOOL = new Tool.SetVariable("note", "Notes.", Map.of(
            "name", new Parameter(Parameter.Type.STRING, "Who.", true, List.of()),
            "size", new Parameter(Parameter.Type.STRING, "How large.", false, List.of("small", "large")),
            "price", new Parameter(Parameter.Type.NUMBER, "How much.", false, List.of()),
            "count", new Parameter(Parameter.Type.INTEGER, "How many.", false, List.of()),
            "sure", new Parameter(Parameter.Type.BOOLEAN, "Whether.", false, List.of())));

    private static Optional<String> problem(String json) {
        return Arguments.problem(TOOL, Json.MAPPER.readTree(json));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"price\":1e700000000}", "{\"price\":\"1e700000000\"}", "{\"count\":1.5}", "{\"count\":\"many\"}", "{\"sure\":\"perhaps\"}",
        "{\"name\":{\"a\":1}}", "{\"size\":\"huge\"}", "{\"price\":[1]}"
    })
    void whatIsNotOfTheKindThatWasAskedForIsToldToTheBrain(String json) {
        String problem = problem(json).orElseThrow();

        assertTrue(Json.MAPPER.readTree(problem).path("error").asString("").contains(" is not a "), problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{}", "{\"name\":null}", "{\"name\":\"Anna\",\"price\":1.5,\"count\":3,\"sure\":true}", "{\"price\":\"1.5\",\"count\":\"3\"}", "{\"size\":\"small\"}",
        "{\"other\":{}}", "{\"count\":3.0}", "7"
    })
    void whatIsRightOrNobodysConcernIsTaken(String json) {
        assertEquals(Optional.empty(), problem(json));
    }

    @Test
    void whatIsKeptIsBoundedAltogetherAndSmallValuesHaveRoomOfTheirOwn() {
        JsonNode large = Json.MAPPER.getNodeFactory().stringNode("x".repeat(Kept.MAX_BYTES - 100));
        JsonNode small = Json.MAPPER.getNodeFactory().stringNode("y".repeat(1_000));

        assertTrue(Kept.fits(Map.of("a", large), Map.of("a", large)));
        assertFalse(Kept.fits(Map.of("b", large), Map.of("a", large, "b", large)));
        assertTrue(Kept.fits(Map.of("c", small), Map.of("a", large, "c", small)));
    }
}
