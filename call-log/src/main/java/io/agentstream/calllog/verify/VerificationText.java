package io.agentstream.calllog.verify;

import io.agentstream.calllog.verify.Verification.Difference;
import io.agentstream.schemas.JournalEntry;
import io.agentstream.schemas.WellFormed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A verification for a person at a terminal. It shows what was said and pressed: whoever may see that may see this.
public final class VerificationText {

    private static final int MAX_LINE_CHARS = 2_000;

    /// Control characters of both kinds, marks that turn the direction of what follows, ends of lines, halves of characters.
    private static final Pattern ORDERS = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

    private VerificationText() {}

    /// @param name what the call is called
    public static List<String> lines(String name, Verification of) {
        List<String> lines = new ArrayList<>();
        lines.add(name + ": " + of.difference().map(d -> "step " + d.step() + " leads to something else now").orElseGet(() -> summary(of)));
        of.difference().ifPresent(difference -> lines.addAll(difference(difference)));
        of.holes().forEach(each -> lines.add("  not run again: " + each));
        of.notes().forEach(each -> lines.add("  note: " + each));
        return lines.stream().map(VerificationText::line).toList();
    }

    private static String summary(Verification of) {
        if (of.steps() == 0) {
            return of.holes().isEmpty() ? "there is no journal of it" : "nothing could be run again";
        }
        String ran = of.steps() + " steps of " + (of.workers() == 1 ? "one worker" : of.workers() + " workers");
        return of.holes().isEmpty() ? ran + " lead to the same" : ran + " lead to the same, but not all could be run again";
    }

    private static List<String> difference(Difference of) {
        List<String> lines = new ArrayList<>();
        lines.add("  " + of.meaning());
        lines.add("  generation " + of.epoch() + ", batch " + of.batch() + ", step " + of.step() + "; before it:");
        of.before().forEach(each -> lines.add("    " + step(each)));
        lines.add("  state  " + of.state());
        lines.add("  input  " + at(of.entry()) + "  " + item(of.entry().input()));
        effects("  then   ", of.entry().effects(), of.actual(), lines);
        effects("  now    ", of.actual(), of.entry().effects(), lines);
        return lines;
    }

    private static void effects(String head, List<JsonNode> effects, List<JsonNode> others, List<String> lines) {
        if (effects.isEmpty()) {
            lines.add(head + "  nothing");
        }
        for (int n = 0; n < effects.size(); n++) {
            boolean same = n < others.size() && others.get(n).toString().equals(effects.get(n).toString());
            lines.add((n == 0 ? head : " ".repeat(head.length())) + (same ? "  " : "! ") + item(effects.get(n)));
        }
    }

    private static String step(JournalEntry of) {
        return at(of) + "  " + item(of.input())
                + (of.effects().isEmpty()
                        ? ""
                        : "  ->  " + of.effects().stream().map(VerificationText::item).collect(Collectors.joining(", ")));
    }

    private static String at(JournalEntry of) {
        return Instant.ofEpochMilli(of.atMs()).toString();
    }

    private static String item(JsonNode of) {
        String type = of.path("type").asString("?");
        if (!(of instanceof ObjectNode object)) {
            return type;
        }
        ObjectNode rest = object.deepCopy();
        rest.remove("type");
        return rest.isEmpty() ? type : type + " " + rest;
    }

    /// What a tenant has written does not steer the terminal.
    private static String line(String text) {
        String plain = ORDERS.matcher(text).replaceAll("?");
        return plain.length() <= MAX_LINE_CHARS ? plain : WellFormed.beginning(plain, MAX_LINE_CHARS) + "...";
    }
}
