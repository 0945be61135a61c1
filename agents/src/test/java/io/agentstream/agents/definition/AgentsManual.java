package io.agentstream.agents.definition;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/// Writes the manual of agents from their schema.
final class AgentsManual {

    private static final String INTRODUCTION = """
            # Agents

            <!-- Generated from agent-schema.json and the examples by AgentsManualTest; do not edit. -->

            What an agent is, is its definition: a JSON document that names the engine that holds its conversations, and what that engine needs.

            | `engine` | |
            |---|---|
            | `echo` | returns the caller's audio |
            | `scripted` | speaks lines and branches with an offline voice: [the scripted agent](scripted-agent.md) |
            | `cascade` | hears with one service, thinks with another, speaks with a third: this page |
            | `realtime` | hears and speaks with one service of speech: this page |

            `GET /api/v1/agents/schema` answers the [JSON Schema](https://json-schema.org) (2020-12) that definitions are checked by and this page is made
            of; an editor that knows it completes and checks while you write. What is saved is checked again, and refused with *every*
            problem and its path. Beside the form that the schema describes it is refused for names that name nothing, ways that lead round
            without listening to the caller, mistyped variables, conditions that are none, services that are missing for what the nodes do, and
            for what looks like a secret: keys are stored apart, and a definition has their names. What is odd but does no harm, such as a node that is
            never reached, stands in the `warnings` of the answer. What was saved once runs, also where a later version would refuse some of it: a call passes over what that is,
            as if it did not stand there, and the worker's log names the fields. Where it would be another agent without that (the address or key of a service, the limits of a tool, a prompt,
            a way, and whatever else is sent, said or decided by), the call is closed, and the log says why.

            The conversation is a graph. A *node* does one thing: it says a line, asks, lets a language model talk, transfers the call. An *edge* leads
            from it to another one when something happens. When its work is done, the first condition that holds leads on, and else `next`.

            """;

    private final JsonNode definitions;
    private final StringBuilder page = new StringBuilder(INTRODUCTION);

    AgentsManual(JsonNode schema) {
        this.definitions = schema.path("$defs");
    }

    String page(List<String> examples, UnaryOperator<String> text) {
        page.append("## The document\n\n");
        table("cascade");
        page.append("With `realtime` the `services` are others: [below](#services). ")
                .append(definitions.path("realtime").path("description").asString("").replaceFirst("^[^.]*\\. ", ""))
                .append("\n\n## Settings\n\n");
        table("settings");
        sections("endpointing", "idle", "ambient", "filler", "trouble");
        page.append("### interruption\n\n");
        forms("interruption_off", "interruption_words", "interruption_speech");
        page.append("## Services\n\nOf `cascade`:\n\n");
        table("cascade_services");
        page.append("Of `realtime`:\n\n");
        table("realtime_services");
        sections("ear", "ear_options", "brain", "brain_options", "mouth", "mouth_options", "speech_service");
        page.append("## Nodes\n\n");
        kinds("nodes", "node_");
        page.append("### keys\n\n");
        table("keys");
        page.append("## Edges\n\n");
        forms("edge_key", "edge_intent", "edge_condition", "edge_silence", "edge_error", "edge_limit");
        page.append("## Tools\n\nWhat the brain may do beside talking.\n\n");
        kinds("tools", "tool_");
        page.append("### parameter\n\n");
        table("parameter");
        page.append(String.format(
                Locale.ROOT, """
            ## Variables

            `{{name}}` in a line, a prompt, an address, a header or a body is replaced by the value that the variable has then. A name is looked for
            in this order, and the first place that has it counts:

            1. what the system knows: %s;
            2. what the conversation has set, captured or been answered (`into`, `set`, `add`, a tool of type `set_variable`); `{{digit}}` is the key that
               was pressed last, `{{transfer_result}}` how the last transfer ended (`connected`, `busy`, `no_answer`, `refused`, `failed`; one of kind `blind` only `connected` or `failed`); a tool's own parameters come before all of these;
            3. what came with the call: `caller_number`, `called_number`, `direction`, `provider`, custom parameters, the agent's template variables;
            4. the `variables` of the definition.

            Fields and places in a list lead into a value: `{{order.items.0.name}}`. What is not there is empty. Texts are filled in once: a value that
            looks like a variable is said as it is. In a spoken line numbers of five digits and more are said digit by digit, and lists and objects are left
            out; in an address values are percent-encoded; in a header control characters go; a string of a body that is nothing but a variable
            becomes its value, so that a number stays a number. What is filled in is cut at %,d characters in a line, %,d in a prompt, %,d in an address.

            ## Conditions

            `a == 1`, `!=`, `<`, `<=`, `>`, `>=`, `contains`, joined by `and`, `or`, `not` and parentheses: `tries >= 3 and not (order.state == 'shipped' or
            vip)`. Two numbers, or texts that are numbers, are compared as numbers; anything else as text. `contains` looks for a text whatever its case, or
            for an item of a list. A variable alone holds where it is there, and neither empty, nor `false`, nor zero. A variable that is not there
            equals `''` and is neither less nor greater than anything. At most %d characters, %d comparisons, %d levels.

            """, namespaces(), Templates.MAX_LINE_CHARS, Templates.MAX_PROMPT_CHARS, Templates.MAX_URL_CHARS,
                Condition.MAX_CHARS, Condition.MAX_PARTS, Condition.MAX_DEPTH));
        page.append("## Examples\n\nThey are in `agents/src/main/resources/examples`, and every build parses them.\n");
        for (String example : examples) {
            page.append("\n### ").append(example).append("\n\n```json\n").append(text.apply(example).strip()).append("\n```\n");
        }
        return page.toString();
    }

