package io.agentstream.agents.definition;

import io.agentstream.agents.definition.Condition.Operand;
import io.agentstream.agents.definition.Condition.Operator;
import io.agentstream.schemas.WellFormed;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the text of a [Condition]. For one use by one thread.
///
/// ```
/// either     = both { "or" both }
/// both       = one { "and" one }
/// one        = "not" one | "(" either ")" | value [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" | "contains" ) value ]
/// value      = variable | number | 'text' | "text" | "true" | "false"
/// ```
final class ConditionParser {

    private static final Pattern TOKEN = Pattern.compile(
            "\\s*(?:(?<word>[A-Za-z_][A-Za-z0-9_.]{0,63})(?![A-Za-z0-9_.])"
                    + "|(?<number>-?[0-9]{1,15}(?:\\.[0-9]{1,9})?)(?![A-Za-z0-9_.])"
                    + "|'(?<single>[^']*)'|\"(?<pair>[^\"]*)\""
                    + "|(?<sign>==|!=|<=|>=|<|>|\\(|\\)))");

    /// @param condition nothing where the text is none
    /// @param problem what is wrong with it; empty where nothing is
    record Read(Optional<Condition> condition, String problem) {}

    private static final class Odd extends Exception {
        private final String what;

        Odd(String what) {
            super(what);
            this.what = what;
        }
    }

    private final String text;
    private final Matcher tokens;
    private int from;
    private int parts;

    private ConditionParser(String text) {
        this.text = text;
        this.tokens = TOKEN.matcher(text);
    }

    static Read read(String text) {
        if (text.length() > Condition.MAX_CHARS) {
            return new Read(Optional.empty(), "is longer than " + Condition.MAX_CHARS + " characters");
        }
        ConditionParser parser = new ConditionParser(text);
        try {
            Condition condition = parser.either(0);
            if (!parser.isAtEnd()) {
                throw new Odd("is not understood from " + parser.here() + " on");
            }
            return new Read(Optional.of(condition), "");
        } catch (Odd odd) {
            return new Read(Optional.empty(), odd.what);
        }
    }

    private Condition either(int depth) throws Odd {
        List<Condition> parts = new ArrayList<>(List.of(both(depth)));
        while (takesWord("or")) {
            parts.add(both(depth));
        }
        return parts.size() == 1 ? parts.getFirst() : new Condition.Or(List.copyOf(parts));
    }

    private Condition both(int depth) throws Odd {
        List<Condition> parts = new ArrayList<>(List.of(one(depth)));
        while (takesWord("and")) {
            parts.add(one(depth));
        }
        return parts.size() == 1 ? parts.getFirst() : new Condition.And(List.copyOf(parts));
    }

    private Condition one(int depth) throws Odd {
        if (depth > Condition.MAX_DEPTH) {
            throw new Odd("is nested deeper than " + Condition.MAX_DEPTH);
        }
        if (takesWord("not")) {
            return new Condition.Not(one(depth + 1));
        }
        if (takesSign("(")) {
            Condition inner = either(depth + 1);
            if (!takesSign(")")) {
                throw new Odd("lacks a closing parenthesis before " + here());
            }
            return inner;
        }
        if (++parts > Condition.MAX_PARTS) {
            throw new Odd("has more than " + Condition.MAX_PARTS + " comparisons");
        }
        Operand left = operand();
        Optional<Operator> operator = operator();
        return operator.isPresent()
                ? new Condition.Compare(left, operator.get(), operand())
                : new Condition.Holds(left);
    }

    private Operand operand() throws Odd {
        if (!isToken()) {
            throw new Odd(isAtEnd() ? "ends where a variable or a value should be" : "is not understood from " + here() + " on");
        }
        String word = tokens.group("word");
        String number = tokens.group("number");
        String single = tokens.group("single");
        String pair = tokens.group("pair");
        if (tokens.group("sign") != null || (word != null && List.of("and", "or", "not", "contains").contains(word))) {
            throw new Odd("lacks a variable or a value before " + here());
        }
        from = tokens.end();
        if (number != null) {
            return new Operand.Decimal(new BigDecimal(number));
        }
        if (single != null || pair != null) {
            return new Operand.Text(single != null ? single : pair);
        }
        return switch (word) {
            case "true" -> new Operand.Truth(true);
            case "false" -> new Operand.Truth(false);
            default -> new Operand.Variable(word);
        };
    }

    private Optional<Operator> operator() {
        for (Operator operator : Operator.values()) {
            if (operator == Operator.CONTAINS ? takesWord(operator.word()) : takesSign(operator.word())) {
                return Optional.of(operator);
            }
        }
        return Optional.empty();
    }

    private boolean takesWord(String word) {
        return takes("word", word);
    }

    private boolean takesSign(String sign) {
        return takes("sign", sign);
    }

    private boolean takes(String kind, String text) {
        if (!isToken() || !text.equals(tokens.group(kind))) {
            return false;
        }
        from = tokens.end();
        return true;
    }

    private boolean isToken() {
        return tokens.region(from, text.length()).lookingAt();
    }

    private boolean isAtEnd() {
        return text.substring(from).isBlank();
    }

    private String here() {
        String rest = text.substring(from).strip();
        return rest.isEmpty() ? "its end" : "\"" + WellFormed.beginning(rest, 20) + "\"";
    }
}
