package io.agentstream.agents.conversation;

import org.jspecify.annotations.Nullable;

/// What is known of the caller whatever the agent is doing: whether the caller speaks, which keys were pressed and what was said that nobody has
/// taken yet, and how the caller speaks.
///
/// @param speaking whether the caller is speaking
/// @param sinceMs since when, by the loop's clock; 0 where the caller is not
/// @param keys keys that wait for a node that takes keys, in order
/// @param endedMs when the newest speech ended; 0: there was none, or it is not known
/// @param spokeMs length of what was said into a line that may not be cut, and waits to be answered; 0: nothing
/// @param pace how long the caller pauses
public record Caller(boolean speaking, long sinceMs, String keys, long endedMs, long spokeMs, Pace pace) {

    /// Keys that are kept; further ones are lost.
    public static final int MAX_KEYS = 20;

    /// How much later than a pause ends a turn the caller may go on with it.
    private static final int LATE_MS = 500;

    public static final Caller SILENT = new Caller(false, 0, "", 0, 0, Pace.UNKNOWN);

    /// What another worker has left.
    static Caller left(@Nullable String keys, @Nullable Long spokeMs, @Nullable Pace pace) {
        return new Caller(
                false, 0, keys == null ? "" : keys.substring(0, Math.min(keys.length(), MAX_KEYS)), 0,
                spokeMs == null ? 0 : Math.max(0, spokeMs), pace == null ? Pace.UNKNOWN : pace);
    }

    Caller speaks(long sinceMs) {
        return new Caller(true, sinceMs, keys, endedMs, spokeMs, pace);
    }

    Caller fallsSilent() {
        return new Caller(false, 0, keys, endedMs, spokeMs, pace);
    }

    /// Silent since `endedMs`, after a turn that is answered now. Whether it was one is known when the next one begins.
    Caller ends(long endedMs) {
        return new Caller(false, 0, keys, endedMs, 0, pace);
    }

    /// Begins a turn: the one before is over, if there was one.
    Caller takesTurn() {
        return endedMs == 0 ? this : new Caller(speaking, sinceMs, keys, endedMs, spokeMs, pace.finished());
    }

    /// Has said something that will be answered later. Of two such things it is the longer one that counts.
    Caller leaves(long speechMs, long endedMs) {
        return new Caller(false, 0, keys, endedMs, Math.max(spokeMs, speechMs), pace);
    }

    /// What was said is answered, or will not be.
    Caller takenUp() {
        return spokeMs == 0 ? this : new Caller(speaking, sinceMs, keys, endedMs, 0, pace);
    }

    /// Has paused for so long within a turn.
    Caller paused(long pauseMs) {
        return new Caller(speaking, sinceMs, keys, endedMs, spokeMs, pace.paused(pauseMs));
    }

    /// The answer to what was said last begins to sound: who speaks from now on does not go on with that.
    Caller answered() {
        return endedMs == 0 || spokeMs > 0 ? this : new Caller(speaking, sinceMs, keys, 0, spokeMs, pace);
    }

    /// Begins to speak while the answer to the last turn is being made: it was no turn, and only a pause, unless it is longer than any pause that
    /// is waited for. Who asks then whether somebody is there has not paused.
    Caller goesOn(long sinceMs, Patience patience) {
        boolean pauses = endedMs > 0 && sinceMs > endedMs && sinceMs - endedMs <= patience.maxMs() + LATE_MS;
        return pauses ? paused(sinceMs - endedMs).speaks(sinceMs) : speaks(sinceMs);
    }

    /// One that has been heard up to now and goes on speaking.
    Caller speaksOn(long nowMs) {
        return speaking ? speaks(nowMs) : this;
    }

    Caller presses(char key) {
        return keys.length() >= MAX_KEYS ? this : new Caller(speaking, sinceMs, keys + key, endedMs, spokeMs, pace);
    }

    /// Without the first keys, which were taken.
    Caller without(int taken) {
        return new Caller(speaking, sinceMs, keys.substring(taken), endedMs, spokeMs, pace);
    }

    long speechMs(long nowMs) {
        return speaking ? Math.max(0, nowMs - sinceMs) : 0;
    }
}
