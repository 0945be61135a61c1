package io.agentstream.orchestrator.facts;

import io.agentstream.schemas.Json;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/// Our JSON for what only the topologies themselves write and read: their stores and the topics between their parts. A newer version
/// may add fields that can be missing; what changes otherwise needs another store.
final class JsonSerde<V> implements Serde<V> {

    private final Class<V> type;

    JsonSerde(Class<V> type) {
        this.type = type;
    }

    @Override
    public Serializer<V> serializer() {
        return (topic, value) -> value == null ? null : Json.MAPPER.writeValueAsBytes(value);
    }

    @Override
    public Deserializer<V> deserializer() {
        return (topic, bytes) -> bytes == null ? null : Json.MAPPER.readValue(bytes, type);
    }
}
