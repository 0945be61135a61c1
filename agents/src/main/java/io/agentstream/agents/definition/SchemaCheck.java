package io.agentstream.agents.definition;

import static io.agentstream.agents.definition.Problems.child;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// What is wrong with the form of one document, by its schema. For one use by one thread.
final class SchemaCheck {

    private static final int MAX_SIZE = 1_000_000;

    private final AgentSchema published;
    private final Problems problems;
    private final Texts texts;

    /// What the text of a document is held against, beside its form.
    interface Texts {

        /// The text `name` is the name of one of `kind`.
        void refers(String at, String kind, String name);

        void template(String at, String text);

        void condition(String at, String text);
    }

    SchemaCheck(AgentSchema published, Problems problems, Texts texts) {
        this.published = published;
        this.problems = problems;
        this.texts = texts;
    }

    /// Says what is wrong with `value`, and holds its texts against what they are held against.
    void check(JsonNode unresolved, JsonNode value, String at) {
        JsonNode schema = published.resolved(unresolved);
        if (schema.has("oneOf")) {
            JsonNode branch = published.branch(schema.path("oneOf"), value, at, problems);
            if (branch != null) {
                check(branch, value, at);
            }
        } else if (schema.has("const")) {
            if (!schema.path("const").equals(value)) {
                problems.add(at, "is not " + schema.path("const"));
            }
        } else if (isTyped(schema.path("type"), value, at)) {
            if (value.isString()) {
                text(schema, value.stringValue(), at);
            } else if (value.isNumber()) {
                number(schema, value, at);
            } else if (value.isArray()) {
                list(schema, value, at);
            } else if (value.isObject()) {
                object(schema, value, at);
            }
        }
    }

    private boolean isTyped(JsonNode type, JsonNode value, String at) {
        if (type.isMissingNode()) {
            return true;
        }
        if (type.isArray()) {
            for (JsonNode each : type) {
                if (is(each.stringValue(), value)) {
                    return true;
                }
            }
            problems.add(at, "is not a text, a number, true or false");
            return false;
        }
        boolean typed = is(type.stringValue(), value);
        if (!typed) {
            problems.add(at, switch (type.stringValue()) {
                case "string" -> "is not a text";
                case "integer" -> "is not a whole number";
                case "number" -> "is not a number";
                case "boolean" -> "is not true or false";
                case "array" -> "is not a list";
                default -> "is not an object";
            });
        }
        return typed;
    }

    private static boolean is(String type, JsonNode value) {
        return switch (type) {
            case "string" -> value.isString();
            case "integer" -> isWhole(value);
            case "number" -> Double.isFinite(decimal(value));
            case "boolean" -> value.isBoolean();
            case "array" -> value.isArray();
            default -> value.isObject();
        };
    }

    /// As JSON Schema has it, 7.0 is a whole number.
    private static boolean isWhole(JsonNode value) {
        double number = decimal(value);
        return Double.isFinite(number) && number == Math.rint(number);
    }

    /// Not a number where it is none, or a greater one than anybody means.
    private static double decimal(JsonNode value) {
        return value.isNumber() ? value.doubleValue(Double.NaN) : Double.NaN;
    }

    private void text(JsonNode schema, String text, String at) {
        int characters = text.codePointCount(0, text.length());
        int max = schema.path("maxLength").asInt(Integer.MAX_VALUE);
        if (characters > max) {
            problems.add(at, "is longer than " + max + " characters");
        } else if (schema.has("enum") && !has(schema.path("enum"), text)) {
            problems.add(at, "is not one of " + words(schema.path("enum")));
        } else if (characters < schema.path("minLength").asInt(0)) {
            problems.add(at, "is empty");
        } else if (schema.has("pattern") && !published.fits(schema.path("pattern").stringValue(), text)) {
            problems.add(at, schema.path("x-says").asString("is not written as it should be"));
        } else {
            if (schema.has("x-refers")) {
                texts.refers(at, schema.path("x-refers").stringValue(), text);
            }
            if (schema.path("x-template").asBoolean(false)) {
                texts.template(at, text);
            }
            if (schema.path("x-condition").asBoolean(false)) {
                texts.condition(at, text);
            }
        }
    }

