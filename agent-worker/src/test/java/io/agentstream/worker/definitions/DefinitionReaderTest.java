package io.agentstream.worker.definitions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
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
import tools.jackson.databind.JsonNode;

class DefinitionReaderTest {

    private static final TopicPartition PARTITION = new TopicPartition(Topics.AGENT_DEFINITIONS.name(), 0);
    private static final AgentDefinition FIRST = definition(1, "a");
    private static final AgentDefinition SECOND = definition(2, "b");

    private final List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();
    private final Metrics metrics = new Metrics("test");
    private boolean topicIsThere = true;

    private static AgentDefinition definition(int version, String prompt) {
        return new AgentDefinition(7, version, Json.MAPPER.createObjectNode().put("engine", "echo").put("prompt", prompt.repeat(1_000)));
    }

    private Consumer<byte[], byte[]> reader() {
        MockConsumer<byte[], byte[]> reader = new MockConsumer<>("earliest");
        Node node = new Node(0, "broker", 1);
        if (!topicIsThere) {
            reader.updatePartitions(PARTITION.topic(), List.of());
            return reader;
        }
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
        return reading(cacheBytes, DefinitionPlaces.CAPACITY);
    }

    private DefinitionReader reading(long cacheBytes, int capacity) {
        return new DefinitionReader(this::reader, new DeadLetters(LoopFixture.producer(), metrics), cacheBytes, capacity);
    }

    @Test
    void isReadyWhenItHasReadWhatWasThere() throws Exception {
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
    void readsAgainWhatItHasNoRoomFor() throws Exception {
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

    private double putAside() {
        return metrics.counter("agent_stream_dead_letters", "topic", PARTITION.topic()).count();
    }

    @Test
    void keepsTextAndNoTreesThatMayWeighManyTimesAsMuch() throws Exception {
        // given
        written(FIRST);
        DefinitionReader reader = reading(DefinitionReader.CACHE_BYTES);
        reader.work();

        // when
        JsonNode once = reader.find(FIRST.key()).orElseThrow();
        JsonNode twice = reader.find(FIRST.key()).orElseThrow();

        // then
        assertEquals(once, twice);
        assertNotSame(once, twice);
    }

    @Test
    void putsAsideWhatCannotBeReadWhenItIsAskedFor() throws Exception {
        // given
        log.add(new ConsumerRecord<>(PARTITION.topic(), 0, 0, AgentDefinition.keyBytes("7:1:x"), new byte[] {1, 2}));
        DefinitionReader reader = reading(DefinitionReader.CACHE_BYTES);
        reader.work();
        double before = putAside();

        // when
        Optional<JsonNode> found = reader.find("7:1:x");

        // then once, however often it is asked for
        assertEquals(Optional.empty(), found);
        assertEquals(Optional.empty(), reader.find("7:1:x"));
        assertEquals(0, before);
        assertEquals(1, putAside());
    }

    @Test
    void forgetsThePlaceThatWasNotUsedForLongest() throws Exception {
        // given room for one text and one place
        written(FIRST);
        written(SECOND);
        DefinitionReader reader = reading(1_500, 1);
        reader.work();

        // when
        reader.find(FIRST.key());
        reader.work();

        // then
        assertEquals(Optional.empty(), reader.find(FIRST.key()));
        assertEquals(Optional.of(SECOND.definition()), reader.find(SECOND.key()));
    }

    @Test
    void waitsForATopicThatIsNotThereYet() throws Exception {
        // given
        topicIsThere = false;
        written(FIRST);
        DefinitionReader reader = reading(DefinitionReader.CACHE_BYTES);
        reader.work();
        reader.work();
        boolean early = reader.ready();

        // when
        topicIsThere = true;
        reader.work();

        // then
        assertFalse(early);
        assertTrue(reader.ready());
    }
}
