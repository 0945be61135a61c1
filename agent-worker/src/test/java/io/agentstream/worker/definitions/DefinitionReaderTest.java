package io.agentstream.worker.definitions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Topics;
import io.agentstream.worker.loop.LoopFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class DefinitionReaderTest {

    private static final TopicPartition PARTITION = new TopicPartition(Topics.AGENT_DEFINITIONS.name(), 0);
    private static final AgentDefinition FIRST = definition(1, "a");
    private static final AgentDefinition SECOND = definition(2, "b");

    private final List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();

    private static AgentDefinition definition(int version, String prompt) {
        return new AgentDefinition(7, version, Json.MAPPER.createObjectNode().put("engine", "echo").put("prompt", prompt.repeat(1_000)));
    }

    private Consumer<byte[], byte[]> reader() {
        MockConsumer<byte[], byte[]> reader = new MockConsumer<>("earliest");
        Node node = new Node(0, "broker", 1);
        reader.updatePartitions(
                PARTITION.topic(), List.of(new PartitionInfo(PARTITION.topic(), 0, node, new Node[] {node}, new Node[] {node})));
        reader.updateBeginningOffsets(Map.of(PARTITION, 0L));
        reader.updateEndOffsets(Map.of(PARTITION, (long) log.size()));
        reader.schedulePollTask(() -> log.forEach(reader::addRecord));
        return reader;
    }

    private void written(AgentDefinition definition) {
        log.add(new ConsumerRecord<>(
                PARTITION.topic(), 0, log.size(), AgentDefinition.keyBytes(definition.key()),
                Topics.AGENT_DEFINITIONS.codec().encode(definition)));
    }

    private DefinitionReader reading(long cacheBytes) {
        return new DefinitionReader(this::reader, new DeadLetters(LoopFixture.producer(), new Metrics("test")), cacheBytes);
    }

    @Test
    void isReadyWhenItHasReadWhatWasThere() {
        // given
        written(FIRST);
        DefinitionReader reader = reading(DefinitionReader.CACHE_BYTES);
        assertFalse(reader.ready());

        // when
        reader.work();

        // then
        assertTrue(reader.ready());
        assertEquals(Optional.of(FIRST.definition()), reader.find(FIRST.key()));
        assertEquals(Optional.empty(), reader.find(SECOND.key()));
    }

    @Test
    void readsAgainWhatItHasNoRoomFor() {
        // given room for one definition
        written(FIRST);
        written(SECOND);
        DefinitionReader reader = reading(1_500);
        reader.work();
        assertEquals(Optional.empty(), reader.find(FIRST.key()));

        // when the one that was forgotten is asked for
        reader.work();

        // then it is there a moment later
        assertEquals(Optional.of(FIRST.definition()), reader.find(FIRST.key()));
    }
}