    private static boolean has(JsonNode words, String text) {
        return words.valueStream().anyMatch(word -> word.stringValue().equals(text));
    }

    private static String words(JsonNode words) {
        return String.join(", ", words.valueStream().map(JsonNode::stringValue).toList());
    }

    private void number(JsonNode schema, JsonNode value, String at) {
        if (!schema.has("minimum")) {
            return;
        }
        JsonNode least = schema.path("minimum");
        JsonNode most = schema.path("maximum");
        if (decimal(value) < least.doubleValue() || decimal(value) > most.doubleValue()) {
            problems.add(at, "is not a " + (schema.path("type").asString("").equals("integer") ? "whole number" : "number")
                    + " from " + least + " to " + most);
        }
    }

    private void list(JsonNode schema, JsonNode value, String at) {
        if (!isSized(schema.path("minItems").asInt(0), schema.path("maxItems").asInt(MAX_SIZE), value.size(), at)) {
            return;
        }
        Set<JsonNode> seen = new HashSet<>();
        int index = 0;
        for (JsonNode item : value) {
            String place = child(at, Integer.toString(index++));
            if (!seen.add(item) && schema.path("uniqueItems").asBoolean(false)) {
                problems.add(place, "is there already");
            }
            check(schema.path("items"), item, place);
        }
    }

    private void object(JsonNode schema, JsonNode value, String at) {
        if (!isSized(
                schema.path("minProperties").asInt(0), schema.path("maxProperties").asInt(MAX_SIZE), value.size(), at)) {
            return;
        }
        JsonNode known = schema.path("properties");
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.stringValue())) {
                problems.add(child(at, name.stringValue()), "is missing" + what(known.path(name.stringValue())));
            }
        }
        JsonNode others = schema.path("additionalProperties");
        for (Map.Entry<String, JsonNode> each : value.properties()) {
            String name = each.getKey();
            String place = child(at, name);
            JsonNode inner = known.path(name);
            if (inner.isObject()) {
                check(inner, each.getValue(), place);
            } else if (others.isBoolean()) {
                problems.add(Problem.noField(at.isEmpty() ? "" : at + ".", name, schema.path("title").asString("this")));
            } else if (others.isObject() && isNamed(schema.path("propertyNames"), name, place)) {
                check(others, each.getValue(), place);
            }
        }
    }

    private boolean isNamed(JsonNode names, String name, String at) {
        JsonNode schema = published.resolved(names);
        boolean good = schema.has("enum")
                ? has(schema.path("enum"), name)
                : !schema.has("pattern") || published.fits(schema.path("pattern").stringValue(), name);
        if (!good) {
            problems.add(at, schema.has("enum")
                    ? "has a name that is not one of " + words(schema.path("enum"))
                    : "has a name that " + schema.path("x-says").asString("is not written as it should be"));
        }
        return good;
    }

    private boolean isSized(int least, int most, int size, String at) {
        if (size > most) {
            problems.add(at, "has " + size + " entries, more than " + most);
        } else if (size < least) {
            problems.add(at, "has fewer entries than " + least);
        }
        return size <= most && size >= least;
    }

    /// The first sentence of a description, as the end of another one.
    private static String what(JsonNode property) {
        String says = property.path("description").asString("");
        if (says.length() < 2) {
            return "";
        }
        int end = says.indexOf(". ") < 0 ? says.length() - 1 : says.indexOf(". ");
        String first = says.substring(0, end);
        return ": " + (Character.isLowerCase(says.charAt(1)) ? Character.toLowerCase(first.charAt(0)) + first.substring(1) : first);
    }
}
