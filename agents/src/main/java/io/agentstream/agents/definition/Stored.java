package io.agentstream.agents.definition;

import static io.agentstream.agents.definition.Problems.child;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads a definition that was accepted when it was written, perhaps by other rules than today's: what these refuse in it is passed over, as if it did not stand there, so
/// that an upgrade ends nobody's calls. Where that would make another agent of it ([Essential]) it is not read at all. Whoever writes a definition is held to all of today's
/// rules. Pure; any thread.
public final class Stored {

    /// What was passed over may show something else that is to be.
    private static final int MAX_ROUNDS = 10;

    private Stored() {}

    /// @param parsed by today's rules, of what is left
    /// @param passedOver what is not, oldest rule first
    /// @param wrong nothing where it was read; else what today's rules refuse in the whole, that which cannot be passed over first
    public record Read<P>(P parsed, List<Problem> passedOver, List<Problem> wrong) {}

    private enum Gone {
        /// It does not stand there any more.
        NOW,
        /// Behind something in the same list that went: with the next round.
        LATER,
        /// There is nothing of that name, or it is that something is missing.
        NEVER,
        /// It cannot go.
        NEEDED
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
        for (int number = 0; number < MAX_ROUNDS && !wrong.isEmpty(); number++) {
            left = left.deepCopy();
            Round round = new Round();
            for (Problem problem : wrong) {
                switch (round.remove(left, List.of(), "", problem.field())) {
                    case NOW -> passedOver.add(problem);
                    case LATER -> { }
                    case NEVER, NEEDED -> {
                        return notRead(first, round.why(problem), problems.apply(first));
                    }
                }
            }
            parsed = parse.apply(left);
            wrong = problems.apply(parsed);
        }
        return wrong.isEmpty() ? new Read<>(parsed, List.copyOf(passedOver), List.of()) : notRead(first, wrong.getFirst(), problems.apply(first));
    }

    private static <P> Read<P> notRead(P first, Problem foremost, List<Problem> all) {
        return new Read<>(
                first, List.of(),
                Stream.concat(Stream.of(foremost), all.stream().filter(each -> !each.field().equals(foremost.field()))).toList());
    }

    /// What goes of a document at once.
    private static final class Round {

        /// Of which an item went: the others have other places now.
        private final Set<String> lists = new HashSet<>();
        private Essential.@Nullable Field needed;

        Problem why(Problem problem) {
            Essential.Field why = needed;
            return why == null
                    ? problem
                    : new Problem(problem.field(), problem.message() + ", and is not passed over: without it " + why.without());
        }

        /// @param place of `in`, name by name
        /// @param at as problems write it
        Gone remove(JsonNode in, List<String> place, String at, String field) {
            if (in instanceof ObjectNode object) {
                return removeOf(object, place, at, field);
            }
            if (in.isArray() && lists.contains(at)) {
                return Gone.LATER;
            }
            return in instanceof ArrayNode array ? removeOf(array, place, at, field) : Gone.NEVER;
        }

        private Gone removeOf(ObjectNode object, List<String> place, String at, String field) {
            for (String name : List.copyOf(object.propertyNames())) {
                String here = child(at, name);
                if (here.equals(field)) {
                    if (isNeeded(Essential.below(place, name), object.path(name))) {
                        return Gone.NEEDED;
                    }
                    object.remove(name);
                    return Gone.NOW;
                }
                Gone within = field.startsWith(here + ".") ? remove(object.path(name), Essential.below(place, name), here, field) : Gone.NEVER;
                if (within != Gone.NEVER) {
                    return within;
                }
            }
            return Gone.NEVER;
        }

        private Gone removeOf(ArrayNode array, List<String> place, String at, String field) {
            for (int n = 0; n < array.size(); n++) {
                String here = child(at, Integer.toString(n));
                if (here.equals(field)) {
                    if (!isThereElse(array, n) && isNeeded(Essential.below(place, Integer.toString(n)), array.get(n))) {
                        return Gone.NEEDED;
                    }
                    array.remove(n);
                    lists.add(at);
                    return Gone.NOW;
                }
                if (field.startsWith(here + ".")) {
                    return remove(array.get(n), Essential.below(place, Integer.toString(n)), here, field);
                }
            }
            return Gone.NEVER;
        }

        private boolean isNeeded(List<String> place, JsonNode value) {
            needed = Essential.in(place, value).orElse(null);
            return needed != null;
        }

        /// Of what stands twice in a list one may go.
        private static boolean isThereElse(ArrayNode array, int place) {
            for (int n = 0; n < array.size(); n++) {
                if (n != place && array.get(n).equals(array.get(place))) {
                    return true;
                }
            }
            return false;
        }
    }
}
