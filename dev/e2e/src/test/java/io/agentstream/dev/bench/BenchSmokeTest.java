package io.agentstream.dev.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.bench.measure.Frames;
import io.agentstream.dev.bench.report.Report;
import io.agentstream.dev.bench.report.Table;
import io.agentstream.dev.e2e.Drill;
import io.agentstream.dev.e2e.Turn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The bench in its shortest form. How fast anything was is not looked at: that is for a quiet machine.
@Timeout(180)
@Order(Turn.PROCESSES_OF_ITS_OWN)
@Drill
final class BenchSmokeTest {

    private static final int CALLS = 3;

    /// By this the processes of this bench are told from those of other tests.
    private final String badge = "-Dbench.badge=" + UUID.randomUUID();

    private final JvmFlags flags = ShortLived.flags(List.of(badge));

    private BenchSettings settings(Set<Target> only) {
        return new BenchSettings(
                List.of(CALLS), 1, 20, 0, only, 1_000, 1, 5, new BenchSettings.Layout(2, 2, 2, true, 2), Map.of(), flags);
    }

    @Test
    void theBareComparisonsEchoEveryFrame(@TempDir Path directory) throws Exception {
        try (Workshop workshop = Workshop.in(directory)) {

            Report report = new Bench(
                            settings(Set.of(Target.BARE_SOCKET, Target.BARE_FRAMING, Target.BARE_KAFKA)), workshop, new Stop(), progress -> {})
                    .run();

            var point = report.points().getFirst();
            assertEquals(CALLS, point.calls());
            assertEveryFrameCameBack(point.bareSocket().frames(), report);
            assertEveryFrameCameBack(point.bareKafka().frames(), report);
            assertEveryFrameCameBack(point.bareFraming().frames(), report);
            assertEquals(Set.of("bare-socket", "generator"), point.bareSocket().processes().keySet());
            assertEquals(Set.of("calls", "worker", "broker", "generator"), point.bareKafka().processes().keySet());
        }
    }

    @Test
    void theSystemEchoesEveryFrame(@TempDir Path directory) throws Exception {
        try (Workshop workshop = Workshop.in(directory)) {

            Report report =
                    new Bench(settings(Set.of(Target.SYSTEM)), workshop, new Stop(), progress -> {}).run();

            var point = report.points().getFirst();
            assertEquals(CALLS, point.callFigures().answered(), Table.of(report));
            assertEveryFrameCameBack(point.frames(), report);
            assertTrue(point.setupMs().p99() > 0, Table.of(report));
            assertTrue(point.coresPerCall().gateway() > 0, Table.of(report));
            assertEquals(
                    Set.of("broker", "postgres", "sandbox", "orchestrator", "worker", "gateway", "followers", "generator"),
                    point.processes().keySet());
            assertEquals(2, point.followed().told(), Table.of(report));
            assertTrue(point.followed().events() > 0, Table.of(report));
            assertTrue(point.topics().keySet().containsAll(Set.of("call.media.v1", "socket.commands.v1")), Table.of(report));
        }
    }

    private static void assertEveryFrameCameBack(Frames frames, Report report) {
        assertTrue(frames.sent() > 0, Table.of(report));
        assertEquals(new Frames(frames.sent(), frames.sent(), 0, 0, 0, 0), frames, Table.of(report));
    }

    @Test
    void nothingIsLeftBehindWhenItIsStopped() throws Exception {
        Stop stop = new Stop();
        Path directory;
        try (Workshop workshop = Workshop.temporary()) {
            directory = workshop.directory("bare-kafka").getParent();
            workshop.start("broker", settings(Set.of()).flags().broker(),
                    Map.of("directory", workshop.directory("broker").toString()));
            assertEquals(1, ownProcesses().size());
            stop.ask();

            assertThrows(
                    InterruptedException.class,
                    () -> new Bench(settings(Set.of(Target.BARE_KAFKA)), workshop, stop, progress -> {}).run());
        }

        assertEquals(List.of(), ownProcesses());
        assertTrue(Files.notExists(directory));
    }

    private List<ProcessHandle> ownProcesses() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().commandLine().orElse("").contains(badge))
                .toList();
    }
}
