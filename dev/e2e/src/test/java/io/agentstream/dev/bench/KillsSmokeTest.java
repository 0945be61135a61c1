package io.agentstream.dev.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.bench.report.KillsReport;
import io.agentstream.dev.e2e.KillsProcesses;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The bench that kills workers in its shortest form.
@Timeout(180)
@KillsProcesses
final class KillsSmokeTest {

    private static final int CALLS = 3;

    @Test
    void noCallEndsWithItsWorker(@TempDir Path directory) throws Exception {
        try (Workshop workshop = Workshop.in(directory)) {
            BenchSettings settings = new BenchSettings(
                    List.of(CALLS), 1, 20, 0, Set.of(Target.SYSTEM), 1_000, 1, 5, new BenchSettings.Layout(2, 1, 2, true, 0), Map.of(),
                    ShortLived.flags(List.of()));
            List<KillsReport> soFar = new ArrayList<>();

            KillsReport report = new KillsRun(
                            workshop, new KillsRun.Plan(settings, 1, 1), new Stop(), progress -> {}, soFar::add)
                    .run();

            assertTrue(report.isGood(), report.table());
            assertEquals(CALLS, report.talked(), report.table());
            assertEquals(List.of(true, false), report.rounds().stream().map(KillsReport.Round::killed).toList());
            report.rounds().forEach(round -> assertEquals(CALLS, round.gapsMs().size() + round.othersMs().size(), report.table()));
            assertEquals(2 * CALLS, report.joinedMs().count(), report.table());
            assertEquals(1 + 2, soFar.size());
        }
    }
}
