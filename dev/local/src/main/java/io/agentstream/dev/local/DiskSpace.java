package io.agentstream.dev.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Room on the disk that holds the data, for a person who is to be told before the parts break one by one. Any thread.
final class DiskSpace {

    /// Below this a broker and a database do not come far: each keeps segments of 16 MiB.
    private static final long LEAST_BYTES = 48L << 20;

    private DiskSpace() {}

    /// @throws IOException with a sentence, where there is too little
    static void require(Path directory) throws IOException {
        if (isFull(directory)) {
            throw new IOException(advice(directory));
        }
    }

    static boolean isFull(Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace() < LEAST_BYTES;
    }

    /// What is wrong and what to do.
    static String advice(Path directory) throws IOException {
        long freeMb = Files.getFileStore(directory).getUsableSpace() >> 20;
        return "the disk of " + directory + " is full: " + freeMb + " MB are free, and " + (LEAST_BYTES >> 20)
                + " are needed. Make room, or choose another --data directory, and start again; the data that is there is kept.";
    }
}
