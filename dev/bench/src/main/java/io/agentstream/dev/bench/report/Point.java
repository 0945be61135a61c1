package io.agentstream.dev.bench.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.agentstream.dev.bench.measure.Frames;
import io.agentstream.dev.bench.measure.LatencyMs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The figures of one number of calls, as the JSON has them. What was not measured is absent.
///
/// @param valid whether the figures count; `reasons` says why not
/// @param setupMs from the accepted socket to the running run
/// @param firstEchoMs from when the call was due to be placed until the caller heard himself
/// @param processes what each process of the system used
/// @param topics records and bytes per second of each topic
/// @param followed what it does to the calls that one of them is followed
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Point(
        int calls,
        boolean valid,
        List<String> reasons,
        @Nullable LatencyMs rttMs,
        @Nullable Frames frames,
        @Nullable CoresPerCall coresPerCall,
        @Nullable SetupMs setupMs,
        @Nullable SetupMs firstEchoMs,
        @Nullable HeapBytesPerCall heapBytesPerCall,
        @Nullable CallFigures callFigures,
        @Nullable Bare bareSocket,
        @Nullable Bare bareFraming,
        @Nullable Bare bareKafka,
        @Nullable LatencyMs generatorLatenessMs,
        @Nullable Map<String, ProcessFigures> processes,
        @Nullable MachineFigures machine,
        @Nullable Map<String, TopicRate> topics,
        @Nullable Followed followed) {

    public record CoresPerCall(
            double gateway, double orchestrator, double worker, double broker, double postgres, double total) {}

    public record SetupMs(double p50, double p99) {}

    public record HeapBytesPerCall(long gateway, long worker) {}

    /// What became of the calls until the end of the window.
    ///
    /// @param refused ended before any audio came back
    /// @param failed ended by the system after audio had come back
    /// @param closeCodes how many ended with each close code; 1006 where there was none
    public record CallFigures(int placed, int answered, int refused, int failed, Map<Integer, Integer> closeCodes) {

        /// Calls that all talked to the end.
        public static CallFigures allTalked(int calls) {
            return new CallFigures(calls, calls, 0, 0, Map.of());
        }

        /// A load of which not every call talked is another load.
        Optional<String> objection() {
            return answered == placed && refused + failed == 0
                    ? Optional.empty()
                    : Optional.of(Text.of("of %d calls %d talked, %d were refused and %d failed", placed, answered, refused, failed));
        }
    }

    public record TopicRate(double recordsPerSecond, double bytesPerSecond) {}

    /// @param coresPerCall of everything but the generator
    public record Bare(
            boolean valid,
            List<String> reasons,
            LatencyMs rttMs,
            double coresPerCall,
            Frames frames,
            LatencyMs generatorLatenessMs,
            Map<String, ProcessFigures> processes) {

        static Bare of(Sample sample) {
            return new Bare(
                    sample.objections().isEmpty(),
                    sample.objections(),
                    sample.rttMs(),
                    sample.coresPerCall(),
                    sample.frames(),
                    sample.lateness(),
                    sample.processes());
        }
    }

    /// Puts together what was measured with one number of calls.
    public static Point of(
            int calls,
            Optional<SystemSample> system,
            Optional<Sample> bareSocket,
            Optional<Sample> bareFraming,
            Optional<Sample> bareKafka) {
        List<String> reasons = new ArrayList<>();
        system.ifPresent(s -> s.sample().objections().forEach(reason -> reasons.add("system: " + reason)));
        bareSocket.ifPresent(s -> s.objections().forEach(reason -> reasons.add("bare socket: " + reason)));
        bareFraming.ifPresent(s -> s.objections().forEach(reason -> reasons.add("own framing: " + reason)));
        bareKafka.ifPresent(s -> s.objections().forEach(reason -> reasons.add("bare Kafka: " + reason)));
        Optional<Sample> sample = system.map(SystemSample::sample);
        return new Point(
                calls,
                reasons.isEmpty(),
                reasons,
                sample.map(Sample::rttMs).orElse(null),
                sample.map(Sample::frames).orElse(null),
                sample.map(Point::cores).orElse(null),
                system.map(SystemSample::setup).orElse(null),
                system.map(SystemSample::firstEcho).orElse(null),
                system.map(SystemSample::heap).orElse(null),
                sample.map(Sample::calls).orElse(null),
                bareSocket.map(Bare::of).orElse(null),
                bareFraming.map(Bare::of).orElse(null),
                bareKafka.map(Bare::of).orElse(null),
                sample.map(Sample::lateness).orElse(null),
                sample.map(Sample::processes).orElse(null),
                sample.flatMap(Sample::machine).orElse(null),
                system.map(SystemSample::topics).orElse(null),
                system.flatMap(SystemSample::followed).orElse(null));
    }

    private static CoresPerCall cores(Sample sample) {
        double gateway = sample.coresPerCall("gateway");
        double orchestrator = sample.coresPerCall("orchestrator");
        double worker = sample.coresPerCall("worker");
        double broker = sample.coresPerCall("broker");
        return new CoresPerCall(
                gateway, orchestrator, worker, broker, sample.coresPerCall("postgres"), gateway + orchestrator + worker + broker);
    }
}
