package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.agentstream.dev.e2e.deploy.Repository;
import io.agentstream.schemas.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/// What the README tells a newcomer to type.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class ReadmeTest {

    private static String blockWith(String word) throws Exception {
        return Pattern.compile("```").splitAsStream(Files.readString(Repository.root().resolve("README.md")))
                .filter(block -> block.startsWith("sh\n") && block.contains(word))
                .findFirst()
                .orElseThrow()
                .substring(3);
    }

    @Test
    void theRunsAreAskedForWithTheLinesAsTheyStand(Path data, @TempDir Path directory) throws Exception {
        boolean curl = Pattern.compile(":").splitAsStream(System.getenv("PATH")).anyMatch(path -> Files.isExecutable(Path.of(path, "curl")));
        assumeTrue(curl, "there is no curl here");
        Files.createSymbolicLink(directory.resolve(".agent-stream"), data.toAbsolutePath());
        Path answer = directory.resolve("answer");

        Process shell = new ProcessBuilder("sh", "-ec", blockWith("curl"))
                .directory(directory.toFile())
                .redirectOutput(answer.toFile())
                .redirectError(directory.resolve("complaints").toFile())
                .start();

        assertEquals(0, shell.waitFor(), Files.readString(directory.resolve("complaints")));
        assertTrue(Json.MAPPER.readTree(Files.readString(answer)).path("items").isArray(), Files.readString(answer));
    }
}
