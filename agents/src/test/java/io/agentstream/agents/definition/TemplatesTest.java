package io.agentstream.agents.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.Json;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

final class TemplatesTest {

    private static final Values VALUES = new Values(
            Map.of("now", json("{\"date\":\"2026-11-27\"}")),
            Map.of(
                    "name", json("\"Ada {{secret}}\""), "count", json("3.0"), "sure", json("true"), "digit", json("\"*\""),
                    "order", json("{\"id\":7,\"items\":[{\"name\":\"Tea\"}]}"), "evil", json("\"a/../b?x=1&y=#z\""), "up", json("\"..\""),
                    "lines", json("\"a\\r\\nX-Evil: 1\""), "nothing", json("null"), "phone", json("\"+1 (555) 01-00\"")),
            json("{\"caller_number\":\"+15550100\",\"secret\":\"never shown\"}"),
            Map.of("company", json("\"Northwind\"")));

    private static JsonNode json(String text) {
        return Json.MAPPER.readTree(text);
    }

    private static Template template(String text) {
        return Template.parse(text).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Hello {{name}}.|Hello Ada {{secret}}.",
        "{{ company }}|Northwind",
        "{{caller_number}}|1 5 5 5 0 1 0 0",
        "{{count}}|3",
        "{{sure}}|true",
        "{{digit}}|star",
        "Order {{order.id}} with {{order.items.0.name}}.|Order 7 with Tea.",
        "All: {{order}}.|All: .",
        "It is {{now.date}}.|It is 2026-11-27.",
        "Nothing: {{nothing}}{{unknown}}{{unknown.deep}}.|Nothing: .",
    })
    void areSpoken(String text, String spoken) {
        assertEquals(spoken, Templates.line(template(text), VALUES));
    }

    /// Whoever calls names custom parameters as they like.
    @ParameterizedTest
    @ValueSource(strings = {"call.id", "call.caller_number", "call.unknown", "run.id", "run.name", "now.date", "now.weekday"})
    void doNotTakeFromTheCallerWhatTheSystemKnows(String name) {
        Values told = new Values(
                Map.of("call", json("{\"id\":\"true\",\"caller_number\":\"true\"}"), "run", json("{\"id\":\"true\",\"name\":\"true\"}"),
                        "now", json("{\"date\":\"true\",\"weekday\":\"true\"}")),
                Map.of(), Json.MAPPER.createObjectNode().put(name, "forged"), Map.of());

        assertEquals(name.equals("call.unknown") ? "" : "true", Templates.prompt(template("{{" + name + "}}"), told));
    }

    @Test
    void tellABrainEverything() {
        assertEquals(
                "Ada {{secret}} +15550100 {\"id\":7,\"items\":[{\"name\":\"Tea\"}]}",
                Templates.prompt(template("{{name}} {{caller_number}} {{order}}"), VALUES));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "https://x.example/a/{{name}}|https://x.example/a/Ada%20%7B%7Bsecret%7D%7D",
        "https://x.example/a/{{evil}}?q={{evil}}|https://x.example/a/a%2F..%2Fb%3Fx%3D1%26y%3D%23z?q=a%2F..%2Fb%3Fx%3D1%26y%3D%23z",
        "https://x.example/a/{{up}}/b|https://x.example/a//b",
        "https://x.example/{{caller_number}}|https://x.example/%2B15550100",
    })
    void areAnAddressWhoseValuesAreNoMoreThanValues(String text, String url) {
        assertEquals(url, Templates.url(template(text), VALUES));
        assertEquals("x.example", URI.create(url).getHost());
    }

    @Test
    void areAHeaderInOneLine() {
        assertEquals("v aX-Evil: 1", Templates.header(template("v {{lines}}"), VALUES));
    }

    @Test
    void areANumberToTransferTo() {
        assertEquals("+15550100", Templates.number(template("{{phone}}"), VALUES));
        assertEquals("sip:desk@x.example", Templates.number(template("sip:desk@x.example"), VALUES));
    }

    @Test
    void areABodyWhoseNumbersStayNumbers() {
        assertEquals(
                json("{\"n\":3.0,\"b\":true,\"o\":{\"id\":7,\"items\":[{\"name\":\"Tea\"}]},\"t\":[\"Ada {{secret}}!\",null,5]}"),
                Templates.body(json("{\"n\":\"{{count}}\",\"b\":\"{{sure}}\",\"o\":\"{{order}}\",\"t\":[\"{{name}}!\",\"{{unknown}}\",5]}"), VALUES));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 1_000, 100_000})
    void areNeverLongerThanTheyMayBe(int length) {
        // given
        Values values = Values.NONE.with("v", Json.MAPPER.getNodeFactory().stringNode("\uD83D\uDE00".repeat(length)));
        Template template = template("{{v}}".repeat(400));

        // then
        assertTrue(Templates.line(template, values).length() <= Templates.MAX_LINE_CHARS);
        assertTrue(Templates.prompt(template, values).length() <= Templates.MAX_PROMPT_CHARS);
        assertTrue(Templates.url(template, values).length() <= Templates.MAX_URL_CHARS);
        assertTrue(Templates.plain(template, values).length() <= Templates.MAX_SHORT_CHARS);
        assertTrue(Templates.line(template, values).codePoints().noneMatch(each -> each < 0x10000), "half a character");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{", "}}", "{{a b}}", "{{1a}}", "{{}}", "{{a}} {{"})
    void haveNoBracesThatAreNoVariable(String text) {
        assertTrue(Template.parse(text).isEmpty());
    }
}
