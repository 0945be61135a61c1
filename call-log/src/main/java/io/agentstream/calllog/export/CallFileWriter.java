package io.agentstream.calllog.export;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.agentstream.calllog.LogRecord;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Packs members as they come, and keeps of each what the manifest says of it. Records are gathered until a member of their topic is
/// full, so that nobody has to know how many there will be, and nothing is kept but what is not full. The same members in the same order
/// give the same bytes. One thread.
final class CallFileWriter implements AutoCloseable {

    /// From so many bytes on a member of records is full.
    static final int FULL_BYTES = 512 << 10;

    private static final int LEVEL = 3;

    private final CallId callId;
    private final ByteArrayOutputStream packed = new ByteArrayOutputStream();
    private final ZstdOutputStreamNoFinalizer zstd;
    private final List<Manifest.Member> members = new ArrayList<>();
    private final Map<String, Part> parts = new HashMap<>();

    private static final class Part {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int number;
    }

    CallFileWriter(CallId callId) throws IOException {
        this.callId = callId;
        this.zstd = new ZstdOutputStreamNoFinalizer(packed, LEVEL);
        zstd.setChecksum(true);
    }

    /// A member, whole.
    void add(String name, byte[] bytes) throws IOException {
        members.add(new Manifest.Member(name, bytes.length, sha256(bytes)));
        write(name, bytes);
    }

    private void write(String name, byte[] bytes) throws IOException {
        zstd.write(Tar.header(name, bytes.length, callId.madeAtMs() / 1_000));
        zstd.write(bytes);
        zstd.write(new byte[Tar.padding(bytes.length)]);
    }

    /// A record, with the value that it is to have.
    void add(LogRecord place, byte[] value) throws IOException {
        Topic<?> topic = place.topic();
        boolean isBinary = CallFileFormat.isBinary(topic);
        Part part = parts.computeIfAbsent(CallFileFormat.stem(topic), any -> new Part());
        if (part.bytes.size() == 0 && isBinary) {
            part.bytes.writeBytes(RecordForm.beginning(topic, callId));
        }
        RecordForm.write(part.bytes, callId, place, value);
        if (part.bytes.size() >= FULL_BYTES) {
            flush(CallFileFormat.stem(topic), isBinary);
        }
    }

    /// A line of members that begin with `stem`.
    void addLine(String stem, byte[] line) throws IOException {
        Part part = parts.computeIfAbsent(stem, any -> new Part());
        part.bytes.writeBytes(line);
        part.bytes.write('\n');
        if (part.bytes.size() >= FULL_BYTES) {
            flush(stem, false);
        }
    }

    /// What is gathered of a topic becomes a member.
    void flush(Topic<?> topic) throws IOException {
        flush(CallFileFormat.stem(topic), CallFileFormat.isBinary(topic));
    }

    /// What is gathered of lines becomes a member.
    void flush(String stem) throws IOException {
        flush(stem, false);
    }

    private void flush(String stem, boolean isBinary) throws IOException {
        Part part = parts.get(stem);
        if (part != null && part.bytes.size() > 0) {
            byte[] bytes = part.bytes.toByteArray();
            part.bytes.reset();
            add(CallFileFormat.part(stem, ++part.number, isBinary), bytes);
        }
    }

    /// What was written so far, in order.
    List<Manifest.Member> members() {
        return List.copyOf(members);
    }

    void finish(byte[] manifest) throws IOException {
        write(CallFileFormat.MANIFEST, manifest);
        zstd.write(new byte[2 * Tar.BLOCK_BYTES]);
        zstd.close();
    }

    int packedBytes() {
        return packed.size();
    }

    /// What is packed since it was asked last.
    byte[] take() {
        byte[] taken = packed.toByteArray();
        packed.reset();
        return taken;
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) { // every Java platform has it
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void close() throws IOException {
        zstd.close();
    }
}
