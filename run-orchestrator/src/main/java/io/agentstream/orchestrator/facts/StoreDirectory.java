package io.agentstream.orchestrator.facts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
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

    /// Of Kafka Streams, in the directory of an application.
    private static final String STREAMS_LOCK = ".lock";

    private static final String TEMPORARY = "agent-stream-facts-";
    private static final Pattern OLD_NAME = Pattern.compile(TEMPORARY + "[0-9]+");

    private final Path path;
    private final FileChannel lock;
    private final boolean kept;

    private StoreDirectory(Path path, FileChannel lock, boolean kept) {
        this.path = path;
        this.lock = lock;
        this.kept = kept;
    }

    /// The directory with stores that can be used, or none; nothing where another process has it.
    ///
    /// @param kept null for one that is gone after this process
    /// @param applications whose stores lie there, each in a directory of its name
    /// @throws UncheckedIOException where it cannot be used
    static Optional<StoreDirectory> take(@Nullable Path kept, List<String> applications) {
        try {
            if (kept == null) {
                return Optional.of(temporary(applications));
            }
            Files.createDirectories(kept);
            FileChannel channel = locked(kept.resolve(IN_USE));
            if (channel == null) {
                return Optional.empty();
            }
            StoreDirectory taken = new StoreDirectory(kept, channel, true);
            taken.begin(applications);
            return Optional.of(taken);
        } catch (IOException unusable) {
            throw new UncheckedIOException("the stores of the projections cannot be used", unusable);
        }
    }

    private static @Nullable FileChannel locked(Path file) throws IOException {
        FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        if (isLocked(channel)) {
            return channel;
        }
        channel.close();
        return null;
    }

    private static StoreDirectory temporary(List<String> applications) throws IOException {
        String mine = TEMPORARY + thisProcess();
        Path made = Files.createTempDirectory(mine);
        FileChannel channel = locked(made.resolve(IN_USE));
        if (channel == null || !Files.exists(made.resolve(IN_USE))) { // somebody took it for a dead one's before it was locked
            throw new IOException("somebody clears " + made + " away");
        }
        try (DirectoryStream<Path> others = Files.newDirectoryStream(made.toAbsolutePath().getParent(), TEMPORARY + "*")) {
            for (Path other : others) {
                // To look at a lock of one's own is to lose it: it goes with the first descriptor of its file that is closed.
                if (!String.valueOf(other.getFileName()).startsWith(mine)) {
                    clear(other, Files.getOwner(made), applications);
                }
            }
        }
        return new StoreDirectory(made, channel, false);
    }

    /// Tells this process from one that had its number before, as the first of a container does.
    private static String thisProcess() {
        ProcessHandle self = ProcessHandle.current();
        return self.pid() + "-" + self.info().startInstant().map(Instant::toEpochMilli).orElse(0L) + "-";
    }

    /// Removes what a process has left that was killed: a lock is gone with who had it. What cannot be removed stays.
    private static void clear(Path left, UserPrincipal owner, List<String> applications) {
        try {
            if (!Files.isDirectory(left, LinkOption.NOFOLLOW_LINKS) || !Files.getOwner(left, LinkOption.NOFOLLOW_LINKS).equals(owner)) {
                return;
            }
            List<Path> locks = locks(left, applications);
            if (!locks.isEmpty()) {
                removeWhenLocked(left, locks, 0);
            }
        } catch (IOException goneOrAnothers) {
            log.atDebug().addKeyValue("directory", left).setCause(goneOrAnothers).log("stores that are left cannot be looked at");
        }
    }

    /// The files that whoever uses the directory has locked. Versions that locked nothing themselves have Kafka Streams' own locks, one for
    /// each application, and names without a process.
    private static List<Path> locks(Path directory, List<String> applications) {
        Path inUse = directory.resolve(IN_USE);
        if (Files.exists(inUse, LinkOption.NOFOLLOW_LINKS) || !OLD_NAME.matcher(String.valueOf(directory.getFileName())).matches()) {
            return Files.isRegularFile(inUse, LinkOption.NOFOLLOW_LINKS) ? List.of(inUse) : List.of();
        }
        List<Path> begun = applications.stream()
                .map(directory::resolve)
                .filter(stores -> Files.isDirectory(stores, LinkOption.NOFOLLOW_LINKS))
                .map(stores -> stores.resolve(STREAMS_LOCK))
                .toList();
        return begun.stream().allMatch(lock -> Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS)) ? begun : List.of();
    }

    private static void removeWhenLocked(Path directory, List<Path> locks, int from) throws IOException {
        if (from == locks.size()) {
            remove(directory);
            return;
        }
        FileChannel channel = locked(locks.get(from));
        if (channel != null) {
            try (channel) {
                removeWhenLocked(directory, locks, from + 1);
            }
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
        try (FileChannel channel = lock) {
            if (!kept) {
                remove(path);
            } else if (usable) {
                Files.write(path.resolve(CLOSED), new byte[0]);
            }
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
