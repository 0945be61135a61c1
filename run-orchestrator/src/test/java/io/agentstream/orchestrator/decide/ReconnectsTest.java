package io.agentstream.orchestrator.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ReconnectsTest {

    private final Reconnects reconnects = new Reconnects(Duration.ofSeconds(10));

    private Duration patience(long organization) throws InterruptedException {
        List<Duration> asked = new ArrayList<>();
        reconnects.hear(organization, patience -> {
            asked.add(patience);
            return Optional.empty();
        });
        return asked.getFirst();
    }

    @Test
    void whoSaysNothingIsWaitedForAShortPartOfTheHandshake() throws InterruptedException {
        assertEquals(Duration.ofSeconds(1), patience(1));
        List<Duration> asked = new ArrayList<>();
        new Reconnects(Duration.ofSeconds(2)).hear(1, patience -> {
            asked.add(patience);
            return Optional.empty();
        });
        assertEquals(List.of(Duration.ofMillis(400)), asked);
    }

    /// A flood over the limit has a bounded part of what is under way, and others wait as ever.
    @Test
    void onlySoManyOfOneOrganisationAndOfAllAreWaitedFor() throws Exception {
        CountDownLatch waiting = new CountDownLatch(Reconnects.MOST);
        CountDownLatch release = new CountDownLatch(1);
        Greeting silent = patience -> {
            assertFalse(patience.isZero());
            waiting.countDown();
            release.await();
            return Optional.empty();
        };
        int organizations = Reconnects.MOST / Reconnects.MOST_OF_ONE;
        List<Future<Optional<CallEvent.Started>>> flood = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (int i = 0; i < Reconnects.MOST_OF_ONE; i++) {
                    flood.add(threads.submit(() -> reconnects.hear(1, silent)));
                }
                assertTrue(reached(waiting, Reconnects.MOST - Reconnects.MOST_OF_ONE));
                Duration beyondOne = patience(1);
                Duration another = patience(2);
                for (int i = Reconnects.MOST_OF_ONE; i < Reconnects.MOST; i++) {
                    long organization = 1 + i % organizations;
                    flood.add(threads.submit(() -> reconnects.hear(organization == 1 ? organizations + 1 : organization, silent)));
                }
                assertTrue(waiting.await(10, TimeUnit.SECONDS));

                assertEquals(Duration.ZERO, beyondOne);
                assertEquals(Duration.ofSeconds(1), another);
                assertEquals(Duration.ZERO, patience(1_000));
            } finally {
                release.countDown();
            }
            for (Future<?> one : flood) {
                one.get(10, TimeUnit.SECONDS);
            }
        }
        assertEquals(Duration.ofSeconds(1), patience(1));
    }

    private static boolean reached(CountDownLatch latch, long count) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (latch.getCount() > count && System.nanoTime() < deadlineNs) {
            Thread.onSpinWait();
        }
        return latch.getCount() == count;
    }
}
