package io.agentstream.runtime;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/// The deserializers of a consumer that wants one key only: what is under another is not copied out of what was fetched, key and value
/// are null. Relies on a consumer's reading the key of each record before its value. One thread, as the consumer has.
final class OnlyKey {

    private final ByteBuffer wanted;
    private boolean isWanted;

    OnlyKey(byte[] key) {
        this.wanted = ByteBuffer.wrap(key.clone());
    }

    Deserializer<byte[]> keys() {
        return new Deserializer<>() {
            @Override
            public byte @Nullable [] deserialize(String topic, byte @Nullable [] data) {
                isWanted = data != null && Arrays.equals(wanted.array(), data);
                return isWanted ? wanted.array() : null;
            }

            @Override
            public byte @Nullable [] deserialize(String topic, Headers headers, @Nullable ByteBuffer data) {
                isWanted = data != null && wanted.equals(data);
                return isWanted ? wanted.array() : null;
            }
        };
    }

    Deserializer<byte[]> values() {
        return new Deserializer<>() {
            @Override
            public byte @Nullable [] deserialize(String topic, byte @Nullable [] data) {
                return isWanted ? data : null;
            }

            @Override
            public byte @Nullable [] deserialize(String topic, Headers headers, @Nullable ByteBuffer data) {
                if (!isWanted || data == null) {
                    return null;
                }
                byte[] value = new byte[data.remaining()];
                data.duplicate().get(value);
                return value;
            }
        };
    }
}
