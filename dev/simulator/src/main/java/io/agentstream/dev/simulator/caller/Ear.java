package io.agentstream.dev.simulator.caller;

/// Tells speech from silence in what the caller hears. Confined to the thread of its call; time is the caller's.
final class Ear {

    /// So long a pause is no pause for breath.
    static final long PAUSE_MS = 600;

    private static final long NEVER = Long.MIN_VALUE;

    private boolean speaking;
    private long speechBeganMs = NEVER;
    private long lastSpeechMs = NEVER;

    /// What a frame changed.
    enum Change {
        NONE,
        SPEAKS,
        FELL_SILENT
    }

    /// Hears 20 ms that begin at `nowMs`.
    Change hear(boolean speech, long nowMs) {
        if (speech) {
            lastSpeechMs = nowMs;
            if (!speaking) {
                speaking = true;
                speechBeganMs = nowMs;
                return Change.SPEAKS;
            }
        } else if (speaking && nowMs - lastSpeechMs >= PAUSE_MS) {
            speaking = false;
            return Change.FELL_SILENT;
        }
        return Change.NONE;
    }

    /// Whether the agent speaks and has done so for `afterMs`.
    boolean hasSpokenFor(long afterMs, long nowMs) {
        return speaking && nowMs - speechBeganMs >= afterMs;
    }

    /// Whether the agent has spoken since `sinceMs` and has been silent for `afterMs` (and at least for a pause) now.
    boolean isSilentFor(long afterMs, long sinceMs, long nowMs) {
        return !speaking && lastSpeechMs >= sinceMs && nowMs - lastSpeechMs >= afterMs;
    }
}
