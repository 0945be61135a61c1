package io.agentstream.agents;

import io.agentstream.agents.ScriptedDefinition.Node;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.Manners;
import io.agentstream.agents.conversation.Prompt;
import io.agentstream.schemas.WellFormed;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The way through a script. Pure: where the conversation is and what happened give the next line. Any thread.
public final class ScriptedFlow {

    /// Numbers that are said digit by digit.
    private static final Pattern PHONE_NUMBER = Pattern.compile("\\+?[0-9]{5,20}");

    private static final int MAX_VALUE_CHARS = 200;

    private final ScriptedDefinition definition;
    private final JsonNode context;

    /// Where a conversation is in its script.
    ///
    /// @param node the node it came to last; null before the first and in the farewell
    /// @param ending whether the farewell is being said
    /// @param visits how often each node was entered, sorted: written down, the same memory has the same form in every process
    /// @param silences how often the caller was silent in a row
    /// @param digit the key that was pressed last
    public record Memory(@Nullable String node, boolean ending, Map<String, Integer> visits, int silences, @Nullable String digit) {
        public static final Memory NEW = new Memory(null, false, Map.of(), 0, null);
    }

    /// @param outcome what the call has achieved by coming here; null where that is nothing new
    public record Line(Memory memory, String text, Manners manners, Then then, @Nullable String outcome) {}

    /// @param context where the values of variables come from
    public ScriptedFlow(ScriptedDefinition definition, JsonNode context) {
        this.definition = definition;
        this.context = context;
    }

    public Line next(Memory memory, Prompt prompt) {
        if (memory.ending()) {
            return farewell(memory);
        }
        if (memory.node() == null) {
            return enter(memory, definition.start());
        }
        Node here = definition.node(memory.node());
        return switch (prompt) {
            case Prompt.Opening opening -> line(memory, here);
            case Prompt.Again again -> line(memory, here);
            case Prompt.Unheard unheard -> {
                int silences = memory.silences() + 1;
                Memory talkedOver = new Memory(here.name(), false, memory.visits(), silences, memory.digit());
                yield silences >= definition.maxSilences() ? farewell(talkedOver) : line(talkedOver, here);
            }
            case Prompt.GoOn goOn -> enter(memory, here.next() == null ? here.name() : here.next());
            case Prompt.Key key -> {
                String target = here.onDigit().getOrDefault(key.digit(), here.onAnyDigit());
                Memory heard = new Memory(here.name(), false, memory.visits(), 0, String.valueOf(key.digit()));
                yield enter(heard, target == null ? here.name() : target);
            }
            case Prompt.Speech speech -> {
                Memory heard = new Memory(here.name(), false, memory.visits(), 0, memory.digit());
                yield enter(heard, here.onSpeech() == null ? here.name() : here.onSpeech());
            }
            case Prompt.Silence silence -> {
                int silences = memory.silences() + 1;
                Memory silent = new Memory(here.name(), false, memory.visits(), silences, memory.digit());
                yield silences >= definition.maxSilences()
                        ? farewell(silent)
                        : enter(silent, here.onSilence() == null ? here.name() : here.onSilence());
            }
        };
    }

    private Line enter(Memory memory, String name) {
        Node node = definition.node(name);
        SortedMap<String, Integer> visits = new TreeMap<>(memory.visits());
        if (visits.merge(name, 1, Integer::sum) > node.maxVisits()) {
            return farewell(memory);
        }
        return line(new Memory(name, false, Collections.unmodifiableSortedMap(visits), memory.silences(), memory.digit()), node);
    }

    private Line line(Memory memory, Node node) {
        Then then = node.hangUp() ? Then.HANG_UP : node.next() != null ? Then.GO_ON : Then.LISTEN;
        return new Line(memory, node.say().fill(values(memory)), manners(node), then, node.outcome());
    }

    private Line farewell(Memory memory) {
        Memory ending = new Memory(null, true, memory.visits(), memory.silences(), memory.digit());
        return new Line(ending, definition.farewell(), Manners.DEAF, Then.HANG_UP, null);
    }

    private static Manners manners(Node node) {
        StringBuilder digits = new StringBuilder();
        for (char digit : Manners.ALL_DIGITS.toCharArray()) {
            if (node.onAnyDigit() != null || node.onDigit().containsKey(digit)) {
                digits.append(digit);
            }
        }
        return new Manners(node.interruptible(), node.onSpeech() != null, digits.toString(), node.silenceMs());
    }

    private UnaryOperator<String> values(Memory memory) {
        return name -> name.equals("digit") ? spokenKey(memory.digit()) : spoken(context.path(name));
    }

    private static String spokenKey(@Nullable String digit) {
        return switch (digit) {
            case null -> "";
            case "*" -> "star";
            case "#" -> "pound";
            default -> digit;
        };
    }

    private static String spoken(JsonNode value) {
        String text = value.isValueNode() && !value.isNull() ? value.asString("") : "";
        if (PHONE_NUMBER.matcher(text).matches()) {
            return String.join(" ", text.replace("+", "").split(""));
        }
        return WellFormed.beginning(text, MAX_VALUE_CHARS);
    }
}
