package io.agentstream.dev.bench.report;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The number of calls up to which the system behaves as with few.
///
/// @param upTo the largest number of calls measured at which nothing was wrong; absent where there is none
/// @param from the next one, at which something was; absent where nothing ever was
/// @param says both, and what was wrong
public record Knee(@Nullable Integer upTo, @Nullable Integer from, String says) {

    /// A p99 beyond this multiple of the smallest load's is no longer the same behaviour.
    private static final double MAX_P99_FACTOR = 2;
    private static final double FULL_SHARE = 0.95;

    /// Looks at the points that hold figures of the system, in the order of calls. A point that does not count because of
    /// something outside is passed over; one at which the machine was full, or a call did not talk to its end, is where the knee is.
    static Optional<Knee> of(List<Point> points) {
        List<Point> system = points.stream()
                .filter(point -> point.rttMs() != null)
                .filter(point -> point.valid() || isFull(point) || hasSilentCalls(point))
                .toList();
        if (system.isEmpty()) {
            return Optional.empty();
        }
        Point first = system.getFirst();
        Integer upTo = null;
        for (Point point : system) {
            Optional<String> wrong = wrong(point, first);
            if (wrong.isPresent()) {
                String before = upTo == null ? "below the smallest load" : "between " + upTo + " and " + point.calls() + " calls";
                return Optional.of(new Knee(upTo, point.calls(), before + ": at " + point.calls() + " " + wrong.get()));
            }
            upTo = point.calls();
        }
        return Optional.of(new Knee(upTo, null, "none up to " + upTo + " calls"));
    }

    private static boolean hasSilentCalls(Point point) {
        return point.callFigures() != null && point.callFigures().objection().isPresent();
    }

    private static boolean isFull(Point point) {
        return point.machine() != null && point.machine().busy() > FULL_SHARE * point.machine().processors();
    }

    private static Optional<String> wrong(Point point, Point first) {
        if (point.frames() != null && point.frames().lost() + point.frames().outOfOrder() > 0) {
            return Optional.of(Text.of(
                    "%d frames were lost and %d out of order", point.frames().lost(), point.frames().outOfOrder()));
        }
        if (point.callFigures() != null && point.callFigures().objection().isPresent()) {
            return point.callFigures().objection();
        }
        if (isFull(point)) {
            return Optional.of("the machine was full");
        }
        if (point.rttMs() != null && first.rttMs() != null && point.rttMs().p99() > MAX_P99_FACTOR * first.rttMs().p99()) {
            return Optional.of(Text.of("p99 was %.1f ms, with %d calls %.1f ms",
                    point.rttMs().p99(), first.calls(), first.rttMs().p99()));
        }
        return Optional.empty();
    }
}
