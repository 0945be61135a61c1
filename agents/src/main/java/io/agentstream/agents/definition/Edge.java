package io.agentstream.agents.definition;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A way from one node to another, and what leads there. Immutable; any thread.
public sealed interface Edge {

    /// Name of the node that it leads to.
    String go();

    /// The caller pressed a key.
    ///
    /// @param key null: any that has no edge of its own
    record Key(@Nullable Character key, String go) implements Edge {}

    /// The caller wants something.
    ///
    /// @param intent its name
    /// @param description what the caller wants, for the brain; null: only the words count
    /// @param words words or phrases that say so by themselves, without the brain
    record Intent(String intent, @Nullable String description, List<String> words, String go) implements Edge {

        @Override
        public String toString() {
            return "Intent[" + intent + " -> " + go + "]";
        }
    }

    /// The node's work is done and the condition holds.
    record When(Condition condition, String go) implements Edge {}

    /// The caller said nothing for as long as the node waits.
    record Silence(String go) implements Edge {}

    /// The node's work has failed.
    ///
    /// @param fault null: any that has no edge of its own
    record Failed(@Nullable Fault fault, String go) implements Edge {}

    /// The node was entered, its question asked, or its caller answered as often as it may be.
    record Limit(String go) implements Edge {}
}
