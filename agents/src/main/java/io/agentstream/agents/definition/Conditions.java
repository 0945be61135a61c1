package io.agentstream.agents.definition;

import io.agentstream.agents.definition.Condition.Operand;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Whether a [Condition] holds. Pure; any thread.
public final class Conditions {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Conditions() {}

    /// A variable that is not there is empty: it equals the empty text, and is neither less nor greater than anything.
    public static boolean holds(Condition condition, Values values) {
        return switch (condition) {
            case Condition.And and -> and.parts().stream().allMatch(part -> holds(part, values));
            case Condition.Or or -> or.parts().stream().anyMatch(part -> holds(part, values));
            case Condition.Not not -> !holds(not.part(), values);
            case Condition.Holds holds -> holds(value(holds.value(), values));
            case Condition.Compare compare ->
                    compared(value(compare.left(), values), compare.operator(), value(compare.right(), values));
        };
    }

    private static JsonNode value(Operand operand, Values values) {
        return switch (operand) {
            case Operand.Variable variable -> values.find(variable.name());
            case Operand.Text text -> NODES.stringNode(text.text());
            case Operand.Decimal number -> NODES.numberNode(number.number());
            case Operand.Truth truth -> NODES.booleanNode(truth.truth());
        };
    }

    private static boolean holds(JsonNode value) {
        if (value.isContainer()) {
            return !value.isEmpty();
        }
        Optional<BigDecimal> number = Values.number(value);
        return number.map(found -> found.signum() != 0).orElseGet(() -> !text(value).isEmpty() && !text(value).equals("false"));
    }

    private static boolean compared(JsonNode left, Condition.Operator operator, JsonNode right) {
        return switch (operator) {
            case CONTAINS -> contains(left, right);
            case EQUAL -> equal(left, right);
            case NOT_EQUAL -> !equal(left, right);
            case LESS -> order(left, right).filter(order -> order < 0).isPresent();
            case AT_MOST -> order(left, right).filter(order -> order <= 0).isPresent();
            case GREATER -> order(left, right).filter(order -> order > 0).isPresent();
            case AT_LEAST -> order(left, right).filter(order -> order >= 0).isPresent();
        };
    }

    private static boolean equal(JsonNode left, JsonNode right) {
        Optional<Integer> numbers = numbers(left, right);
        return numbers.map(order -> order == 0).orElseGet(() -> text(left).equals(text(right)));
    }

    private static boolean contains(JsonNode left, JsonNode right) {
        return left.isArray()
                ? left.valueStream().anyMatch(item -> equal(item, right))
                : text(left).toLowerCase(Locale.ROOT).contains(text(right).toLowerCase(Locale.ROOT));
    }

    /// Nothing where one of them is not there: it is neither less nor greater.
    private static Optional<Integer> order(JsonNode left, JsonNode right) {
        if (text(left).isEmpty() || text(right).isEmpty()) {
            return Optional.empty();
        }
        return numbers(left, right).or(() -> Optional.of(text(left).compareTo(text(right))));
    }

    private static Optional<Integer> numbers(JsonNode left, JsonNode right) {
        return Values.number(left).flatMap(one -> Values.number(right).map(one::compareTo));
    }

    private static String text(JsonNode value) {
        return Values.text(value);
    }
}
