package io.agentstream.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The binary form of a [JournalBatch], big-endian:
///
/// | bytes | |
/// |---|---|
/// | 1 | kind: 1 clear, 2 sealed |
/// | 16 | call |
/// | 4 | epoch |
/// | 4 | number |
/// | 8 | sequence number of the newest record that was seen |
/// | 8 | milliseconds since 1970 |
/// | 4 | version of the machine |
/// | 1 | flags: 1 the last one |
/// | 2 + n | length and name of the machine, UTF-8 |
/// | 2 + n | length and key of the definition, UTF-8; empty: none |
/// | 4 + n | length and entries |
/// | | fields that were added later, as in [Binary#addedFields] |
final class JournalBatchCodec implements Codec<JournalBatch> {

    private static final byte CLEAR = 1;
    private static final byte SEALED = 2;
    private static final int LAST = 1;
    private static final int HEADER_BYTES = 1 + 16 + 4 + 4 + 8 + 8 + 4 + 1;

    @Override
    public byte[] encode(JournalBatch b) {
        byte[] machine = b.machine().getBytes(StandardCharsets.UTF_8);
        byte[] key = b.definitionKey() == null ? new byte[0] : b.definitionKey().getBytes(StandardCharsets.UTF_8);
        Slice entries = b.entries();
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + 2 + machine.length + 2 + key.length + 4 + entries.length())
                .put(b.sealed() ? SEALED : CLEAR);
        Binary.putCallId(out, b.callId());
        return out.putInt(b.epoch())
                .putInt(b.number())
                .putLong(b.after())
                .putLong(b.atMs())
                .putInt(b.version())
                .put((byte) (b.last() ? LAST : 0))
                .putShort(Binary.length16(machine.length))
                .put(machine)
                .putShort(Binary.length16(key.length))
                .put(key)
                .putInt(entries.length())
                .put(entries.array(), entries.offset(), entries.length())
                .array();
    }

    @Override
    public Decoded<JournalBatch> decode(byte[] bytes) {
        if (bytes.length < HEADER_BYTES) {
            return Binary.malformed("a journal's batch of ", bytes.length, " bytes");
        }
        byte kind = bytes[0];
        if (kind != CLEAR && kind != SEALED) {
            return Binary.unknown("a journal's batch", kind);
        }
        int machineAt = HEADER_BYTES + 2;
        String machine = name(bytes, machineAt);
        int keyAt = machine == null ? 0 : machineAt + Binary.uint16(bytes, machineAt - 2) + 2;
        String key = machine == null ? null : name(bytes, keyAt);
        int entriesAt = key == null ? 0 : keyAt + Binary.uint16(bytes, keyAt - 2) + 4;
        int length = key == null || entriesAt > bytes.length ? -1 : Binary.int32(bytes, entriesAt - 4);
        if (machine == null || key == null || length < 0 || length > bytes.length - entriesAt
                || !Binary.addedFields(bytes, entriesAt + length)) {
            return Binary.malformed("a journal's batch of ", bytes.length, " bytes");
        }
        return new Decoded.Value<>(new JournalBatch(
                Binary.callId(bytes, 1), machine, Binary.int32(bytes, 41), Binary.int32(bytes, 17), Binary.int32(bytes, 21),
                Binary.int64(bytes, 25), Binary.int64(bytes, 33), (bytes[45] & LAST) != 0, key.isEmpty() ? null : key,
                kind == SEALED, new Slice(bytes, entriesAt, length)));
    }

    /// The text before whose first byte its length stands; null where it is not one, or is too long.
    private static @Nullable String name(byte[] bytes, int at) {
        if (at > bytes.length) {
            return null;
        }
        int length = Binary.uint16(bytes, at - 2);
        return length > Binary.MAX_NAME_BYTES ? null : Binary.text(bytes, at, length);
    }
}