    private static String namespaces() {
        return String.join(", ", Values.NAMESPACES.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(each -> each.getValue().stream().map(field -> "`" + each.getKey() + "." + field + "`"))
                .toList());
    }

    private void sections(String... names) {
        for (String name : names) {
            page.append("### ").append(name).append("\n\n");
            table(name);
        }
    }

    /// Each of the forms that the entries of a table have.
    private void kinds(String table, String prefix) {
        for (JsonNode form : definitions.path("cascade").path("properties").path(table).path("additionalProperties").path("oneOf")) {
            String name = name(form);
            page.append("### ").append(name.substring(prefix.length())).append("\n\n");
            table(name);
        }
    }

    private void forms(String... names) {
        for (String name : names) {
            table(name);
        }
    }

    private void table(String name) {
        JsonNode object = definitions.path(name);
        page.append(object.path("description").stringValue()).append("\n\n| Field | Value | Default | |\n|---|---|---|---|\n");
        object.path("properties").properties().forEach(each -> row(object, each.getKey(), each.getValue()));
        page.append('\n');
    }

    private void row(JsonNode object, String name, JsonNode property) {
        boolean required = object.path("required").valueStream().anyMatch(each -> each.stringValue().equals(name));
        JsonNode fallback = property.has("default") ? property.path("default") : resolved(property).path("default");
        String shown = required ? "required" : fallback.isMissingNode() || (fallback.isContainer() && fallback.isEmpty()) ? "" : "`" + fallback + "`";
        page.append("| `").append(name).append("` | ").append(value(property)).append(" | ").append(shown).append(" | ")
                .append(description(property).replace("|", "\\|")).append(" |\n");
    }

    private String description(JsonNode property) {
        return property.has("description") ? property.path("description").stringValue() : resolved(property).path("description").asString("");
    }

    private String value(JsonNode property) {
        JsonNode schema = resolved(property);
        if (schema.has("x-shown")) {
            String length = schema.path("maxLength").asInt(0) > 100 ? ", at most " + number(schema.path("maxLength")) + " characters" : "";
            return schema.path("x-shown").stringValue() + length;
        }
        if (schema.has("const")) {
            return "`" + schema.path("const").stringValue() + "`";
        }
        if (schema.has("enum")) {
            return String.join(", ", schema.path("enum").valueStream().map(each -> "`" + each.stringValue() + "`").toList());
        }
        if (schema.has("oneOf")) {
            String first = name(schema.path("oneOf").path(0));
            return first.startsWith("interruption") ? "[interruption](#interruption)"
                    : "[" + first.substring(0, first.indexOf('_')) + "](#" + first.substring(0, first.indexOf('_')) + "s)";
        }
        if (schema.path("type").isArray()) {
            return "text, number, true or false";
        }
        String type = schema.path("type").asString("");
        return switch (type) {
            case "string" -> "text, at most " + number(schema.path("maxLength")) + " characters";
            case "integer" -> "number, " + number(schema.path("minimum")) + " to " + number(schema.path("maximum"));
            case "number" -> "number, " + number(schema.path("minimum")) + " to " + number(schema.path("maximum")) + ", also with a fraction";
            case "boolean" -> "true or false";
            case "array" -> "list of " + value(schema.path("items")) + "; at most " + schema.path("maxItems");
            default -> schema.path("additionalProperties").isObject()
                    ? "object: by " + value(schema.path("propertyNames")) + ", " + value(schema.path("additionalProperties")) + "; at most "
                            + schema.path("maxProperties")
                    : "[" + anchor(property) + "](#" + anchor(property) + ")";
        };
    }

    private static String anchor(JsonNode property) {
        String name = name(property);
        return name.endsWith("_services") ? "services" : name;
    }

    private static String number(JsonNode number) {
        return number.isIntegralNumber() || number.isMissingNode() ? String.format(Locale.ROOT, "%,d", number.asLong(0)) : number.asString();
    }

    private static String name(JsonNode reference) {
        return reference.path("$ref").asString("").replace("#/$defs/", "");
    }

    private JsonNode resolved(JsonNode property) {
        return property.has("$ref") ? resolved(definitions.path(name(property))) : property;
    }
}
