package io.agentstream.dev.bench.measure;

/// What has come back of one call's numbered frames, as far as the last 64 of them go. One thread.
public final class EchoLedger {

    /// What an arrival is.
    public enum Arrival {
        /// Newer than all before.
        IN_ORDER,
        /// The first time, but after one with a higher number.
        LATE,
        /// Was there before.
        DUPLICATE
    }

    private int highest = -1;
    /// Bit n: the frame `highest - n` was there.
    private long seen;

    public Arrival arrived(int seq) {
        if (seq > highest) {
            int steps = seq - highest;
            seen = (steps < Long.SIZE ? seen << steps : 0) | 1;
            highest = seq;
            return Arrival.IN_ORDER;
        }
        int back = highest - seq;
        if (back >= Long.SIZE) {
            return Arrival.LATE;
        }
        long bit = 1L << back;
        if ((seen & bit) != 0) {
            return Arrival.DUPLICATE;
        }
        seen |= bit;
        return Arrival.LATE;
    }
}
