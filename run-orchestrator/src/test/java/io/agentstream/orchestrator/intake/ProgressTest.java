package io.agentstream.orchestrator.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class ProgressTest {

    private final Progress progress = new Progress();

    @Test
    void isCommittedUpToTheFirstRecordThatIsNotDone() {
        progress.begin(10);
        progress.begin(11);
        progress.begin(15); // offsets have gaps

        progress.done(11);
        assertEquals(OptionalLong.of(10), progress.committable());
        progress.done(10);
        assertEquals(OptionalLong.of(15), progress.committable());
        progress.done(15);
        assertEquals(OptionalLong.of(16), progress.committable());
    }

    @Test
    void commitsNothingTwice() {
        progress.begin(10);
        progress.done(10);

        progress.committed(11);

        assertEquals(OptionalLong.empty(), progress.committable());
    }

    @Test
    void hasNothingToCommitAtFirst() {
        assertEquals(OptionalLong.empty(), progress.committable());
    }

    @Test
    void aRevocationEndsEveryWait() throws InterruptedException {
        progress.revoke();

        assertTrue(progress.awaitRevoked(60_000));
    }
}
