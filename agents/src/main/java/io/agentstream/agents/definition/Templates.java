package io.agentstream.agents.definition;

import io.agentstream.schemas.WellFormed;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What templates become, each for the place where it goes: a value is never more than a value there, whatever a caller says or a
/// system answers. Each text is filled in once: values are not templates themselves. Pure; any thread.
public final class Templates {

    /// Longest line that is spoken.
    public static final int MAX_LINE_CHARS = 4_000;

    /// Longest prompt.
    public static final int MAX_PROMPT_CHARS = 60_000;

    /// Longest address.
    public static final int MAX_URL_CHARS = 8_000;

    /// Longest value of a header, number to transfer to, or other short text.
    public static final int MAX_SHORT_CHARS = 2_000;

    /// Longest value of a variable in a line; more than that is no line any more.
    static final int MAX_SPOKEN_VALUE_CHARS = 200;

    /// Longest value of a variable in a prompt.
    static final int MAX_PROMPT_VALUE_CHARS = 20_000;

    /// Longest value of a variable in an address, before it is encoded.
    static final int MAX_URL_VALUE_CHARS = 256;

    /// Deepest body.
    static final int MAX_BODY_DEPTH = 16;

    /// Numbers that are said digit by digit.
    private static final Pattern PHONE_NUMBER = Pattern.compile("\\+?[0-9]{5,20}");

    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9._~-]*");
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Templates() {}

    /// For a mouth. Numbers of five digits and more are said digit by digit, keys by their names; lists and objects are not said.
    public static String line(Template template, Values values) {
        return template.fill(name -> spoken(name, values.find(name)), MAX_LINE_CHARS);
    }

    private static String spoken(String name, JsonNode value) {
        if (value.isContainer()) {
            return "";
        }
        String text = Values.text(value);
        if (name.equals(Values.DIGIT) && text.length() == 1) {
            return text.equals("*") ? "star" : text.equals("#") ? "pound" : text;
        }
        return PHONE_NUMBER.matcher(text).matches()
                ? String.join(" ", text.replace("+", "").split(""))
                : WellFormed.beginning(text, MAX_SPOKEN_VALUE_CHARS);
    }

    /// For a brain. Lists and objects are JSON.
    public static String prompt(Template template, Values values) {
        return template.fill(name -> WellFormed.beginning(Values.text(values.find(name)), MAX_PROMPT_VALUE_CHARS), MAX_PROMPT_CHARS);
    }

    /// A variable's new value, or another short text. Control characters go.
    public static String plain(Template template, Values values) {
        return withoutControls(template.fill(name -> Values.text(values.find(name)), MAX_SHORT_CHARS));
    }

    /// An address: values are percent-encoded, so that none of them is more than a part of a path or of a query.
    public static String url(Template template, Values values) {
        return template.fill(name -> encoded(WellFormed.beginning(Values.text(values.find(name)), MAX_URL_VALUE_CHARS)), MAX_URL_CHARS);
    }

    /// A header's value: without control characters, in one line.
    public static String header(Template template, Values values) {
        return plain(template, values);
    }

    /// A number to transfer to: what a telephone number or a SIP address may have, and nothing else.
    public static String number(Template template, Values values) {
        String text = plain(template, values);
        return text.replaceAll(text.contains("@") ? "[^+0-9A-Za-z*#@:._-]" : "[^+0-9A-Za-z*#_]", "");
    }

    /// A body: a text that is nothing but a variable becomes its value, so that a number stays a number; in any other text the values are
    /// part of the text.
    public static JsonNode body(JsonNode body, Values values) {
        return body(body, values, 0);
    }

    private static JsonNode body(JsonNode body, Values values, int depth) {
        if (depth > MAX_BODY_DEPTH) {
            return NODES.nullNode();
        }
        if (body.isString()) {
            return text(body.stringValue(), values);
        }
        if (body.isArray()) {
            ArrayNode list = NODES.arrayNode();
            body.forEach(item -> list.add(body(item, values, depth + 1)));
            return list;
        }
        if (body.isObject()) {
            ObjectNode object = NODES.objectNode();
            for (Map.Entry<String, JsonNode> each : body.properties()) {
                object.set(each.getKey(), body(each.getValue(), values, depth + 1));
            }
            return object;
        }
        return body;
    }

    private static JsonNode text(String text, Values values) {
        Template template = Template.parse(text).orElseThrow(() -> new IllegalStateException("a body that was not checked"));
        if (template.variables().size() == 1 && template.fill(name -> "").isEmpty()) {
            JsonNode value = values.find(template.variables().getFirst());
            return value.isMissingNode() ? NODES.nullNode() : value;
        }
        return NODES.stringNode(prompt(template, values));
    }

    private static String withoutControls(String text) {
        return text.codePoints()
                .filter(each -> !Character.isISOControl(each))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String encoded(String value) {
        if (SAFE.matcher(value).matches()) {
            return value.equals(".") || value.equals("..") ? "" : value; // a step up is no part of a path
        }
        StringBuilder out = new StringBuilder();
        for (byte each : value.getBytes(StandardCharsets.UTF_8)) {
            boolean safe = each > 0 && SAFE.matcher(String.valueOf((char) each)).matches();
            out.append(safe ? String.valueOf((char) each) : "%" + HEX.toHexDigits(each));
        }
        return out.toString();
    }
}
