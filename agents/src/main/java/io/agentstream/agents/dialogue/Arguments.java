package io.agentstream.agents.dialogue;

import io.agentstream.agents.definition.Tool;
import io.agentstream.agents.definition.Tool.Parameter;
import io.agentstream.agents.definition.Values;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What a brain gives to a tool, against what the definition says that it may give. Pure.
final class Arguments {

    /// Longest text of one argument.
    static final int MAX_CHARS = 20_000;

    private Arguments() {}

    /// What is wrong, as the brain is told it: it may try again. What it leaves out is the tool's concern.
    static Optional<String> problem(Tool tool, JsonNode arguments) {
        Map<String, Parameter> parameters = switch (tool) {
            case Tool.Http http -> http.parameters();
            case Tool.SetVariable set -> set.variables();
            case Tool.HangUp _, Tool.EndWithOutcome _, Tool.Transfer _, Tool.SendDtmf _, Tool.Mcp _ -> Map.of();
        };
        return new TreeMap<>(parameters).entrySet().stream()
                .filter(each -> arguments.has(each.getKey()) && !fits(each.getValue(), arguments.path(each.getKey())))
                .findFirst()
                .map(each -> "{\"error\":\"" + each.getKey() + " is not a " + word(each.getValue()) + "\"}");
    }

    private static String word(Parameter parameter) {
        if (!parameter.values().isEmpty()) {
            return "value that it may have";
        }
        return switch (parameter.type()) {
            case STRING -> "text of at most " + MAX_CHARS + " characters";
            case NUMBER -> "number of at most 15 digits";
            case INTEGER -> "whole number of at most 15 digits";
            case BOOLEAN -> "truth value";
        };
    }

    private static boolean fits(Parameter parameter, JsonNode value) {
        if (value.isNull()) {
            return true;
        }
        boolean isKind = switch (parameter.type()) {
            case STRING -> !value.isContainer() && Values.text(value).length() <= MAX_CHARS;
            case NUMBER -> !value.isContainer() && Values.number(value).isPresent();
            case INTEGER -> !value.isContainer() && Values.number(value).filter(number -> number.stripTrailingZeros().scale() <= 0).isPresent();
            case BOOLEAN -> value.isBoolean() || Values.text(value).matches("true|false");
        };
        return isKind && (parameter.values().isEmpty() || parameter.values().contains(Values.text(value)));
    }
}
