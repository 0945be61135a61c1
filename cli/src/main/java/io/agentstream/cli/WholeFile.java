package io.agentstream.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/// A file that is written beside its place, and gets its name once it is whole: what breaks off leaves what was there. Only its owner may
/// read it, since calls are in it. One thread.
final class WholeFile implements AutoCloseable {

    private final Path named;
    private final Path part;

    private WholeFile(Path named, Path part) {
        this.named = named;
        this.part = part;
    }

    /// @throws IOException where nothing can be written there, in a sentence
    static WholeFile at(Path named) throws IOException {
        Path folder = named.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException("There is no folder for " + named + ".");
        }
        if (Files.isDirectory(named)) {
            throw new IOException(named + " is a folder.");
        }
        return new WholeFile(named, Files.createTempFile(folder, ".agent-stream-", ".part", ownersOnly(folder)));
    }

    private static FileAttribute<?>[] ownersOnly(Path folder) throws IOException {
        return Files.getFileStore(folder).supportsFileAttributeView("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))}
                : new FileAttribute<?>[0];
    }

    /// Where it is written, until it has its name.
    Path part() {
        return part;
    }

    /// In the place of what is there.
    void replace() throws IOException {
        Files.move(part, named, StandardCopyOption.REPLACE_EXISTING);
    }

    /// @throws FileAlreadyExistsException where something is there
    void create() throws IOException {
        Files.move(part, named);
    }

    /// What has no name by now is gone.
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(part);
    }
}
