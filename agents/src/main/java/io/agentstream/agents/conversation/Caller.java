package io.agentstream.agents.conversation;

/// What is known of the caller whatever the agent is doing: whether the caller speaks, and which keys were pressed that nobody has
/// taken yet.
///
/// @param speaking whether the caller is speaking
/// @param sinceMs since when, by the loop's clock; 0 where the caller is not
/// @param keys keys that wait for a node that takes keys, in order
public record Caller(boolean speaking, long sinceMs, String keys) {

    /// Keys that are kept; further ones are lost.
    public static final int MAX_KEYS = 20;

    public static final Caller SILENT = new Caller(false, 0, "");

    static Caller withKeys(String keys) {
        return keys.isEmpty() ? SILENT : new Caller(false, 0, keys.substring(0, Math.min(keys.length(), MAX_KEYS)));
    }

    Caller speaks(long sinceMs) {
        return new Caller(true, sinceMs, keys);
    }

    Caller fallsSilent() {
        return new Caller(false, 0, keys);
    }

    /// One that has been heard up to now and goes on speaking.
    Caller speaksOn(long nowMs) {
        return speaking ? speaks(nowMs) : this;
    }

    Caller presses(char key) {
        return keys.length() >= MAX_KEYS ? this : new Caller(speaking, sinceMs, keys + key);
    }

    /// Without the first keys, which were taken.
    Caller without(int taken) {
        return new Caller(speaking, sinceMs, keys.substring(taken));
    }

    long speechMs(long nowMs) {
        return speaking ? Math.max(0, nowMs - sinceMs) : 0;
    }
}
