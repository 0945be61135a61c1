package io.agentstream.dev.bench.load;

import io.agentstream.dev.bench.measure.LatencyMs;
import io.agentstream.dev.bench.measure.Measured;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/// What became of a loop's calls, and what is being measured of their frames. One thread, until it is handed on.
final class CallTally {

    private final Histogram setupUs = LatencyMs.newHistogramUs();
    private final Map<Integer, Integer> closeCodes = new TreeMap<>();
    private Measured measured = new Measured();
    private int placed;
    private int answered;
    private int refused;
    private int failed;

    void placed() {
        placed++;
    }

    /// The first frame came back.
    void running(long sincePlacedNs) {
        answered++;
        LatencyMs.recordNs(setupUs, sincePlacedNs);
    }

    void closed(int code, boolean wasRunning, boolean weHungUp) {
        closeCodes.merge(code, 1, Integer::sum);
        if (!wasRunning) {
            refused++;
        } else if (!weHungUp) {
            failed++;
        }
    }

    Measured measured() {
        return measured;
    }

    void measure(Measured next) {
        measured = next;
    }

    /// For another thread.
    CallTally copy() {
        CallTally copy = new CallTally();
        copy.add(this);
        return copy;
    }

    void add(CallTally other) {
        measured.add(other.measured);
        setupUs.add(other.setupUs);
        other.closeCodes.forEach((code, count) -> closeCodes.merge(code, count, Integer::sum));
        placed += other.placed;
        answered += other.answered;
        refused += other.refused;
        failed += other.failed;
    }

    CallCounts counts() {
        return new CallCounts(placed, answered, refused, failed, Map.copyOf(closeCodes), LatencyMs.of(setupUs));
    }
}
