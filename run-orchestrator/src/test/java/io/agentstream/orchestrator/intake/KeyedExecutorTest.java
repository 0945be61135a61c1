package io.agentstream.orchestrator.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class KeyedExecutorTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    /// What a task throws, and an assertion that fails in one.
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final KeyedExecutor<String> executor = new KeyedExecutor<>(faults::add);

    @AfterEach
    void close() throws InterruptedException {
        executor.close();
        assertEquals(List.of(), faults);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void runsOneKeysTasksInOrder() throws InterruptedException {
        Map<String, List<Integer>> seen = new ConcurrentHashMap<>();
        for (int i = 0; i < 10_000; i++) {
            int number = i;
            String key = "k" + i % 50;
            executor.submit(
                    key,
                    () -> seen.computeIfAbsent(key, _ -> Collections.synchronizedList(new ArrayList<>())).add(number));
        }

        assertTrue(executor.awaitIdle(LIMIT));

        for (int k = 0; k < 50; k++) {
            int first = k;
            assertEquals(IntStream.range(0, 200).mapToObj(n -> first + n * 50).toList(), seen.get("k" + k));
        }
    }

    @Test
    void keysDoNotWaitForEachOther() {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(100);
        executor.submit("slow", () -> await(stuck));
        executor.submit("slow", () -> {});

        for (int i = 0; i < 100; i++) {
            executor.submit("k" + i, others::countDown);
        }

        await(others);
        assertTrue(executor.inFlight() >= 2);
        stuck.countDown();
    }

    @Test
    void oneTasksFaultDoesNotKeepTheNextFromRunning() throws InterruptedException {
        CountDownLatch next = new CountDownLatch(1);
        executor.submit("k", () -> {
            throw new IllegalStateException("on purpose");
        });

        executor.submit("k", next::countDown);

        await(next);
        assertTrue(executor.awaitIdle(LIMIT));
        assertEquals(1, faults.size());
        faults.clear(); // it was meant
    }

    @Test
    void saysWhenWaitingWasTooShort() throws InterruptedException {
        CountDownLatch stuck = new CountDownLatch(1);
        executor.submit("k", () -> await(stuck));

        assertFalse(executor.awaitIdle(Duration.ofMillis(20)));

        stuck.countDown();
        assertTrue(executor.awaitIdle(LIMIT));
        assertEquals(0, executor.inFlight());
    }

    @Test
    void closingInterruptsWhatRuns() throws InterruptedException {
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        executor.submit("k", () -> {
            running.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException stopped) {
                interrupted.countDown();
            }
        });
        await(running);

        executor.close();

        await(interrupted);
    }
}
