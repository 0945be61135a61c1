package io.agentstream.orchestrator.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class TurnsTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration NOT_AT_ALL = Duration.ZERO;

    private final Turns turns = new Turns(1);
    private final CountDownLatch over = new CountDownLatch(1);

    /// Takes the organisation's only turn until [#over].
    private Future<Boolean> busy(ExecutorService threads, long organization) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Future<Boolean> busy = threads.submit(() -> turns.take(organization, LONG, () -> {
            begun.countDown();
            try {
                over.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            return true;
        }));
        begun.await();
        return busy;
    }

    @Test
    void whoseTurnDoesNotComeHearsIt() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            busy(threads, 7);

            assertThrows(NotNowException.class, () -> turns.take(7, NOT_AT_ALL, () -> true));

            over.countDown();
        }
    }

    @Test
    void organisationsWhoseNumbersAreAlikeHaveLinesOfTheirOwn() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            busy(threads, 7);

            assertEquals(1, turns.take(7 + 1_024, NOT_AT_ALL, () -> 1));

            over.countDown();
        }
    }

    @Test
    void aLineIsGoneWithTheLastWhoStoodInIt() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> first = busy(threads, 7);
            Future<Boolean> second = threads.submit(() -> turns.take(7, LONG, () -> true));
            over.countDown();
            first.get();
            second.get();
        }

        assertEquals(0, turns.lines());
    }
}
