package io.agentstream.dev.bench.report;

import io.agentstream.dev.bench.measure.LatencyMs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/// What callers heard of an agent whose services are played, and what it took.
///
/// @param calibrated what the services take of it
/// @param answerMs from the caller's last word to the first frame of the answer
/// @param ownMs the same, less what the services take
/// @param greetingMs from the running run to the first frame of the greeting, of all calls
/// @param unanswered how often the caller said something and heard nothing
/// @param ended calls that ended before their callers wanted
/// @param cores of all processes of the system for each conversation
/// @param processes what each used, with who calls and the played services
/// @param perCall what services bill for a call in the measured time
public record TalkReport(
        Machine machine,
        Map<String, Object> settings,
        int calls,
        double seconds,
        String calibrated,
        Times answerMs,
        Times ownMs,
        Times greetingMs,
        int unanswered,
        int ended,
        double cores,
        Map<String, ProcessFigures> processes,
        Optional<MachineFigures> machineFigures,
        PerCall perCall) {

    /// What services bill.
    public record PerCall(double answers, double tokens, double characters, double secondsHeard, double secondsSpoken) {}

    /// How durations are spread, in milliseconds.
    public record Times(int count, double p50, double p95, double p99, double max) {

        private static final double US_PER_MS = 1_000.0;

        /// @param lessMs taken off each; what is less than that counts as nothing
        public static Times of(List<Long> valuesMs, long lessMs) {
            Histogram us = LatencyMs.newHistogramUs();
            valuesMs.forEach(value -> LatencyMs.recordNs(us, (value - lessMs) * 1_000_000));
            return new Times(valuesMs.size(), at(us, 50), at(us, 95), at(us, 99), us.getMaxValue() / US_PER_MS);
        }

        private static double at(Histogram us, double percentile) {
            return us.getValueAtPercentile(percentile) / US_PER_MS;
        }
    }

    /// Whether every caller was answered each time, and none lost the call.
    public boolean isGood() {
        return unanswered == 0 && ended == 0 && answerMs.count() > 0;
    }

    /// For people.
    public String table() {
        List<String> lines = new ArrayList<>();
        lines.add(Text.of("%d conversations for %.0f s, services played: %s", calls, seconds, calibrated));
        lines.add(Text.of("%-52s %7s %8s %8s %8s %8s", "ms", "count", "p50", "p95", "p99", "max"));
        lines.add(line("caller's last word to the answer's first frame", answerMs));
        lines.add(line("  less what the services take", ownMs));
        lines.add(line("running to the greeting's first frame", greetingMs));
        lines.add(Text.of("cores for each conversation: %.4f", cores));
        processes.entrySet().stream()
                .sorted(Comparator.comparingDouble(each -> -each.getValue().cores()))
                .forEach(each -> lines.add(Text.of("  %-20s %.4f", each.getKey(), each.getValue().cores() / calls)));
        machineFigures.ifPresent(figures -> lines.add(Text.of(
                "of %d processors busy: %.2f, by others: %.2f", figures.processors(), figures.busy(), figures.others() + figures.unseen())));
        lines.add(Text.of("each call: %.1f answers, %.0f tokens, %.0f characters, %.1f s heard, %.1f s spoken",
                perCall.answers(), perCall.tokens(), perCall.characters(), perCall.secondsHeard(), perCall.secondsSpoken()));
        lines.add(Text.of("not answered: %d, calls that ended: %d", unanswered, ended));
        return String.join("\n", lines) + "\n";
    }

    private static String line(String what, Times of) {
        return Text.of("%-52s %7d %8.0f %8.0f %8.0f %8.0f", what, of.count(), of.p50(), of.p95(), of.p99(), of.max());
    }
}
