package io.agentstream.dev.bench.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.agentstream.dev.bench.measure.Frames;
import io.agentstream.dev.bench.measure.LatencyMs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// What calls heard of it that workers ended and others came.
///
/// @param gapMs of the killed workers' calls: from the kill to the next frame, each kill giving one for each conversation
/// @param worstGapMs of each kill the longest of them
/// @param leftMs of calls of workers that were told to stop: the longest pause while they left, each stop giving one for each conversation
/// @param othersMs the longest pause of each call of the workers that stayed, at each end of another
/// @param joinedMs the longest pause of each call when a worker came
/// @param talked calls at the beginning
/// @param neverAgain how often a call was not heard again within half a minute
/// @param frames of all calls from the first kill to the end; null before that. What was said while nobody answered is lost on purpose
/// @param calls how they ended; null before that
@JsonInclude(JsonInclude.Include.NON_NULL)
public record KillsReport(
        Machine machine,
        Map<String, Object> settings,
        int kills,
        int stops,
        int talked,
        Spread gapMs,
        Spread worstGapMs,
        Spread leftMs,
        Spread othersMs,
        Spread joinedMs,
        int neverAgain,
        @Nullable Frames frames,
        Point.@Nullable CallFigures calls,
        List<Round> rounds) {

    /// So many, and how they are spread.
    public record Spread(int count, LatencyMs ms) {

        static Spread of(List<Long> valuesMs) {
            Histogram us = LatencyMs.newHistogramUs();
            valuesMs.forEach(value -> LatencyMs.recordNs(us, value * 1_000_000));
            return new Spread(valuesMs.size(), LatencyMs.of(us));
        }
    }

    /// A worker ends and another begins.
    ///
    /// @param killed whether by SIGKILL; else it was told to stop
    /// @param held conversations that it held
    /// @param gapsMs of so many calls with the longest pauses: from the kill to their next frame; where it was told to stop, the pause
    /// @param othersMs longest pauses of the other calls
    /// @param joinedMs longest pause of each call when the new worker came
    /// @param neverAgain calls that were not heard again
    public record Round(
            boolean killed, int held, List<Long> gapsMs, List<Long> othersMs, List<Long> joinedMs, int neverAgain) {

        /// For a person who waits.
        public String line(int number) {
            Spread gaps = Spread.of(gapsMs);
            return Text.of("%4d %s with %d conversations: p50 %.0f ms, max %.0f ms; others max %.0f ms; when one came max %.0f ms%s",
                    number, killed ? "killed" : "stopped", held, gaps.ms().p50(), gaps.ms().max(), Spread.of(othersMs).ms().max(),
                    Spread.of(joinedMs).ms().max(), neverAgain == 0 ? "" : "; never heard again: " + neverAgain);
        }
    }

    public static KillsReport of(
            Machine machine, Map<String, Object> settings, List<Round> rounds, int talked, @Nullable Frames frames, Point.@Nullable CallFigures calls) {
        Predicate<Round> killed = Round::killed;
        return new KillsReport(
                machine, settings,
                (int) rounds.stream().filter(killed).count(),
                (int) rounds.stream().filter(killed.negate()).count(),
                talked,
                spread(rounds, killed, Round::gapsMs),
                Spread.of(rounds.stream().filter(killed).flatMap(round -> round.gapsMs().stream().max(Long::compare).stream()).toList()),
                spread(rounds, killed.negate(), Round::gapsMs),
                spread(rounds, round -> true, Round::othersMs),
                spread(rounds, round -> true, Round::joinedMs),
                rounds.stream().mapToInt(Round::neverAgain).sum(),
                frames, calls, List.copyOf(rounds));
    }

    private static Spread spread(List<Round> rounds, Predicate<Round> which, Function<Round, List<Long>> what) {
        return Spread.of(rounds.stream().filter(which).flatMap(round -> what.apply(round).stream()).toList());
    }

    /// Whether no call that talked ended, each was heard again, and nothing was heard twice, out of order, or of somebody else.
    public boolean isGood() {
        return neverAgain == 0
                && frames != null && frames.duplicates() + frames.outOfOrder() + frames.corrupt() == 0
                && talked > 0 && calls != null && calls.failed() == 0;
    }

    /// For people.
    public String table() {
        List<String> lines = new ArrayList<>();
        lines.add(Text.of("%d calls that talk, %d kills, %d stops", talked, kills, stops));
        lines.add(Text.of("%-44s %7s %8s %8s %8s %8s", "ms", "count", "p50", "p90", "p99", "max"));
        lines.add(line("kill to the call's next frame", gapMs));
        lines.add(line("  the longest of each kill", worstGapMs));
        lines.add(line("told to stop, longest pause of its calls", leftMs));
        lines.add(line("longest pause of others' calls, at either", othersMs));
        lines.add(line("longest pause of each call, a worker comes", joinedMs));
        if (frames != null && calls != null) {
            lines.add(Text.of("calls that ended: %d, that were not heard again: %d; frames that came twice: %d, out of order: %d, not the call's: %d",
                    calls.failed(), neverAgain, frames.duplicates(), frames.outOfOrder(), frames.corrupt()));
        }
        return String.join("\n", lines) + "\n";
    }

    private static String line(String what, Spread of) {
        return of.count() == 0
                ? Text.of("%-44s %7d", what, 0)
                : Text.of("%-44s %7d %8.0f %8.0f %8.0f %8.0f", what, of.count(), of.ms().p50(), of.ms().p90(), of.ms().p99(), of.ms().max());
    }
}
