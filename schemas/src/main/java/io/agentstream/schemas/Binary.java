package io.agentstream.schemas;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the binary codecs share: big-endian numbers at an offset. Those of a frame go straight to and from the array, because a buffer
/// for each would be a quarter of what it allocates.
final class Binary {

    private static final VarHandle INT64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

    /// Kinds of records are numbered from 1; the bits above are flags.
    static final int MAX_KIND = 31;

    /// Longest name or word inside a record. Ours have a few letters.
    static final int MAX_NAME_BYTES = 1_024;

    private Binary() {}

    static long int64(byte[] bytes, int at) {
        return (long) INT64.get(bytes, at);
    }

    static int int32(byte[] bytes, int at) {
        return (int) INT32.get(bytes, at);
    }

    /// Without sign.
    static int uint16(byte[] bytes, int at) {
        return (short) INT16.get(bytes, at) & 0xFFFF;
    }

    static void putInt64(byte[] bytes, int at, long value) {
        INT64.set(bytes, at, value);
    }

    static void putInt16(byte[] bytes, int at, short value) {
        INT16.set(bytes, at, value);
    }

    static CallId callId(byte[] bytes, int at) {
        return new CallId(new UUID(int64(bytes, at), int64(bytes, at + Long.BYTES)));
    }

    static void putCallId(ByteBuffer out, CallId callId) {
        out.putLong(callId.value().getMostSignificantBits()).putLong(callId.value().getLeastSignificantBits());
    }

    /// The text of `length` bytes; null where they are not UTF-8, or are not all there. Read with replacements it would be another
    /// text, and a longer one, which nobody could write again.
    static @Nullable String text(byte[] bytes, int at, int length) {
        if (length > bytes.length - at) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, length)).toString();
        } catch (CharacterCodingException foreign) {
            return null;
        }
    }

    static short length16(int length) {
        if (length > 0xFFFF) {
            throw new IllegalArgumentException(length + " bytes do not fit a length of 16 bits");
        }
        return (short) length;
    }

    /// Whether `bytes` from `at` to their end are fields that were added to a record's first layout, any number of them:
    ///
    /// | bytes | |
    /// |---|---|
    /// | 1 | which field |
    /// | 2 | length |
    /// | length | value |
    ///
    /// So a newer writer may add a field, and an older reader passes over it.
    static boolean addedFields(byte[] bytes, int at) {
        int next = at;
        while (next < bytes.length) {
            if (bytes.length - next < 3) {
                return false;
            }
            next += 3 + uint16(bytes, next + 1);
        }
        return next == bytes.length;
    }

    /// Bytes of an added field whose value is a number of 64 bits.
    static final int ADDED_LONG_BYTES = 1 + 2 + Long.BYTES;

    static ByteBuffer putAddedLong(ByteBuffer out, int field, long value) {
        return out.put((byte) field).putShort((short) Long.BYTES).putLong(value);
    }

    /// The value of such a field, or `otherwise` where there is none.
    ///
    /// @param at where the added fields begin, which are well, as [#addedFields] says
    static long addedLong(byte[] bytes, int at, int field, long otherwise) {
        for (int next = at; next < bytes.length; next += 3 + uint16(bytes, next + 1)) {
            if (bytes[next] == field && uint16(bytes, next + 1) == Long.BYTES) {
                return ByteBuffer.wrap(bytes, next + 3, Long.BYTES).getLong();
            }
        }
        return otherwise;
    }

    /// A record's kind that this version does not have. Kinds are small numbers; what is none is no record of ours.
    static <V> Codec.Decoded<V> unknown(String what, int kind) {
        return kind > 0 && kind <= MAX_KIND
                ? new Codec.Decoded.Unknown<>(what + " of unknown kind " + kind)
                : malformed(what + " of kind ", kind, "");
    }

    static <V> Codec.Decoded<V> malformed(String before, int number, String after) {
        return new Codec.Decoded.Malformed<>(before + number + after);
    }
}
