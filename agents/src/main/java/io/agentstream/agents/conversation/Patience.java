package io.agentstream.agents.conversation;

/// How long a caller may pause before the turn is over.
///
/// @param minMs the shortest pause that ends a turn
/// @param maxMs the longest that is waited for
/// @param shortAnswerMs the pause behind an answer that is complete by itself
/// @param adapts whether the pause follows the caller's own pauses; else it is `maxMs` where the words go on, and `minMs` in all other cases
public record Patience(int minMs, int maxMs, int shortAnswerMs, boolean adapts) {

    /// As an agent has it that says nothing about it.
    public static final Patience USUAL = new Patience(300, 2_500, 250, true);

    /// The pause that ends a turn of a caller of whom nothing is known.
    long firstMs() {
        return minMs + (long) (maxMs - minMs) * FIRST_PERCENT / 100;
    }

    private static final int FIRST_PERCENT = 20;
}
