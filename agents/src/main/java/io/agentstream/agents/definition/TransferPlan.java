package io.agentstream.agents.definition;

import org.jspecify.annotations.Nullable;

/// How a caller is given to somebody else. Immutable; any thread.
///
/// @param warm what the other side is told first; null: the caller is simply put through
/// @param to whom: a number or address
/// @param say what the caller hears before; null: nothing
/// @param ringMs how long the other side may ring
public record TransferPlan(@Nullable Warm warm, Template to, @Nullable Template say, int ringMs) {

    /// What the other side hears before it is connected, and how it takes the call.
    ///
    /// @param summary what the call is about; null: the brain makes it
    /// @param inBrief said in place of a summary that the brain does not make
    /// @param question says which keys take the call and refuse it: 1 and 2
    /// @param hold what the caller hears meanwhile; null: the filler's lines
    /// @param language of all these, as a BCP 47 tag
    public record Warm(@Nullable Template summary, Template inBrief, Template question, @Nullable Template hold, String language) {

        /// Longest summary: three quarters of a minute.
        public static final int MAX_SUMMARY_CHARS = 700;

        /// How long the other side may take to listen and to press a key.
        public static final int ANSWER_MS = 60_000;
    }

    /// How long it may last until it is known how the transfer ends, apart from what the provider takes for each request.
    public int limitMs() {
        return ringMs + (warm == null ? 0 : Warm.ANSWER_MS);
    }
}
