package io.agentstream.orchestrator.facts;

import io.agentstream.schemas.Codec;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/// The two projections as a topology. Its stores are in memory, with a changelog in Kafka, and are kept small: a run that is over
/// is forgotten once its events cannot be said again, a minute once no run can end in it.
final class ProjectionTopology {

    /// How long a run that is over is remembered, so that events that are said again do not count twice.
    static final Duration RUNS_KEPT = Duration.ofHours(1);

    /// Longer than a run can stay open after its last sign of life.
    static final Duration MINUTES_KEPT = Duration.ofHours(6);

    private static final Duration CLEANING = Duration.ofMinutes(1);
    private static final String RUNS = "runs";
    private static final String USAGE = "usage";

    private ProjectionTopology() {}

    static Topology build() {
        StreamsBuilder builder = new StreamsBuilder();
        addStore(builder, RUNS, Topics.RUNS.codec());
        addStore(builder, USAGE, Topics.USAGE.codec());

        KStream<String, Outcome> outcomes = builder.stream(
                        Topics.RUN_EVENTS.name(), Consumed.with(Serdes.String(), Serdes.ByteArray()))
                .process(RunFactsProcessor::new, RUNS);
        outcomes.flatMapValues(outcome -> outcome instanceof Outcome.Bad(Slice bytes) ? List.of(bytes.copy()) : List.of())
                .to(Topics.DEAD_LETTERS.name(), Produced.with(Serdes.String(), Serdes.ByteArray()));
        KStream<String, RunFacts> runs = outcomes.flatMapValues(
                outcome -> outcome instanceof Outcome.Known(RunFacts facts) ? List.of(facts) : List.of());
        runs.to(Topics.RUNS.name(), Produced.with(Serdes.String(), new CodecSerde<>(Topics.RUNS.codec())));

        runs.filter((callId, facts) -> Projection.isOver(facts))
                .selectKey((callId, facts) -> Projection.usageKey(facts))
                .repartition(Repartitioned.with(Serdes.String(), new CodecSerde<>(Topics.RUNS.codec()))
                        .withName(USAGE)
                        .withNumberOfPartitions(1)) // few records: one for each call that ended
                .process(UsageProcessor::new, USAGE)
                .to(Topics.USAGE.name(), Produced.with(Serdes.String(), new CodecSerde<>(Topics.USAGE.codec())));
        return builder.build();
    }

    private static <V> void addStore(StreamsBuilder builder, String name, Codec<V> codec) {
        Serde<V> values = new CodecSerde<>(codec);
        builder.addStateStore(Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), Serdes.String(), values));
    }

    /// What came of a record.
    private sealed interface Outcome {
        record Known(RunFacts facts) implements Outcome {}

        /// It cannot be read; its headers say where it is from and why.
        record Bad(Slice bytes) implements Outcome {}
    }

    /// Turns events into the latest facts of their run. Reads the bytes itself, so that bad ones are put aside in the same
    /// transaction as the work around them.
    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init first
    private static final class RunFactsProcessor implements Processor<String, byte[], String, Outcome> {

        private ProcessorContext<String, Outcome> context;
        private KeyValueStore<String, RunFacts> store;

        @Override
        public void init(ProcessorContext<String, Outcome> newContext) {
            context = newContext;
            store = newContext.getStateStore(RUNS);
            newContext.schedule(CLEANING, PunctuationType.WALL_CLOCK_TIME, nowMs -> clean(
                    store,
                    facts -> Optional.ofNullable(facts.endedAt()),
                    Instant.ofEpochMilli(nowMs).minus(RUNS_KEPT)));
        }

        @Override
        public void process(Record<String, byte[]> record) {
            byte[] bytes = record.value();
            if (bytes == null) {
                return; // nobody writes tombstones here
            }
            switch (Topics.RUN_EVENTS.codec().decode(bytes)) {
                case Decoded.Value<RunEvent>(RunEvent event) -> known(event, record);
                case Decoded.Unknown<RunEvent>(String what) -> { } // of a newer writer; the services' loops count those
                case Decoded.Malformed<RunEvent>(String reason) -> bad(bytes, reason, record);
            }
        }

        private void known(RunEvent event, Record<String, byte[]> record) {
            String callId = event.callId().toString();
            Optional<RunFacts> next = Projection.next(store.get(callId), event);
            if (next.isPresent()) {
                store.put(callId, next.get());
                context.forward(record.withKey(callId).withValue(new Outcome.Known(next.get())));
            }
        }

        private void bad(byte[] bytes, String reason, Record<String, byte[]> record) {
            Record<String, Outcome> letter = record.<Outcome>withValue(new Outcome.Bad(Slice.of(bytes)))
                    .withHeaders(new RecordHeaders().add("reason", utf8(reason)));
            context.recordMetadata().ifPresent(from -> letter.headers()
                    .add("topic", utf8(from.topic()))
                    .add("partition", utf8(Integer.toString(from.partition())))
                    .add("offset", utf8(Long.toString(from.offset()))));
            context.forward(letter);
        }

        private static byte[] utf8(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }

    /// Adds runs that are over to their organisation's minute.
    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init first
    private static final class UsageProcessor implements Processor<String, RunFacts, String, Usage> {

        private ProcessorContext<String, Usage> context;
        private KeyValueStore<String, Usage> store;

        @Override
        public void init(ProcessorContext<String, Usage> newContext) {
            context = newContext;
            store = newContext.getStateStore(USAGE);
            newContext.schedule(CLEANING, PunctuationType.WALL_CLOCK_TIME, nowMs -> clean(
                    store,
                    usage -> Optional.of(usage.minute()),
                    Instant.ofEpochMilli(nowMs).minus(MINUTES_KEPT)));
        }

        @Override
        public void process(Record<String, RunFacts> record) {
            Usage next = Projection.add(store.get(record.key()), record.value());
            store.put(record.key(), next);
            context.forward(record.withValue(next));
        }
    }

    /// When a stored value was last of interest; nothing while it still is.
    @FunctionalInterface
    private interface Age<V> {
        Optional<Instant> of(V value);
    }

    private static <V> void clean(KeyValueStore<String, V> store, Age<V> age, Instant before) {
        try (KeyValueIterator<String, V> all = store.all()) {
            while (all.hasNext()) {
                var entry = all.next();
                Optional<Instant> since = age.of(entry.value);
                if (since.isPresent() && since.get().isBefore(before)) {
                    store.delete(entry.key);
                }
            }
        }
    }
}
