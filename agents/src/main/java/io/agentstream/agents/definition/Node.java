package io.agentstream.agents.definition;

import io.agentstream.agents.definition.Settings.Interruption;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One place of the conversation: what the agent does there, and where that leads. Immutable; any thread.
///
/// A node's work ends in one way, and the first edge that fits leads on: of what happened (a key, an intent, silence, an error, a limit)
/// the edge of that kind; when the work is done, the first condition that holds, then `next`. What has no edge of its own is answered
/// as each kind says, in the end by [Settings#farewell()] or [Settings#trouble()].
public sealed interface Node {

    Common common();

    default String name() {
        return common().name();
    }

    /// What every node has.
    ///
    /// @param outcome what the call has achieved by coming here; null: nothing new
    /// @param maxVisits how often the node may be entered in one call; then comes the way for a limit, or the farewell
    /// @param interruption what cuts the agent short here: the node's own, or that of the settings
    /// @param next where the node leads when its work is done and no condition holds
    /// @param edges the other ways, in their order
    record Common(
            String name,
            @Nullable String outcome,
            int maxVisits,
            Interruption interruption,
            @Nullable String next,
            List<Edge> edges) {

        /// Where this key leads: by an edge of its own, or by one for any key.
        public Optional<String> onKey(char key) {
            return first(Edge.Key.class, edge -> edge.key() != null && edge.key() == key)
                    .or(() -> first(Edge.Key.class, edge -> edge.key() == null));
        }

        public Optional<String> onIntent(String intent) {
            return first(Edge.Intent.class, edge -> edge.intent().equals(intent));
        }

        public Optional<String> onSilence() {
            return first(Edge.Silence.class, edge -> true);
        }

        /// Where this error leads: by an edge of its own, or by one for any error.
        public Optional<String> onError(Fault fault) {
            return first(Edge.Failed.class, edge -> edge.fault() == fault)
                    .or(() -> first(Edge.Failed.class, edge -> edge.fault() == null));
        }

        public Optional<String> onLimit() {
            return first(Edge.Limit.class, edge -> true);
        }

        /// Where the node leads when its work is done, while the variables have these values.
        public Optional<String> onDone(Values values) {
            return onCondition(values).or(() -> Optional.ofNullable(next));
        }

        /// Where the first condition leads that holds while the variables have these values.
        public Optional<String> onCondition(Values values) {
            return first(Edge.When.class, edge -> Conditions.holds(edge.condition(), values));
        }

        public List<Edge.Intent> intents() {
            return edges.stream().filter(Edge.Intent.class::isInstance).map(Edge.Intent.class::cast).toList();
        }

        private <E extends Edge> Optional<String> first(Class<E> kind, Predicate<E> fits) {
            return edges.stream().filter(kind::isInstance).map(kind::cast).filter(fits).map(Edge::go).findFirst();
        }
    }

    /// Says a line, and leads on when the caller has heard it. Keys that have an edge count while it is spoken.
    record Say(Common common, Template say) implements Node {}

    /// Asks, and waits for keys or words.
    ///
    /// @param say the question
    /// @param keys the keys that are taken; null: none
    /// @param words whether speech is taken
    /// @param into the variable that keeps what was keyed or said; null: none
    /// @param silenceMs how long the caller may be silent before the way for silence, or the question again
    /// @param attempts how often the question is asked, at silence without an edge and at answers that fit none; then the way for a
    ///     limit, or the farewell
    /// @param again the question from the second time on; null: the same
    record Gather(
            Common common,
            Template say,
            @Nullable Keys keys,
            boolean words,
            @Nullable String into,
            int silenceMs,
            int attempts,
            @Nullable Template again)
            implements Node {}

    /// Which keys are taken as one answer.
    ///
    /// @param min how many at least
    /// @param max how many at most; with the last one the answer is complete
    /// @param end the key that completes the answer and is no part of it; null: none
    /// @param gapMs how long the caller may wait between two keys; then the answer is complete
    record Keys(int min, int max, @Nullable Character end, int gapMs) {}

    /// Lets the brain talk with the caller, until one of the intents holds, a tool leads on, or the limit is reached.
    ///
    /// @param prompt what the brain is told here, after the agent's own prompt
    /// @param say the first line; null: the brain makes it, or waits where the caller speaks first
    /// @param tools names of the tools that the brain may use here
    /// @param maxRounds how often the caller may be answered here; then the way for a limit, or the farewell
    record Agent(Common common, Template prompt, @Nullable Template say, List<String> tools, int maxRounds, int silenceMs)
            implements Node {}

    /// Asks for one value of a kind, understands it, reads it back and keeps it.
    ///
    /// @param what the kind
    /// @param into the variable that keeps it
    /// @param say the question
    /// @param again the question from the second time on; null: the same
    /// @param readBack whether the caller has to confirm what was understood
    /// @param confirm how the caller is asked, with `{{value}}` in it
    /// @param attempts how often the question is asked; then the way for a limit, or the farewell
    /// @param min fewest digits; of digits only
    /// @param max most digits; of digits only
    /// @param country the prefix of numbers without one, such as `+1`; of phones only
    record Capture(
            Common common,
            CaptureKind what,
            String into,
            Template say,
            @Nullable Template again,
            boolean readBack,
            Template confirm,
            int attempts,
            int silenceMs,
            int min,
            int max,
            String country)
            implements Node {}

    /// Gives the caller to somebody else. A call that was transferred is not hung up by the agent.
    ///
    /// @param onSuccess where it leads once the other side has the caller; null: the conversation is over
    /// @param onFailure where it leads when the agent keeps its caller
    record Transfer(Common common, TransferPlan plan, @Nullable String onSuccess, String onFailure) implements Node {}

    /// Asks another system.
    ///
    /// @param into the variable that keeps what it answered; null: none
    /// @param say said meanwhile; null: nothing
    record Http(Common common, HttpCall call, @Nullable String into, @Nullable Template say) implements Node {}

    /// Gives variables values, all at once: each from what the variables were before.
    record Set(Common common, Map<String, Assigned> values) implements Node {}

    /// Ends the call once the caller has heard the line.
    ///
    /// @param say null: the call ends at once
    record HangUp(Common common, @Nullable Template say) implements Node {}

    /// Where a variable's value comes from.
    sealed interface Assigned {

        record Text(Template text) implements Assigned {}

        /// A number or a truth.
        record Fixed(JsonNode value) implements Assigned {}

        /// What it was and so much more; what is no number counts as zero.
        record Plus(BigDecimal more) implements Assigned {}
    }
}
