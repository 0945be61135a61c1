package io.agentstream.orchestrator.facts;

import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.Usage;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/// The sum `usage.v1`: the runs on `runs.v1`, grouped by organisation and minute. For each run its share is kept, so that a run which
/// is told anew is taken out of the sum as it went in, and put in as it is now. A run that is deleted from `runs.v1` stays in the sum;
/// a minute of which all runs were deleted is let go of.
final class UsageTopology {

    static final String COUNTED = "counted";
    static final String MINUTES = "minutes";

    private UsageTopology() {}

    static Topology build() {
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(COUNTED), Serdes.String(), new JsonSerde<>(Share.class)));
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(MINUTES), Serdes.String(), new JsonSerde<>(Minute.class)));
        builder.stream(Topics.RUNS.name(), Consumed.with(Serdes.String(), Serdes.ByteArray()))
                .process(Shares::new, COUNTED)
                .repartition(Repartitioned.with(Serdes.String(), new JsonSerde<>(Change.class))
                        .withName(MINUTES)
                        .withNumberOfPartitions(1)) // few records: two or three for each call
                .process(Sums::new, MINUTES)
                .to(Topics.USAGE.name(), Produced.with(Serdes.String(), new CodecSerde<>(Topics.USAGE.codec())));
        return builder.build();
    }

    /// Finds out what changes with each record of `runs.v1`.
    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init first
    private static final class Shares implements Processor<String, byte[], String, Change> {

        private ProcessorContext<String, Change> context;
        private KeyValueStore<String, Share> counted;

        @Override
        public void init(ProcessorContext<String, Change> newContext) {
            context = newContext;
            counted = newContext.getStateStore(COUNTED);
        }

        @Override
        public void process(Record<String, byte[]> record) {
            Share before = counted.get(record.key());
            if (record.value() == null) {
                if (before != null) {
                    counted.delete(record.key());
                    forward(record, before.key(), new Change(before, null, true));
                }
            } else if (Topics.RUNS.codec().decode(record.value()) instanceof Decoded.Value<RunFacts>(RunFacts facts)) {
                told(record, before, Share.of(facts), facts.revision() == null ? 0 : facts.revision());
            } // else nobody of ours wrote it
        }

        private void told(
                Record<String, byte[]> record, @Nullable Share before, Optional<Share> now, long revision) {
            if (before != null && revision < before.revision()) {
                return; // told before what is counted
            }
            now.ifPresentOrElse(share -> counted.put(record.key(), share), () -> counted.delete(record.key()));
            Share in = now.orElse(null);
            if (before == null || in == null || !before.key().equals(in.key())) {
                if (before != null) {
                    forward(record, before.key(), new Change(before, null, false));
                }
                if (in != null) {
                    forward(record, in.key(), new Change(null, in, false));
                }
            } else if (!before.isSameAs(in)) {
                forward(record, in.key(), new Change(before, in, false));
            }
        }

        private void forward(Record<String, byte[]> record, String key, Change change) {
            context.forward(record.withKey(key).withValue(change));
        }
    }

    /// Adds the changes up.
    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init first
    private static final class Sums implements Processor<String, Change, String, Usage> {

        private ProcessorContext<String, Usage> context;
        private KeyValueStore<String, Minute> minutes;

        @Override
        public void init(ProcessorContext<String, Usage> newContext) {
            context = newContext;
            minutes = newContext.getStateStore(MINUTES);
        }

        @Override
        public void process(Record<String, Change> record) {
            Change change = record.value();
            Minute before = minutes.get(record.key());
            if (before == null) {
                Share any = change.in() != null ? change.in() : change.out();
                if (any == null || change.forgotten()) {
                    return;
                }
                before = Minute.empty(any.organizationId(), any.minute());
            }
            Minute after = before.after(change);
            if (after.isForgotten()) {
                minutes.delete(record.key());
                return;
            }
            minutes.put(record.key(), after);
            if (!after.usage().equals(before.usage())) {
                context.forward(record.withValue(after.usage()));
            }
        }
    }
}
