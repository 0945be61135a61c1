package io.agentstream.orchestrator.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.Until;
import io.agentstream.runtime.DutyCycleRunner;
import io.agentstream.runtime.KafkaClients;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Who may use the directory of the facts.
final class ProjectionsTest {

    @TempDir
    Path directory;

    @Test
    void theStoresOfAProcessThatUsesTheDirectoryAreLeftAloneAndWaitedFor() throws Exception {
        // given a process that works there, or stands still
        Path store = Files.createDirectories(directory.resolve(Projections.FACTS)).resolve("store");
        Files.writeString(store, "in use");
        Projections second = new Projections(
                new KafkaClients("127.0.0.1:1", Map.of(), Duration.ZERO), directory, () -> true);
        try (FileChannel first = FileChannel.open(
                directory.resolve("in-use"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            first.lock();

            // when
            second.work();

            // then
            assertTrue(Files.exists(store));
            assertEquals(Optional.of("the projections have not started"), second.reason());
        } finally {
            second.onClose();
        }
    }

    /// It was there when it was asked for, and is not any more.
    @Test
    @Timeout(60)
    void aStartForWhichKafkaIsAwayHoldsUpNeitherTheLoopNorItsEnd() throws Exception {
        // given
        Projections projections = new Projections(
                new KafkaClients("127.0.0.1:1", Map.of(), Duration.ZERO), directory, () -> true);
        List<Throwable> faults = new CopyOnWriteArrayList<>();
        DutyCycleRunner runner = new DutyCycleRunner(projections, Duration.ofSeconds(10), faults::add).start();
        Until.holds(() -> {}, projections::isStarting);

        // when
        long startNs = System.nanoTime();
        runner.close();

        // then
        assertFalse(runner.isAlive());
        assertTrue(System.nanoTime() - startNs < TimeUnit.SECONDS.toNanos(10));
        assertEquals(List.of(), faults);
    }

    @Test
    void aDiskThatCannotBeUsedEndsNoOrchestrator() throws Exception {
        // given something else in the place of the stores
        Path file = Files.writeString(directory.resolve("file"), "no directory");
        Projections projections = new Projections(
                new KafkaClients("127.0.0.1:1", Map.of(), Duration.ZERO), file, () -> true);

        // when
        projections.work();
        projections.work();

        // then
        assertEquals(Optional.of("the projections have not started"), projections.reason());
        projections.onClose();
    }
}
