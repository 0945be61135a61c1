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
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Records on disk, a file for each topic, which has no name any more as soon as it is open: only who has opened it can read it, and
/// whatever ends the process ends the file. One thread writes; once it is [#written], any thread may read.
final class Spool implements AutoCloseable {

    private static final int BUFFER_BYTES = 64 << 10;
    private static final String PREFIX = "agent-stream-call-";
    private static final Set<OpenOption> NAMELESS = Set.of(
            StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);

    private final Path folder;
    private final Map<String, FileChannel> files = new HashMap<>();
    private final Map<String, DataOutputStream> open = new HashMap<>();

    Spool() {
        this(Path.of(System.getProperty("java.io.tmpdir")));
    }

    /// @param folder where its files are
    Spool(Path folder) {
        this.folder = folder;
    }

    void add(LogRecord record) throws IOException {
        DataOutputStream out = open.get(record.topic().name());
        if (out == null) {
            FileChannel file = FileChannel.open(folder.resolve(PREFIX + UUID.randomUUID()), NAMELESS, OwnersOnly.attributes(folder));
            files.put(record.topic().name(), file);
            out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(file), BUFFER_BYTES));
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
            each.flush();
        }
        open.clear();
    }

    CallSource.Records records(Topic<?> topic, boolean isDeleted) throws IOException {
        FileChannel file = files.get(topic.name());
        InputStream in = file == null ? InputStream.nullInputStream() : new FromBeginning(file);
        return new Reading(topic, new DataInputStream(new BufferedInputStream(in, BUFFER_BYTES)), isDeleted);
    }

    /// Of a file that others read at other places.
    private static final class FromBeginning extends InputStream {
        private final FileChannel file;
        private long at;

        FromBeginning(FileChannel file) {
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = file.read(ByteBuffer.wrap(bytes, offset, length), at);
            at += Math.max(0, read);
            return read;
        }
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
        open.clear();
        for (FileChannel each : files.values()) {
            each.close();
        }
    }
}
