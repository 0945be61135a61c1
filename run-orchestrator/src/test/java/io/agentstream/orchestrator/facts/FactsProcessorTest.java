package io.agentstream.orchestrator.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.orchestrator.facts.FactsTopology.Outcome;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Topics;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

/// What Kafka Streams does to a processor and its driver for tests does not.
final class FactsProcessorTest {

    private static final CallId CALL = Calls.call(new SplittableRandom(3));
    private static final Instant END = Calls.T0.plusSeconds(31);

    private final FactsProcessor processor = new FactsProcessor();

    /// With stores as they were before anything happened.
    private MockProcessorContext<String, Outcome> begin() {
        MockProcessorContext<String, Outcome> context = new MockProcessorContext<>();
        KeyValueStore<String, Known> open = Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(FactsTopology.OPEN), Serdes.String(), new JsonSerde<>(Known.class))
                .withLoggingDisabled()
                .build();
        open.init(context.getStateStoreContext(), open);
        context.addStateStore(open);
        var said = Stores.timestampedKeyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(FactsTopology.SAID), Serdes.String(), Serdes.ByteArray())
                .withLoggingDisabled()
                .build();
        said.init(context.getStateStoreContext(), said);
        context.addStateStore(said);
        context.setRecordMetadata(Topics.RUN_EVENTS.name(), 0, 0);
        context.setCurrentSystemTimeMs(END.toEpochMilli());
        processor.init(context);
        return context;
    }

    private void process(RunEvent event) {
        processor.process(new Record<>(CALL.toString(), Topics.RUN_EVENTS.codec().encode(event), END.toEpochMilli()));
    }

    private List<String> story() {
        MockProcessorContext<String, Outcome> context = begin();
        process(Calls.created(CALL));
        process(Calls.running(CALL));
        process(Calls.completed(CALL, END));
        return context.forwarded().stream()
                .map(each -> each.record().value() instanceof Outcome.Told(var facts) ? facts.state() : "bad")
                .toList();
    }

    /// A transaction was aborted, and the same processor begins again with what its store had before.
    @Test
    void whatWasUndoneIsToldAgain() {
        List<String> first = story();

        List<String> again = story();

        assertEquals(List.of("initialized", "running", "completed"), first);
        assertEquals(first, again);
    }
}
