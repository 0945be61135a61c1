package io.agentstream.orchestrator.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each process is one of its own: locks are the kernel's, and what dies with a process dies with no other.
final class StoreDirectoryTest {

    private static final List<String> APPLICATIONS = List.of("facts", "sums");

    @TempDir
    private Path temporary;

    /// A process that has a directory without a name, until its input ends.
    static final class Holder {

        private Holder() {}

        public static void main(String[] none) throws IOException {
            StoreDirectory taken = StoreDirectory.take(null, APPLICATIONS).orElseThrow();
            Files.writeString(Files.createDirectories(taken.path().resolve("facts")).resolve("store"), "facts");
            System.out.println(taken.path()); // NOPMD: whoever started it reads it
            System.in.read();
            taken.close(true);
        }
    }

    /// A process of a version that locked nothing but what Kafka Streams locks.
    static final class OldHolder {

        private OldHolder() {}

        public static void main(String[] begun) throws IOException {
            Path made = Files.createTempDirectory("agent-stream-facts-");
            List<FileChannel> locks = new ArrayList<>();
            for (String application : begun) {
                FileChannel lock = FileChannel.open(
                        Files.createDirectory(made.resolve(application)).resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                lock.lock();
                locks.add(lock);
            }
            System.out.println(made); // NOPMD: whoever started it reads it
            System.in.read();
            for (FileChannel lock : locks) {
                lock.close();
            }
        }
    }

    private Process holder() throws IOException {
        return process(Holder.class);
    }

    private Process process(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", System.getProperty("java.class.path"),
                "-Djava.io.tmpdir=" + temporary, main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
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

    /// Which have no lock of their own: they are known by their names, and by the locks of what runs in them.
    @Test
    void whatAKilledProcessOfAnOlderVersionHasLeftIsGoneToo() throws Exception {
        Process living = process(OldHolder.class, "facts"); // whose other half has not begun
        Process killed = process(OldHolder.class, "facts", "sums");
        Process half = process(OldHolder.class, "sums");
        Process next = null;
        try {
            Path lives = directory(living);
            Path whole = directory(killed);
            Path begun = directory(half);
            end(killed);
            end(half);
            Path nobodys = Files.createDirectory(temporary.resolve("agent-stream-facts-42")); // nothing says whose it is
            Path linked = Files.createSymbolicLink(temporary.resolve("agent-stream-facts-43"), Files.createDirectories(temporary.resolve("elses/facts")));
            assertTrue(Files.exists(whole) && Files.exists(begun));

            next = holder();
            Path taken = directory(next);

            try (Stream<Path> all = Files.list(temporary)) {
                assertEquals(
                        Stream.of(lives, nobodys, linked, temporary.resolve("elses"), taken).sorted().toList(), all.sorted().toList());
            }
            assertTrue(Files.exists(lives.resolve("facts/.lock")));
        } finally {
            end(living);
            end(killed);
            end(half);
            if (next != null) {
                end(next);
            }
        }
    }
}
