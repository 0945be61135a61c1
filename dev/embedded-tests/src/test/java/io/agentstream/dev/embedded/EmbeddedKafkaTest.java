package io.agentstream.dev.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class EmbeddedKafkaTest {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void keepsWhatWasWrittenAcrossARestart(String groupProtocol) throws Exception {
        // given
        String clusterId;
        try (EmbeddedKafka first = EmbeddedKafka.start(directory, 0)) {
            clusterId = first.clusterId();
            Log.create(first.bootstrapServers());
            Log.write(first.bootstrapServers(), "kept");
        }

        // when
        try (EmbeddedKafka second = EmbeddedKafka.start(directory, 0)) {
            // then
            assertEquals(clusterId, second.clusterId());
            assertEquals(List.of("kept"), Log.read(second.bootstrapServers(), groupProtocol, 1));
        }
    }

    @Test
    void startsAgainAfterItsProcessWasKilled() throws Exception {
        // given
        String clusterId;
        try (ChildJvm child = ChildJvm.run(KilledKafka.class, directory.toString())) {
            clusterId = child.await("ready ");
            child.kill();
        }

        // when
        long started = System.nanoTime();
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0)) {
            // then
            assertEquals(clusterId, kafka.clusterId());
            assertEquals(List.of("before the kill"), Log.read(kafka.bootstrapServers(), "consumer", 1));
            Log.write(kafka.bootstrapServers(), "after the kill");
            Duration took = Duration.ofNanos(System.nanoTime() - started);
            assertTrue(took.toSeconds() < 20, "took " + took);
        }
    }

    @Test
    void refusesADirectoryThatIsInUseWithASentence() {
        // given
        try (EmbeddedKafka _ = EmbeddedKafka.start(directory, 0)) {
            // when
            StartFailedException refusal =
                    assertThrows(StartFailedException.class, () -> EmbeddedKafka.start(directory, 0));

            // then
            assertTrue(refusal.getMessage().contains("is in use by another running process"), refusal.getMessage());
        }
    }

    @Test
    void namesAPortThatIsTakenAndLeavesTheDirectoryFree() throws IOException {
        // given
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // when
            StartFailedException refusal = assertThrows(
                    StartFailedException.class, () -> EmbeddedKafka.start(directory, taken.getLocalPort()));

            // then
            assertTrue(refusal.getMessage().contains("port " + taken.getLocalPort()), refusal.getMessage());
            assertTrue(refusal.getMessage().contains("already in use"), refusal.getMessage());
        }
        EmbeddedKafka.start(directory, 0).close();
    }

    @Test
    void refusesANameThatItWouldTakeForTwo() {
        // given, when
        StartFailedException refusal =
                assertThrows(StartFailedException.class, () -> EmbeddedKafka.start(directory.resolve("a,b"), 0));

        // then
        assertTrue(refusal.getMessage().contains("character , may not be in the path"), refusal.getMessage());
    }

    @Test
    void isNotRemovedWhileItIsInUse() throws IOException {
        // given
        try (EmbeddedKafka _ = EmbeddedKafka.start(directory, 0)) {
            // when, then
            assertThrows(StartFailedException.class, () -> EmbeddedKafka.remove(directory));
            assertTrue(Files.exists(directory.resolve("log/meta.properties")));
        }
        EmbeddedKafka.remove(directory);
        assertFalse(Files.exists(directory.resolve("log")));
    }

    @Test
    void mayBeClosedTwice() {
        // given
        EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0);
        kafka.close();

        // when, then: nothing happens
        kafka.close();
    }
}
