package io.agentstream.calllog.export;

import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.LogRecord;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topic;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Records on disk, in a folder that only its owner may look into and that goes with it, a file for each topic. One thread writes; once
/// it is [#written], any thread may read.
final class Spool implements AutoCloseable {

    private static final int BUFFER_BYTES = 64 << 10;
    private static final String PREFIX = "agent-stream-call-";

    private final Path folder;
    private final Map<String, DataOutputStream> open = new HashMap<>();

    Spool() throws IOException {
        this.folder = Files.createTempDirectory(PREFIX); // mode 700
    }

    /// @param parent where its folder stands
    Spool(Path parent) throws IOException {
        this.folder = Files.createTempDirectory(parent, PREFIX);
    }

    void add(LogRecord record) throws IOException {
        DataOutputStream out = open.get(record.topic().name());
        if (out == null) {
            OutputStream file = Files.newOutputStream(file(record.topic()));
            out = new DataOutputStream(new BufferedOutputStream(file, BUFFER_BYTES));
            open.put(record.topic().name(), out);
        }
        out.writeInt(record.partition());
        out.writeLong(record.offset());
        out.writeLong(record.timestampMs());
        out.writeInt(record.value().length());
        out.write(record.value().array(), record.value().offset(), record.value().length());
    }

    void written() throws IOException {
        for (DataOutputStream each : open.values()) {
            each.close();
        }
        open.clear();
    }

    private Path file(Topic<?> topic) {
        return folder.resolve(topic.name());
    }

    CallSource.Records records(Topic<?> topic, boolean isDeleted) throws IOException {
        Path file = file(topic);
        InputStream in = Files.exists(file) ? Files.newInputStream(file) : InputStream.nullInputStream();
        return new Reading(topic, new DataInputStream(new BufferedInputStream(in, BUFFER_BYTES)), isDeleted);
    }

    private record Reading(Topic<?> topic, DataInputStream in, boolean isDeleted) implements CallSource.Records {

        @Override
        public @Nullable LogRecord next() throws IOException {
            in.mark(1);
            if (in.read() < 0) {
                return null;
            }
            in.reset();
            int partition = in.readInt();
            long offset = in.readLong();
            long timestampMs = in.readLong();
            byte[] value = in.readNBytes(in.readInt());
            return new LogRecord(topic, partition, offset, timestampMs, Slice.of(value));
        }

        @Override
        public Optional<String> deleted() {
            return isDeleted
                    ? Optional.of(topic.name() + " began later than the call when it was exported: older records were deleted")
                    : Optional.empty();
        }

        @Override
        public void close() {
            try {
                in.close();
            } catch (IOException nothingIsLost) {
                // it was only read
            }
        }
    }

    @Override
    public void close() throws IOException {
        written();
        for (Topic<?> topic : CallFileFormat.TOPICS) {
            Files.deleteIfExists(file(topic));
        }
        Files.deleteIfExists(folder);
    }
}
