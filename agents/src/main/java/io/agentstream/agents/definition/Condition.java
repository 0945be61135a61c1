package io.agentstream.agents.definition;

import java.math.BigDecimal;
import java.util.List;

/// What has to hold for a way to be taken: comparisons of variables and values, joined by and, or, not. No code: there is nothing to
/// call and nothing that goes round. Immutable; any thread.
///
/// ```
/// attempts >= 3 and not (order.status == 'shipped' or vip)
/// ```
public sealed interface Condition {

    /// Longest text of a condition.
    int MAX_CHARS = 500;

    /// Most comparisons in a condition.
    int MAX_PARTS = 32;

    /// Deepest nesting of parentheses and negations.
    int MAX_DEPTH = 8;

    record And(List<Condition> parts) implements Condition {}

    record Or(List<Condition> parts) implements Condition {}

    record Not(Condition part) implements Condition {}

    /// Two numbers, or texts that are numbers, are compared as numbers; anything else as text, letter by letter.
    record Compare(Operand left, Operator operator, Operand right) implements Condition {}

    /// The value is there, and neither empty, nor false, nor zero.
    record Holds(Operand value) implements Condition {}

    enum Operator {
        EQUAL("=="),
        NOT_EQUAL("!="),
        LESS("<"),
        AT_MOST("<="),
        GREATER(">"),
        AT_LEAST(">="),
        /// The left text holds the right one, whatever the letters' case; the left list has such an item.
        CONTAINS("contains");

        private final String word;

        Operator(String word) {
            this.word = word;
        }

        /// As it is written in a condition.
        public String word() {
            return word;
        }
    }

    sealed interface Operand {

        record Variable(String name) implements Operand {}

        record Text(String text) implements Operand {

            @Override
            public String toString() {
                return "Text[" + text.length() + " characters]";
            }
        }

        record Decimal(BigDecimal number) implements Operand {}

        record Truth(boolean truth) implements Operand {}
    }
}
