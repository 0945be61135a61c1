package io.agentstream.calllog.timeline;

import org.jspecify.annotations.Nullable;

/// Compares the provider's time with when frames came: which were late, and which never came. What follows within a second belongs
/// together, for ten seconds at most. A provider's clock may stand still while nobody speaks, or begin anew: where nothing is in time for
/// [#ANEW_MS], it has, and frames are held to the most punctual ones since. One thread.
final class FrameWatch {

    /// A frame that comes so much later than the most punctual ones is late.
    static final long LATE_MS = 100;

    /// Longer than what was late in a network takes to come.
    static final long ANEW_MS = 3_000;

    private static final long TOGETHER_MS = 1_000;
    private static final long LONGEST_MS = 10_000;

    /// Two clocks may drift apart by a ten-thousandth.
    private static final double DRIFT = 0.000_1;

    private int received;
    private int late;
    private long worstLateMs;
    private int lost;
    private long lostMs;

    private boolean hasBegun;
    private long newestAtMs;
    private long nextTimestampMs;
    private long frameMs = 20;
    private double punctualMs;
    /// Since when nothing was in time, and by how much the most punctual of those was off.
    private long lateSinceMs = -1;
    private double lateOffMs;
    private int lostRecords;
    private @Nullable Trouble trouble;

    /// While it goes on.
    private static final class Trouble {
        final long fromMs;
        final long seq;
        long atMs;
        int late;
        long worstMs;
        int lost;
        long lostMs;

        Trouble(long fromMs, long seq) {
            this.fromMs = fromMs;
            this.seq = seq;
            this.atMs = fromMs;
        }

        TimelineEntry.Frames entry() {
            return new TimelineEntry.Frames(atMs, seq, null, fromMs, late, worstMs, lost, lostMs);
        }
    }

    /// Records of the call's media are missing from the log.
    void lostRecords(long count) {
        lostRecords = (int) Math.min(Integer.MAX_VALUE, lostRecords + count);
    }

    /// @param atMs when it came
    /// @param timestampMs when it was made, by the provider's time; comes from outside and is believed no further than time went on
    /// @param lengthMs of its audio
    /// @return a trouble that is over now; null where there is none
    TimelineEntry.@Nullable Frames frame(long seq, long atMs, long timestampMs, long lengthMs) {
        received++;
        if (!hasBegun) {
            begin(atMs, timestampMs);
        }
        frameMs = Math.max(1, lengthMs);
        long jumpMs = Math.clamp(timestampMs - nextTimestampMs, 0, Math.max(0, atMs - newestAtMs) + TOGETHER_MS);
        int missing = (int) Math.max(jumpMs / frameMs, lostRecords);
        long missingMs = Math.max(missing == 0 ? 0 : jumpMs, lostRecords * frameMs);
        lostRecords = 0;
        double offMs = atMs - timestampMs;
        punctualMs = Math.min(offMs, punctualMs + Math.max(0, atMs - newestAtMs) * DRIFT);
        anew(atMs, offMs);
        long lateMs = Math.round(offMs - punctualMs);
        newestAtMs = Math.max(newestAtMs, atMs);
        nextTimestampMs = timestampMs + lengthMs;
        TimelineEntry.Frames over = over(atMs);
        if (missing > 0 || lateMs > LATE_MS) {
            note(seq, atMs, lateMs > LATE_MS ? lateMs : 0, missing, missingMs);
        }
        return over;
    }

    private void anew(long atMs, double offMs) {
        if (offMs - punctualMs <= LATE_MS) {
            lateSinceMs = -1;
            return;
        }
        lateOffMs = lateSinceMs < 0 ? offMs : Math.min(lateOffMs, offMs);
        lateSinceMs = lateSinceMs < 0 ? atMs : lateSinceMs;
        if (atMs - lateSinceMs >= ANEW_MS) {
            punctualMs = lateOffMs;
            lateSinceMs = -1;
        }
    }

    private void begin(long atMs, long timestampMs) {
        hasBegun = true;
        newestAtMs = atMs;
        nextTimestampMs = timestampMs;
        punctualMs = atMs - timestampMs;
    }

    private void note(long seq, long atMs, long lateMs, int missing, long missingMs) {
        if (trouble == null) {
            trouble = new Trouble(atMs, seq);
        }
        trouble.atMs = Math.max(trouble.atMs, atMs);
        if (lateMs > 0) {
            late++;
            trouble.late++;
            trouble.worstMs = Math.max(trouble.worstMs, lateMs);
            worstLateMs = Math.max(worstLateMs, lateMs);
        }
        lost += missing;
        lostMs += missingMs;
        trouble.lost += missing;
        trouble.lostMs += missingMs;
    }

    private TimelineEntry.@Nullable Frames over(long nowMs) {
        Trouble now = trouble;
        if (now == null || (nowMs - now.atMs < TOGETHER_MS && nowMs - now.fromMs < LONGEST_MS)) {
            return null;
        }
        trouble = null;
        return now.entry();
    }

    /// No frame comes any more.
    TimelineEntry.@Nullable Frames end() {
        Trouble last = trouble;
        trouble = null;
        lost += lostRecords;
        lostMs += lostRecords * frameMs;
        lostRecords = 0;
        return last == null ? null : last.entry();
    }

    TimelineSummary.Frames summary() {
        return new TimelineSummary.Frames(received, late, worstLateMs, lost, lostMs);
    }
}
