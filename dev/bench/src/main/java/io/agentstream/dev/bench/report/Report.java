package io.agentstream.dev.bench.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a run of the bench found; its JSON is the file that the bench writes.
///
/// @param knee absent where the system was not measured
/// @param verdict whether the figures count, in words
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Report(
        Machine machine, Map<String, Object> settings, List<Point> points, @Nullable Knee knee, String verdict) {

    public static Report of(Machine machine, Map<String, Object> settings, List<Point> points) {
        return new Report(machine, settings, List.copyOf(points), Knee.of(points).orElse(null), verdict(points));
    }

    private static String verdict(List<Point> points) {
        List<String> objections = points.stream()
                .filter(point -> !point.valid())
                .map(point -> point.calls() + " calls: " + String.join("; ", point.reasons()))
                .toList();
        if (objections.isEmpty()) {
            return "the figures count";
        }
        String which = objections.size() == points.size() ? "the figures do not count" : "some of the figures do not count";
        return which + ": " + String.join(". ", objections);
    }
}
