package io.agentstream.cli;

import io.agentstream.calllog.export.OwnersOnly;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// A file that is written beside its place, and gets its name once it is whole: what breaks off leaves what was there, and nothing else,
/// also where a signal ends the process. Only its owner may read it, since calls are in it. One thread.
final class WholeFile implements AutoCloseable {

    private final Path named;
    private final Path part;
    private final Thread atExit;

    private WholeFile(Path named, Path part) {
        this.named = named;
        this.part = part;
        this.atExit = Thread.ofPlatform().name("remove-" + part.getFileName()).unstarted(this::remove);
        Runtime.getRuntime().addShutdownHook(atExit);
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
        if (Files.exists(named) && !Files.isRegularFile(named)) {
            throw new IOException(named + " is there and no file: give the name of one.");
        }
        return new WholeFile(named, Files.createTempFile(folder, ".agent-stream-", ".part", OwnersOnly.attributes(folder)));
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
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException ending) {
            // it does the same
        }
        Files.deleteIfExists(part);
    }

    private void remove() {
        try {
            Files.deleteIfExists(part);
        } catch (IOException stays) {
            // nobody is left to be told
        }
    }
}
