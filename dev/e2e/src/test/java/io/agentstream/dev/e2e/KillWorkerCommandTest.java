package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/// `./agent-stream call --kill-worker-at 5s`, as a newcomer sees it.
@ExtendWith(SharedSystem.class)
@ResourceLock(SharedSystem.NAME)
@Order(Turn.SHARED_ALONE)
@Drill
final class KillWorkerCommandTest {

    private static final Pattern GAP = Pattern.compile("gap: (\\d+) ms from the kill to its first frame; the caller heard nothing for (\\d+) ms");

    @Test
    void aCallWhoseWorkerIsKilledGoesOnAndTheGapIsPrinted(Path data) {
        // when
        Ran call = Ran.of(Map.of(), "call", "--data", data.toString(), "--kill-worker-at", "5s", "--dtmf", "3");

        // then
        assertEquals(0, call.code(), call.out() + call.err());
        assertTrue(call.err().contains("is killed (SIGKILL)"), call.err());
        Matcher gap = GAP.matcher(call.out());
        assertTrue(gap.find(), call.out());
        long gapMs = Long.parseLong(gap.group(1));
        assertTrue(gapMs > 1_000 && gapMs < 20_000, call.out());
        assertTrue(Long.parseLong(gap.group(2)) <= gapMs, call.out());
        assertTrue(call.out().contains("completed"), call.out());
    }
}
