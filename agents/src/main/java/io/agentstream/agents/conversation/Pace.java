package io.agentstream.agents.conversation;

import io.agentstream.agents.conversation.ConversationInput.Ending;

/// What a call has taught about its caller: how long the caller pauses within a turn. A longer pause is believed at once, for the most part; a
/// shorter one, and each turn that had none, makes the agent a little quicker again. Immutable; any thread.
///
/// @param withinMs a pause within a turn that this caller seldom exceeds; 0: none was heard
public record Pace(int withinMs) {

    static final Pace UNKNOWN = new Pace(0);

    /// A longer pause than this teaches nothing more.
    private static final int MAX_LEARNED_MS = 3_000;

    /// Speech that is shorter may be an answer such as yes, where no words are known.
    static final int SHORT_SPEECH_MS = 450;

    /// Who speaks for longer has said more than an answer: the words are late.
    private static final int MAX_ANSWER_MS = 1_500;

    /// The caller has paused and gone on.
    Pace paused(long ms) {
        int pauseMs = Math.clamp(ms, 0, MAX_LEARNED_MS);
        return new Pace(pauseMs > withinMs ? withinMs + (pauseMs - withinMs) * 9 / 10 : withinMs - (withinMs - pauseMs) / 8);
    }

    /// A turn is over.
    Pace finished() {
        return new Pace(withinMs - withinMs / 16);
    }

    /// How long a pause ends the turn.
    ///
    /// @param speechMs how long the turn is by then, with the pauses in it
    long endsAfterMs(Patience patience, long speechMs, Ending ending) {
        long usualMs = usualMs(patience);
        long pauseMs = switch (ending) {
            case ANSWER -> speechMs > MAX_ANSWER_MS ? usualMs : Math.min(usualMs, patience.shortAnswerMs());
            case COMPLETE -> within(patience, usualMs * 3 / 4);
            case OPEN -> patience.adapts() ? within(patience, usualMs * 2) : patience.maxMs();
            case UNCLEAR -> usualMs;
        };
        boolean mayBeAnAnswer = ending == Ending.UNCLEAR && speechMs < SHORT_SPEECH_MS && patience.adapts();
        return mayBeAnAnswer ? Math.max(patience.shortAnswerMs(), pauseMs * 2 / 3) : pauseMs;
    }

    private long usualMs(Patience patience) {
        if (!patience.adapts()) {
            return patience.minMs();
        }
        return withinMs == 0 ? patience.firstMs() : within(patience, withinMs * 5L / 4 + 150);
    }

    private static long within(Patience patience, long ms) {
        return Math.clamp(ms, patience.minMs(), Math.max(patience.minMs(), patience.maxMs()));
    }
}
