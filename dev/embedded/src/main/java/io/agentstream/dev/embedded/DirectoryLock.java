package io.agentstream.dev.embedded;

import io.agentstream.runtime.Sentences;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Owns a directory for this process: while it is held, no other process (and nobody else in this one) gets it.
///
/// The operating system frees it when the process dies in whatever way, so there is never a stale one. The file stays: it
/// names the last holder. Any thread may call it.
public final class DirectoryLock implements AutoCloseable {

    private static final int MAX_HOLDER_BYTES = 32;

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Takes `directory`, which is created where it is missing; `use` is the word for it in the message.
    ///
    /// @throws StartFailedException where somebody else holds it, or the file cannot be written
    public static DirectoryLock take(Path directory, String use) {
        Path file = directory.resolve("in-use.lock");
        FileChannel channel = null;
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (isFree(channel)) {
                channel.truncate(0);
                channel.write(StandardCharsets.US_ASCII.encode(Long.toString(ProcessHandle.current().pid())), 0);
                return new DirectoryLock(channel);
            }
            String holder = holder(channel);
            channel.close();
            throw new StartFailedException("The " + use + " directory " + directory
                    + " is in use by another running process" + holder + ". Stop that one, or choose another directory.");
        } catch (IOException failure) {
            closeQuietly(channel, failure);
            throw new StartFailedException(
                    "The " + use + " directory " + directory + " cannot be used: " + Sentences.of(failure), failure);
        }
    }

    private static boolean isFree(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MAX_HOLDER_BYTES);
        channel.read(bytes, 0);
        String pid = StandardCharsets.US_ASCII.decode(bytes.flip()).toString().trim();
        return pid.isEmpty() ? "" : " (process " + pid + ")";
    }

    private static void closeQuietly(@Nullable FileChannel channel, IOException failure) {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException again) {
            failure.addSuppressed(again);
        }
    }

    /// Gives the directory back.
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
