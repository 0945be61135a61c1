package io.agentstream.cli.doctor;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Room on the disk of this machine, where its processes write.
///
/// @param directory where
/// @param leastBytes less is wrong
record DiskCheck(Path directory, long leastBytes) implements Check {

    /// Room for a while: a log, temporary files, and of `up` (which starts with far less) its segments.
    static final long LEAST_BYTES = 1L << 30;

    @Override
    public String about() {
        return "disk";
    }

    @Override
    public List<Finding> look() throws IOException {
        FileStore store = Files.getFileStore(directory);
        String says = (store.getUsableSpace() >> 20) + " MiB are free where " + directory.toAbsolutePath().normalize() + " is";
        return List.of(store.getUsableSpace() < leastBytes
                ? Finding.wrong(about(), says + ", and " + (leastBytes >> 20) + " are needed", "make room")
                : Finding.ok(about(), says));
    }
}
