package io.agentstream.dev.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.bench.report.TalkReport.PerCall;
import io.agentstream.dev.bench.report.TalkReport.Times;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TalkReportTest {

    private static TalkReport report(int unanswered) {
        List<Long> answersMs = List.of(817L, 900L, 1_000L);
        return new TalkReport(
                Machine.here(), Map.of(), 2, 10, "ear 250 ms", Times.of(answersMs, 0), Times.of(answersMs, 817), Times.of(List.of(170L), 0),
                unanswered, 0, 0.012, Map.of("worker", ProcessFigures.ofCores(0.02)), Optional.empty(), new PerCall(1.5, 198, 90, 10, 5.4));
    }

    @Test
    void ourOwnShareIsWhatTheServicesDoNotTake() {
        Times own = report(0).ownMs();

        assertEquals(3, own.count());
        assertEquals(83, own.p50(), 0.1);
        assertEquals(183, own.max(), 0.2);
    }

    @Test
    void aCallerWhoWasNotAnsweredSpoilsIt() {
        assertTrue(report(0).isGood());
        assertFalse(report(1).isGood());
    }

    @Test
    void theTableSaysWhatEachProcessTakesForAConversation() {
        String table = report(0).table();

        assertTrue(table.contains("cores for each conversation: 0.0120"), table);
        assertTrue(table.contains("worker               0.0100"), table);
        assertTrue(table.contains("1.5 answers, 198 tokens, 90 characters, 10.0 s heard, 5.4 s spoken"), table);
    }
}
