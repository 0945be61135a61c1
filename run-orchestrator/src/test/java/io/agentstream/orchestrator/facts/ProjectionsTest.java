package io.agentstream.orchestrator.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.KafkaClients;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
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
