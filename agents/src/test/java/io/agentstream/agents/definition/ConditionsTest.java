package io.agentstream.agents.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.schemas.Json;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

final class ConditionsTest {

    private static final Values VALUES = new Values(
            Map.of("call", json("{\"direction\":\"inbound\"}")),
            Map.of(
                    "tries", json("3"), "text", json("\"3\""), "name", json("\"Ada\""), "empty", json("\"\""), "no", json("false"),
                    "yes", json("true"), "zero", json("0"), "big", json("1e3"), "order", json("{\"state\":\"shipped\",\"items\":[{\"name\":\"Tea\"}],\"tags\":[\"vip\",7]}")),
            json("{\"plan\":\"gold\",\"number\":\"+15550100\",\"a.b\":\"dotted\"}"),
            Map.of("plan", json("\"basic\""), "limit", json("5")));

    private static JsonNode json(String text) {
        return Json.MAPPER.readTree(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "tries == 3|true",
        "tries == '3'|true",
        "text >= 3.0|true",
        "tries != 3|false",
        "tries < 10|true",
        "'10' < '9'|false",
        "'b' > 'a'|true",
        "name == 'Ada'|true",
        "name == \"ada\"|false",
        "name contains 'AD'|true",
        "name > 5|true",
        "unknown == ''|true",
        "unknown < 5|false",
        "unknown >= 5|false",
        "unknown != 5|true",
        "unknown|false",
        "empty|false",
        "no|false",
        "zero|false",
        "yes|true",
        "yes == true|true",
        "no == false|true",
        "big == 1000|true",
        "not unknown|true",
        "not not yes|true",
        "order|true",
        "order.state == 'shipped'|true",
        "order.items.0.name == 'Tea'|true",
        "order.items.7.name|false",
        "order.items.x|false",
        "order.tags contains 'vip'|true",
        "order.tags contains 7|true",
        "order.tags contains 'v'|false",
        "call.direction == 'inbound'|true",
        "plan == 'gold'|true",
        "limit == 5|true",
        "a.b == 'dotted'|true",
        "number == 15550100|false",
        "yes or no and no|true",
        "(yes or no) and no|false",
        "yes and (no or tries > 2)|true",
        "tries>=3 and yes|true",
        "-1 < 0|true",
    })
    void hold(String text, boolean holds) {
        assertEquals(holds, Conditions.holds(ConditionParser.read(text).condition().orElseThrow(), VALUES));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "``|ends where a variable or a value should be",
        "a ==|ends where a variable or a value should be",
        "a = 1|is not understood from \"= 1\" on",
        "a == 1 b|is not understood from \"b\" on",
        "(a|lacks a closing parenthesis before its end",
        "a)|is not understood from \")\" on",
        "and a|lacks a variable or a value before \"and a\"",
        "a and|ends where a variable or a value should be",
        "a < b < c|is not understood from \"< c\" on",
        "f(a)|is not understood from \"(a)\" on",
        "a; b|is not understood from \"; b\" on",
        "'open|is not understood from \"'open\" on",
        "1x|is not understood from \"1x\" on",
        "a + 1 == 2|is not understood from \"+ 1 == 2\" on",
    })
    void areRefusedWhereTheyAreNone(String text, String problem) {
        assertEquals(problem, ConditionParser.read(text).problem());
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 1_00, 1_000})
    void areNotNestedWithoutEnd(int depth) {
        assertEquals("is nested deeper than 8", ConditionParser.read("not ".repeat(Math.min(depth, 100)) + "a").problem());
        assertEquals(
                depth > 400 ? "is longer than 500 characters" : "is nested deeper than 8",
                ConditionParser.read("(".repeat(depth) + "a" + ")".repeat(Math.min(depth, 100))).problem());
    }

    @ParameterizedTest
    @ValueSource(strings = {" and ", " or "})
    void haveNoMoreComparisonsThanTheySay(String joined) {
        assertEquals("has more than 32 comparisons", ConditionParser.read(("a" + joined).repeat(32) + "a").problem());
        assertEquals("", ConditionParser.read(("a" + joined).repeat(31) + "a").problem());
    }
}
