package io.agentstream.dev.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/// Directories in which an [EmbeddedPostgres] has been before: to unpack and to initialise one takes seconds, and is the same each time.
/// Copies have the same password. The first of a module's build makes what the others are copies of. Any thread.
public final class UsedPostgres {

    private UsedPostgres() {}

    /// Makes `directory` one in which a server has been.
    public static void in(Path directory) throws IOException {
        copy(whole(), directory);
    }

    /// A copy of `from`, where no server runs. Programs are not copied: they are other names of the same files.
    static void copy(Path from, Path to) throws IOException {
        Path programs = from.resolve("binaries");
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Path copy = to.resolve(from.relativize(each));
                if (each.startsWith(programs) && Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createLink(copy, each);
                } else {
                    Files.copy(each, copy, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
                }
            }
        }
    }

    /// Made by whoever comes first; of another release of PostgreSQL another one.
    private static Path whole() throws IOException {
        String archive = "/postgres-" + PostgresBinaries.platform(System.getProperty("os.name"), System.getProperty("os.arch")) + ".txz";
        String release = Objects.toString(PostgresBinaries.class.getResource(archive), "none");
        Path whole = Path.of("target", "used-postgres-" + Integer.toHexString(release.hashCode()));
        synchronized (UsedPostgres.class) {
            Files.createDirectories(whole.getParent());
            try (FileChannel lock = FileChannel.open(
                            Path.of("target", "used-postgres.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var _ = lock.lock()) {
                if (!Files.isDirectory(whole)) {
                    Path partial = Path.of("target", "used-postgres-" + UUID.randomUUID());
                    EmbeddedPostgres.start(partial, 0).close();
                    Files.move(partial, whole, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        }
        return whole;
    }
}
