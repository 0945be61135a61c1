package io.agentstream.schemas;

import java.nio.ByteBuffer;
import java.util.UUID;

/// What the binary codecs share.
final class Binary {

    private Binary() {}

    static void putCallId(ByteBuffer out, CallId callId) {
        out.putLong(callId.value().getMostSignificantBits()).putLong(callId.value().getLeastSignificantBits());
    }

    static CallId callId(ByteBuffer in) {
        return new CallId(new UUID(in.getLong(), in.getLong()));
    }

    static short length16(int length) {
        if (length > 0xFFFF) {
            throw new IllegalArgumentException(length + " bytes do not fit a length of 16 bits");
        }
        return (short) length;
    }

    static <V> Codec.Decoded<V> malformed(String before, int number, String after) {
        return new Codec.Decoded.Malformed<>(before + number + after);
    }
}
