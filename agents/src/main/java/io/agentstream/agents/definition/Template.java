package io.agentstream.agents.definition;

import io.agentstream.schemas.WellFormed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A text with `{{variables}}`. Immutable; any thread. Does not print what it says: lines and prompts have no place in a log.
///
/// @param text as it was written
/// @param variables names of the variables, in their order
public record Template(String text, List<String> variables) {

    private static final Pattern VARIABLE = Pattern.compile("\\{\\{\\s*([A-Za-z_][A-Za-z0-9_.]{0,63})\\s*}}");

    /// Nothing where braces are left over: somebody has mistyped a variable.
    public static Optional<Template> parse(String text) {
        List<String> variables = new ArrayList<>();
        Matcher matcher = VARIABLE.matcher(text);
        while (matcher.find()) {
            variables.add(matcher.group(1));
        }
        String rest = matcher.replaceAll("");
        return rest.contains("{{") || rest.contains("}}")
                ? Optional.empty()
                : Optional.of(new Template(text, List.copyOf(variables)));
    }

    public boolean isFixed() {
        return variables.isEmpty();
    }

    /// The text with each variable's value in its place. Values are not templates themselves.
    public String fill(UnaryOperator<String> values) {
        return VARIABLE.matcher(text).replaceAll(found -> Matcher.quoteReplacement(values.apply(found.group(1))));
    }

    /// As [#fill(UnaryOperator)], but never longer than `maxChars`: what is beyond is cut off, however long the values are.
    public String fill(UnaryOperator<String> values, int maxChars) {
        StringBuilder filled = new StringBuilder();
        Matcher matcher = VARIABLE.matcher(text);
        int from = 0;
        while (filled.length() < maxChars && matcher.find()) {
            filled.append(text, from, matcher.start()).append(values.apply(matcher.group(1)));
            from = matcher.end();
        }
        if (filled.length() < maxChars) {
            filled.append(text, from, text.length());
        }
        return WellFormed.beginning(filled.toString(), maxChars);
    }

    @Override
    public String toString() {
        return "Template[" + text.length() + " characters, variables=" + variables + "]";
    }
}
