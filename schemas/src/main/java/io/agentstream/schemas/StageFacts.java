package io.agentstream.schemas;

import org.jspecify.annotations.Nullable;

@Doc("What callers waited for, summed up over the answers of a run that passed every stage, one after the other: those by a language model and a"
        + " voice, as far as they were sent. Together they are the time from the caller's last sound to the first of the answer that was sent to the"
        + " caller.")
public record StageFacts(
        @Doc("How many answers that were.") int answers,
        @Doc("Milliseconds until it was decided that the caller's turn is over.") long decidedMs,
        @Doc("Milliseconds from there until the caller's words were known, and the model was asked.") long wordsMs,
        @Doc("Milliseconds from there to the first of the model's answer.") long firstTokenMs,
        @Doc("Milliseconds from there until there was a sentence.") long sentenceMs,
        @Doc("Milliseconds from there to the first audio of it.") long firstByteMs,
        @Doc("Milliseconds from there until it was sent to the gateway.") long sentMs,
        @Doc("Milliseconds from there until the gateway sent it, by its own clock.") long wireMs) {

    private static final StageFacts NONE = new StageFacts(0, 0, 0, 0, 0, 0, 0, 0);

    /// With an answer more; the same where that has not passed every stage in its order, as one before which the caller was told to wait.
    public static @Nullable StageFacts plus(@Nullable StageFacts known, @Nullable TurnStages answer) {
        if (answer == null) {
            return known;
        }
        @Nullable Long[] passed = {
            0L, answer.decidedMs(), answer.wordsMs(), answer.firstTokenMs(), answer.sentenceMs(), answer.firstByteMs(), answer.sentMs()
        };
        long[] took = new long[passed.length];
        for (int n = 1; n < passed.length; n++) {
            Long from = passed[n - 1];
            Long to = passed[n];
            if (from == null || to == null || to < from) {
                return known;
            }
            took[n] = to - from;
        }
        Long sent = answer.sentMs();
        Long wire = answer.wireMs();
        if (sent == null || wire == null) {
            return known;
        }
        StageFacts all = known == null ? NONE : known;
        return new StageFacts(
                all.answers + 1, all.decidedMs + took[1], all.wordsMs + took[2], all.firstTokenMs + took[3], all.sentenceMs + took[4],
                all.firstByteMs + took[5], all.sentMs + took[6], all.wireMs + Math.max(0, wire - sent));
    }
}
