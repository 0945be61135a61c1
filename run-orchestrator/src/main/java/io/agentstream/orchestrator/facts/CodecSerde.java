package io.agentstream.orchestrator.facts;

import io.agentstream.schemas.Codec;
import io.agentstream.schemas.Codec.Decoded;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/// A topic's codec for Kafka Streams. Bytes that cannot be read become a [SerializationException] with the codec's reason.
final class CodecSerde<V> implements Serde<V> {

    private final Codec<V> codec;

    CodecSerde(Codec<V> codec) {
        this.codec = codec;
    }

    @Override
    public Serializer<V> serializer() {
        return (topic, value) -> value == null ? null : codec.encode(value);
    }

    @Override
    public Deserializer<V> deserializer() {
        return (topic, bytes) -> {
            if (bytes == null) {
                return null;
            }
            return switch (codec.decode(bytes)) {
                case Decoded.Value<V>(V value) -> value;
                case Decoded.Unknown<V>(String what) -> throw new SerializationException(what);
                case Decoded.Malformed<V>(String reason) -> throw new SerializationException(reason);
            };
        };
    }
}
