package io.agentstream.dev.bench;

import io.agentstream.schemas.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;

/// The file that a report is to be written to. What is wrong with it is said before minutes of measuring, not after them.
final class ReportFile {

    private ReportFile() {}

    /// Writes a report there as JSON, over what is there; nothing where no file was given.
    static void write(@Nullable Path file, Object report) throws IOException {
        if (file != null) {
            Files.writeString(file, Json.MAPPER.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(report) + "\n");
        }
    }

    /// @param directory as `--svg` gave it, to be made where it is missing, or null where it was not given
    /// @throws IllegalArgumentException saying why nothing can be written there
    static void requireDirectory(@Nullable Path directory) {
        Path there = directory == null ? null : directory.toAbsolutePath();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there != null && !(Files.isDirectory(there) && Files.isWritable(there))) {
            throw new IllegalArgumentException("--svg takes a directory to write into, and " + there + " is none");
        }
    }

    /// @param file as `--json` gave it, or null where it was not given
    /// @throws IllegalArgumentException saying why it cannot be written
    static void require(@Nullable Path file) {
        if (file == null) {
            return;
        }
        Path directory = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException("--json takes a file, and " + file + " is a directory");
        }
        if (directory == null || !Files.isDirectory(directory)) {
            throw new IllegalArgumentException("--json: there is no directory " + directory);
        }
        if (!Files.isWritable(Files.exists(file) ? file : directory)) {
            throw new IllegalArgumentException("--json: " + file + " cannot be written");
        }
    }
}
