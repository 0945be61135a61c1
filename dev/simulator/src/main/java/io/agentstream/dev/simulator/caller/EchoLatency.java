package io.agentstream.dev.simulator.caller;

import org.HdrHistogram.Histogram;

/// How long numbered frames took there and back, in microseconds. `sent` frames left, `returned` came back, of these
/// `outOfOrder` after a later one.
public record EchoLatency(long sent, long returned, long outOfOrder, Histogram histogram) {

    static final long HIGHEST_US = 60_000_000;

    /// Nothing was measured.
    public static EchoLatency none() {
        return new EchoLatency(0, 0, 0, new Histogram(HIGHEST_US, 3));
    }

    /// The value that `percent` (0 to 100) of the frames did not exceed, in milliseconds.
    public double percentileMs(double percent) {
        return histogram.getValueAtPercentile(percent) / 1_000.0;
    }

    /// Both together.
    public EchoLatency plus(EchoLatency other) {
        Histogram all = histogram.copy();
        all.add(other.histogram);
        return new EchoLatency(sent + other.sent, returned + other.returned, outOfOrder + other.outOfOrder, all);
    }
}
