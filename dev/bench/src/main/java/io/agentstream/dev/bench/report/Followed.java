package io.agentstream.dev.bench.report;

import io.agentstream.dev.bench.measure.LatencyMs;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// What it does to calls that one of them is followed: windows without followers and with them, in turn, so that what else the machine
/// does falls on both.
///
/// @param followers of one call
/// @param told how many of them were told anything, in the window with the fewest
/// @param events that they were told in a window, together; the fewest
/// @param windows of each kind
/// @param without medians of the windows without
/// @param with medians of the windows with
/// @param orchestratorCoresWithout what the orchestrator used, the median too
public record Followed(
        int followers,
        int told,
        long events,
        int windows,
        LatencyMs without,
        LatencyMs with,
        double orchestratorCoresWithout,
        double orchestratorCoresWith) {

    /// One window.
    ///
    /// @param told 0 without followers
    public record Seen(LatencyMs rttMs, double orchestratorCores, int told, long events) {}

    /// @throws IllegalArgumentException where there is no window of a kind
    public static Followed of(int followers, List<Seen> without, List<Seen> with) {
        if (without.isEmpty() || with.isEmpty()) {
            throw new IllegalArgumentException("two kinds of windows are compared");
        }
        return new Followed(
                followers,
                with.stream().mapToInt(Seen::told).min().orElse(0),
                with.stream().mapToLong(Seen::events).min().orElse(0),
                with.size(),
                medians(without),
                medians(with),
                median(without, Seen::orchestratorCores),
                median(with, Seen::orchestratorCores));
    }

    private static LatencyMs medians(List<Seen> windows) {
        return new LatencyMs(
                median(windows, seen -> seen.rttMs().p50()),
                median(windows, seen -> seen.rttMs().p90()),
                median(windows, seen -> seen.rttMs().p99()),
                median(windows, seen -> seen.rttMs().p999()),
                median(windows, seen -> seen.rttMs().max()));
    }

    private static double median(List<Seen> windows, ToDoubleFunction<Seen> figure) {
        List<Double> sorted = windows.stream().map(figure::applyAsDouble).sorted(Comparator.naturalOrder()).toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /// By how much of itself the p99 is larger with followers; negative where it is smaller.
    public double p99Change() {
        return with.p99() / without.p99() - 1;
    }
}
