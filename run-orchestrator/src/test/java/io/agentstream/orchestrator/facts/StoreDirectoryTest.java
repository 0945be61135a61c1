package io.agentstream.orchestrator.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each process is one of its own: locks are the kernel's, and what dies with a process dies with no other.
final class StoreDirectoryTest {

    @TempDir
    private Path temporary;

    /// A process that has a directory without a name, until its input ends.
    static final class Holder {

        private Holder() {}

        public static void main(String[] none) throws IOException {
            StoreDirectory taken = StoreDirectory.take(null, List.of()).orElseThrow();
            Files.writeString(Files.createDirectories(taken.path().resolve("facts")).resolve("store"), "facts");
            System.out.println(taken.path()); // NOPMD: whoever started it reads it
            System.in.read();
            taken.close(true);
        }
    }

    private Process holder() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", System.getProperty("java.class.path"),
                        "-Djava.io.tmpdir=" + temporary, Holder.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static Path directory(Process holder) throws IOException {
        return Path.of(holder.inputReader(StandardCharsets.UTF_8).lines()
                .filter(line -> line.contains("agent-stream-facts-"))
                .findFirst()
                .orElseThrow(() -> new IOException("it took none")));
    }

    private static void end(Process process) throws Exception {
        assertTrue(process.destroyForcibly().waitFor(20, TimeUnit.SECONDS));
    }

    @Test
    void whatAKilledProcessHasLeftIsGoneWithTheNextAndNothingElseIs() throws Exception {
        Path elses = Files.createDirectory(temporary.resolve("agent-stream-facts-elses"));
        Process living = holder();
        Process killed = holder();
        Process next = null;
        try {
            Path lives = directory(living);
            Path left = directory(killed);
            end(killed);
            assertTrue(Files.exists(left));

            next = holder();
            Path taken = directory(next);

            try (Stream<Path> all = Files.list(temporary)) {
                assertEquals(Stream.of(elses, lives, taken).sorted().toList(), all.sorted().toList());
            }
            assertTrue(Files.exists(lives.resolve("facts/store")));
            next.outputWriter().close();
            assertTrue(next.waitFor(20, TimeUnit.SECONDS));
            assertTrue(Files.notExists(taken));
        } finally {
            end(living);
            end(killed);
            if (next != null) {
                end(next);
            }
        }
    }
}
