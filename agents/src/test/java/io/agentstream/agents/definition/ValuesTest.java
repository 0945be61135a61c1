package io.agentstream.agents.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.schemas.Json;
import java.math.BigDecimal;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

final class ValuesTest {

    private static JsonNode read(String json) {
        return Json.MAPPER.readTree(json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1e700000000\"", "1e700000000", "1e-700000000", "\"9999999999999999\"", "\"1.0000000001\"", "\"+1\"", "\"\"", "{}"})
    void whatTakesMinutesToAddIsNoNumber(String json) {
        JsonNode value = read(json);

        Optional<BigDecimal> number = Values.number(value).filter(found -> found.signum() != 0);

        assertEquals(Optional.empty(), number);
    }

    @Test
    void whatPeopleCountIsANumber() {
        assertEquals(Optional.of(new BigDecimal("12")), Values.number(read("12")));
        assertEquals(Optional.of(new BigDecimal("-1.5")), Values.number(read("\" -1.50 \"")).map(BigDecimal::stripTrailingZeros));
        assertEquals(Optional.of(new BigDecimal("100000")), Values.number(read("1e5")));
    }

    @Test
    void whatNoNumberCanHoldIsStillAText() {
        assertEquals("Infinity", Values.text(read("1e700000000")));
    }
}
