package io.agentstream.agents.conversation;

import io.agentstream.agents.conversation.ConversationInput.Ending;
import io.agentstream.agents.conversation.Floor.Pause;

/// What a call has taught about its caller: how long the caller pauses within a turn. Pauses of one person are spread around a length of
/// that person's own (log-normal, for the most part within a factor of two), and those of different people around different ones. So
/// it is the length that is learned, from the newest pauses, and as long as few were heard the agent's own notion counts as some more. Immutable;
/// any thread.
///
/// @param pauses how many were heard; 0 to [#MEMORY]: older ones are forgotten
/// @param typicalMs their geometric mean; 0 where there were none
/// @param paused whether there was one in the turn that goes on
public record Pace(int pauses, int typicalMs, boolean paused) {

    static final Pace UNKNOWN = new Pace(0, 0, false);

    /// Pauses that are remembered.
    private static final int MEMORY = 8;

    /// As many pauses the agent's own notion of a caller is worth: who is slow is soon believed, since it costs less to wait than to cut somebody
    /// short.
    private static final int PRESUMED_OF_SLOW = 1;
    private static final int PRESUMED_OF_QUICK = 4;

    /// A longer pause than this teaches nothing more, and a shorter one is heard by nobody.
    private static final int MAX_LEARNED_MS = 3_000;
    private static final int MIN_LEARNED_MS = 200;

    /// A turn without any is worth one of these.
    private static final int FLUENT_MS = 250;

    /// How much longer than a typical pause one is that ends a turn.
    private static final double LONGER = 1.5;

    /// Speech that is shorter may be an answer such as yes, where no words are known.
    static final int SHORT_SPEECH_MS = 450;

    /// A sound between two pauses of which no words are known and that is shorter mostly says that the caller goes on: "um". It may be a "please",
    /// which is as short.
    private static final int HESITATION_MS = 350;

    /// Who speaks for longer has said more than an answer: the words are late.
    private static final int MAX_ANSWER_MS = 1_500;

    /// The caller has paused and gone on.
    Pace paused(long ms) {
        return learned(Math.clamp(ms, MIN_LEARNED_MS, MAX_LEARNED_MS), true);
    }

    /// A turn is over.
    Pace finished() {
        return paused ? new Pace(pauses, typicalMs, false) : learned(FLUENT_MS, false);
    }

    private Pace learned(int pauseMs, boolean isPause) {
        int before = Math.min(pauses, MEMORY - 1);
        double sum = before == 0 ? 0 : before * StrictMath.log(Math.max(1, typicalMs));
        return new Pace(before + 1, (int) Math.round(StrictMath.exp((sum + StrictMath.log(pauseMs)) / (before + 1))), isPause);
    }

    /// How long a pause ends the turn.
    long endsAfterMs(Patience patience, Pause pause, Ending ending) {
        long usualMs = usualMs(patience);
        if (!patience.adapts()) {
            return switch (ending) {
                case ANSWER -> pause.speechMs() > MAX_ANSWER_MS ? usualMs : Math.min(usualMs, patience.shortAnswerMs());
                case OVER, COMPLETE, UNCLEAR, UNKNOWN -> usualMs;
                case LISTED, OPEN, EXPECTED -> patience.maxMs();
            };
        }
        return switch (ending) {
            case ANSWER -> pause.speechMs() > MAX_ANSWER_MS ? usualMs : Math.min(usualMs, patience.shortAnswerMs());
            case OVER -> patience.minMs();
            case COMPLETE -> within(patience, usualMs * 3 / 4);
            case UNCLEAR -> isShort(pause) ? shortened(patience, usualMs) : usualMs;
            case UNKNOWN -> isShort(pause) ? shortened(patience, usualMs) : hesitates(pause) ? within(patience, usualMs * 3 / 2) : usualMs;
            case LISTED -> within(patience, usualMs * 3 / 2);
            case OPEN -> within(patience, usualMs * 3);
            case EXPECTED -> patience.maxMs();
        };
    }

    private static boolean isShort(Pause pause) {
        return pause.speechMs() < SHORT_SPEECH_MS;
    }

    private static long shortened(Patience patience, long usualMs) {
        return Math.max(patience.shortAnswerMs(), usualMs * 3 / 5);
    }

    /// Behind a short sound that has itself a pause before it.
    private static boolean hesitates(Pause pause) {
        return pause.lastMs() < HESITATION_MS && pause.speechMs() - pause.lastMs() > MIN_LEARNED_MS;
    }

    private long usualMs(Patience patience) {
        if (!patience.adapts()) {
            return patience.minMs();
        }
        if (pauses == 0) {
            return patience.firstMs();
        }
        double presumed = StrictMath.log((double) Math.max(1, patience.firstMs()));
        double heard = StrictMath.log(LONGER * Math.max(1, typicalMs));
        int weight = heard > presumed ? PRESUMED_OF_SLOW : PRESUMED_OF_QUICK;
        return within(patience, Math.round(StrictMath.exp((weight * presumed + pauses * heard) / (weight + pauses))));
    }

    private static long within(Patience patience, long ms) {
        return Math.clamp(ms, patience.minMs(), Math.max(patience.minMs(), patience.maxMs()));
    }
}
