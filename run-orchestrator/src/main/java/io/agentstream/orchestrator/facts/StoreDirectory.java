package io.agentstream.orchestrator.facts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the stores of the projections lie. It belongs to one process at a time: who came second would take the stores of a process that
/// works, or stands still, for those of one that was killed. One thread.
final class StoreDirectory {

    private static final Logger log = LoggerFactory.getLogger(StoreDirectory.class);

    /// A file that is there while nobody uses the stores.
    private static final String CLOSED = "closed";

    /// A file whose lock is had by the process that uses the directory, for as long as it lives.
    private static final String IN_USE = "in-use";

    private final Path path;
    private final @Nullable FileChannel lock;

    /// @param lock null for a directory of this process's own
    private StoreDirectory(Path path, @Nullable FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /// The directory with stores that can be used, or none; nothing where another process has it.
    ///
    /// @param kept null for one that is gone after this process
    /// @param applications whose stores lie there, each in a directory of its name
    /// @throws UncheckedIOException where it cannot be used
    static Optional<StoreDirectory> take(@Nullable Path kept, List<String> applications) {
        try {
            if (kept == null) {
                return Optional.of(new StoreDirectory(Files.createTempDirectory("agent-stream-facts-"), null));
            }
            Files.createDirectories(kept);
            FileChannel channel = FileChannel.open(kept.resolve(IN_USE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                channel.close();
                return Optional.empty();
            }
            StoreDirectory taken = new StoreDirectory(kept, channel);
            taken.begin(applications);
            return Optional.of(taken);
        } catch (IOException unusable) {
            throw new UncheckedIOException("the stores of the projections cannot be used", unusable);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException inThisProcess) {
            return false;
        }
    }

    /// Stores that nobody has closed are of no use: Kafka Streams finds out, makes those of its tasks anew, and ends over a global one at
    /// each start. They are a copy, and read from Kafka again.
    private void begin(List<String> applications) throws IOException {
        if (Files.deleteIfExists(path.resolve(CLOSED))) {
            return;
        }
        for (String application : applications) {
            Path stores = path.resolve(application);
            if (Files.exists(stores)) {
                log.atWarn().addKeyValue("stores", application).log("stores that were not closed are read from Kafka again");
                remove(stores);
            }
        }
    }

    Path path() {
        return path;
    }

    /// Lets go of it.
    ///
    /// @param usable whether the stores were closed as they should be
    void close(boolean usable) {
        FileChannel channel = lock;
        try {
            if (channel == null) {
                remove(path);
                return;
            }
            if (usable) {
                Files.write(path.resolve(CLOSED), new byte[0]);
            }
            channel.close();
        } catch (IOException left) {
            log.atWarn().setCause(left).log("that the stores of the projections are closed could not be noted");
        }
    }

    private static void remove(Path directory) {
        try (var paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException left) {
            log.atWarn().addKeyValue("directory", directory).setCause(left).log("stores of the projections are left behind");
        }
    }
}
