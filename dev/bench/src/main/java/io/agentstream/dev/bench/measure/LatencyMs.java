package io.agentstream.dev.bench.measure;

import org.HdrHistogram.Histogram;

/// Percentiles in milliseconds.
public record LatencyMs(double p50, double p90, double p99, double p999, double max) {

    private static final double US_PER_MS = 1_000.0;
    private static final long MAX_US = 600_000_000;
    private static final int DIGITS = 3;

    /// For durations in microseconds, to three digits.
    public static Histogram newHistogramUs() {
        return new Histogram(1, MAX_US, DIGITS);
    }

    /// @param durationNs what is longer than ten minutes counts as ten minutes, what is negative as nothing
    public static void recordNs(Histogram histogramUs, long durationNs) {
        histogramUs.recordValue(Math.clamp(durationNs / 1_000, 0, MAX_US));
    }

    public static LatencyMs of(Histogram us) {
        return new LatencyMs(at(us, 50), at(us, 90), at(us, 99), at(us, 99.9), us.getMaxValue() / US_PER_MS);
    }

    private static double at(Histogram us, double percentile) {
        return us.getValueAtPercentile(percentile) / US_PER_MS;
    }
}
