package io.agentstream.agents.definition;

import static io.agentstream.agents.definition.Problems.child;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads a definition that was accepted when it was written, perhaps by other rules than today's: what these refuse in it is passed over, as if it did not stand there, so
/// that an upgrade ends nobody's calls. Whoever writes a definition is held to all of today's rules. Pure; any thread.
public final class Stored {

    /// What was passed over may show something else that is to be.
    private static final int MAX_ROUNDS = 10;

    /// Tables of which nothing is passed over as a whole: without one of its nodes a conversation would go another way.
    private static final Set<String> WHOLE = Set.of("nodes", "tools");

    private Stored() {}

    /// @param parsed by today's rules, of what is left
    /// @param passedOver what is not, oldest rule first
    public record Read<P>(P parsed, List<Problem> passedOver) {}

    private enum Gone {
        /// It does not stand there any more.
        NOW,
        /// Behind something in the same list that went: with the next round.
        LATER,
        /// It cannot go, or it is that something is missing.
        NEVER
    }

    /// @param parse by today's rules
    /// @param problems of what that gave; none: it is valid
    /// @return where something is wrong that cannot be passed over, what today's rules say of the whole
    public static <P> Read<P> read(JsonNode json, Function<JsonNode, P> parse, Function<P, List<Problem>> problems) {
        P first = parse.apply(json);
        P parsed = first;
        List<Problem> wrong = problems.apply(parsed);
        List<Problem> passedOver = new ArrayList<>();
        JsonNode left = json;
        for (int round = 0; round < MAX_ROUNDS && !wrong.isEmpty(); round++) {
            left = left.deepCopy();
            Set<String> lists = new HashSet<>();
            for (Problem problem : wrong) {
                switch (remove(left, "", problem.field(), lists)) {
                    case NOW -> passedOver.add(problem);
                    case LATER -> { }
                    case NEVER -> {
                        return new Read<>(first, List.of());
                    }
                }
            }
            parsed = parse.apply(left);
            wrong = problems.apply(parsed);
        }
        return wrong.isEmpty() ? new Read<>(parsed, List.copyOf(passedOver)) : new Read<>(first, List.of());
    }

    /// @param lists of which an item went: the others have other places now
    private static Gone remove(JsonNode in, String at, String field, Set<String> lists) {
        if (in instanceof ObjectNode object) {
            for (String name : List.copyOf(object.propertyNames())) {
                String place = child(at, name);
                if (place.equals(field) && !WHOLE.contains(at)) {
                    object.remove(name);
                    return Gone.NOW;
                }
                Gone within = field.startsWith(place + ".") ? remove(object.path(name), place, field, lists) : Gone.NEVER;
                if (within != Gone.NEVER) {
                    return within;
                }
            }
        } else if (in.isArray() && lists.contains(at)) {
            return Gone.LATER;
        } else if (in instanceof ArrayNode array) {
            for (int n = 0; n < array.size(); n++) {
                String place = child(at, Integer.toString(n));
                if (place.equals(field)) {
                    array.remove(n);
                    lists.add(at);
                    return Gone.NOW;
                }
                if (field.startsWith(place + ".")) {
                    return remove(array.get(n), place, field, lists);
                }
            }
        }
        return Gone.NEVER;
    }
}
