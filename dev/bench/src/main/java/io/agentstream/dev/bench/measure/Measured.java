package io.agentstream.dev.bench.measure;

import org.HdrHistogram.Histogram;

/// What a loop counts of the frames that are due within a window of time. One thread, until it is handed on.
public final class Measured {

    private final Histogram roundTripUs = LatencyMs.newHistogramUs();
    private final Histogram latenessUs = LatencyMs.newHistogramUs();
    private long startNs = Long.MAX_VALUE;
    private long endNs = Long.MAX_VALUE;
    private long sent;
    private long received;
    private long outOfOrder;
    private long duplicates;
    private long corrupt;

    /// Frames that are due from `ns` on count.
    public void from(long ns) {
        startNs = ns;
    }

    /// Frames that are due from `ns` on no longer count.
    public void until(long ns) {
        endNs = ns;
    }

    private boolean counts(long dueNs) {
        return dueNs >= startNs && dueNs < endNs;
    }

    /// A frame is due. It counts as sent even where the peer reads too slowly for it to go at once.
    public void due(long dueNs) {
        if (counts(dueNs)) {
            sent++;
        }
    }

    /// How late a frame went through the sender's own fault.
    public void lateness(long dueNs, long nowNs) {
        if (counts(dueNs)) {
            LatencyMs.recordNs(latenessUs, nowNs - dueNs);
        }
    }

    public void received(long dueNs, long nowNs, EchoLedger.Arrival arrival) {
        if (!counts(dueNs)) {
            return;
        }
        switch (arrival) {
            case IN_ORDER -> received++;
            case LATE -> {
                received++;
                outOfOrder++;
            }
            case DUPLICATE -> {
                duplicates++;
                return;
            }
        }
        LatencyMs.recordNs(roundTripUs, nowNs - dueNs);
    }

    /// An echo that is not what was sent on this call.
    public void corrupt() {
        corrupt++;
    }

    public boolean complete() {
        return received >= sent;
    }

    public void add(Measured other) {
        roundTripUs.add(other.roundTripUs);
        latenessUs.add(other.latenessUs);
        sent += other.sent;
        received += other.received;
        outOfOrder += other.outOfOrder;
        duplicates += other.duplicates;
        corrupt += other.corrupt;
    }

    public Frames frames() {
        return new Frames(sent, received, sent - received, outOfOrder, duplicates, corrupt);
    }

    public LatencyMs roundTrip() {
        return LatencyMs.of(roundTripUs);
    }

    public LatencyMs lateness() {
        return LatencyMs.of(latenessUs);
    }
}
