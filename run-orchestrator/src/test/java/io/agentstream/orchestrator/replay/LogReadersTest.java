package io.agentstream.orchestrator.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.Metrics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// As many read the log back at a time as may.
final class LogReadersTest {

    private final Metrics metrics = new Metrics("log-readers-test");
    private final LogReaders readers = new LogReaders(metrics);
    private final ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch reading = new CountDownLatch(LogReaders.OF_ONE);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    @AfterEach
    void close() {
        mayEnd.countDown();
        readers.close();
        asking.shutdownNow();
        metrics.close();
    }

    private List<CompletableFuture<String>> asManyAsOneMay() throws InterruptedException {
        List<CompletableFuture<String>> all = new ArrayList<>();
        for (int i = 0; i < LogReaders.OF_ONE; i++) {
            all.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return readers.read(1, () -> {
                        reading.countDown();
                        mayEnd.await();
                        return "read";
                    });
                } catch (Exception failure) {
                    throw new IllegalStateException(failure);
                }
            }, asking));
        }
        assertTrue(reading.await(10, TimeUnit.SECONDS));
        return all;
    }

    private double refused() {
        return metrics.scrape().lines()
                .filter(line -> line.startsWith("agent_stream_orchestrator_log_readings_refused_total"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void whoComesWhenThereAreAsManyIsRefusedAndOthersAreNot() throws Exception {
        // given
        asManyAsOneMay();

        // when, then
        assertThrows(LogReaders.BusyException.class, () -> readers.read(1, () -> "read")); // after a second
        assertEquals("read", readers.read(2, () -> "read"));
        assertEquals(1, refused());
    }

    @Test
    void whoWaitsForHisTurnIsNotRefused() throws Exception {
        // given
        List<CompletableFuture<String>> others = asManyAsOneMay();
        CompletableFuture<String> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return readers.inTurn(1, () -> "in turn");
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        }, asking);

        // when
        mayEnd.countDown();

        // then
        assertEquals("in turn", waiting.get(10, TimeUnit.SECONDS));
        for (CompletableFuture<String> each : others) {
            assertEquals("read", each.get(10, TimeUnit.SECONDS));
        }
        assertEquals(0, refused());
    }

    /// A file is made piece by piece, and each piece asks for a turn as soon as the one before is done.
    @Test
    void whoWaitsIsNotOvertakenByThoseWhoHaveJustRead() throws Exception {
        // given
        asManyAsOneMay();
        AtomicBoolean isOver = new AtomicBoolean();
        CountDownLatch inLine = new CountDownLatch(LogReaders.OF_ONE);
        for (int i = 0; i < LogReaders.OF_ONE; i++) {
            asking.submit(() -> {
                inLine.countDown();
                while (!isOver.get()) {
                    readers.inTurn(1, () -> null);
                }
                return null;
            });
        }
        assertTrue(inLine.await(10, TimeUnit.SECONDS));
        mayEnd.countDown();

        try {
            // when, then
            for (int i = 0; i < 20; i++) {
                assertEquals("read", readers.read(1, () -> "read")); // within a second each
            }
        } finally {
            isOver.set(true);
        }
        assertEquals(0, refused());
    }
}
