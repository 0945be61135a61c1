package io.agentstream.worker.service.wire;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.ServiceFailure.Broken;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AttemptsTest {

    private static final int LIVED_MS = 5_000;
    private static final ServiceFailure LOST = new Broken("lost");

    private long nowMs;
    private final Attempts attempts = new Attempts(new Retry(2, 250, 2_000), LIVED_MS, () -> TimeUnit.MILLISECONDS.toNanos(nowMs));

    @BeforeEach
    void allRetriesAreUsedUp() {
        attempts.begin();
        attempts.failed(LOST);
        attempts.begin();
        attempts.failed(LOST);
    }

    @Test
    void whatFailsWithoutHavingStoodIsGivenUp() {
        attempts.begin();
        nowMs += LIVED_MS;

        assertFalse(attempts.failed(LOST).isPresent());
    }

    @Test
    void oneThatStoodForLessDoesNotCount() {
        attempts.begin();
        attempts.stands();
        nowMs += LIVED_MS - 1;

        assertFalse(attempts.failed(LOST).isPresent());
    }

    @Test
    void oneThatHasLivedMakesGoodForAll() {
        attempts.begin();
        attempts.stands();
        nowMs += LIVED_MS;

        assertTrue(attempts.failed(LOST).isPresent());
        attempts.begin();
        assertTrue(attempts.failed(LOST).isPresent());
        attempts.begin();
        assertFalse(attempts.failed(LOST).isPresent());
    }
}
