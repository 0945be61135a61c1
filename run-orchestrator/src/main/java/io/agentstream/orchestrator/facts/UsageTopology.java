package io.agentstream.orchestrator.facts;

import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/// The sum `usage.v1`: the runs on `runs.v1`, grouped by organisation and minute. For each run its share is kept, so that a run which
/// is told anew is taken out of the sum as it went in, and put in as it is now. A run that is deleted from `runs.v1` stays in the sum;
/// a minute of which all runs were deleted is let go of, once none of them can be told again.
///
/// It has three stores. *places* says in which minute a run was counted last, and is asked where the run must be taken out. *shares* and
/// *minutes* are what is counted in each minute, and its sum. They say for themselves what is counted: between the two parts is a topic,
/// and what is still on it is read again by whoever has lost the place where it was, but not its stores.
final class UsageTopology {

    /// How long it is remembered of a run that was deleted where it was counted: for as long as its events may be read once more.
    static final Duration KEPT = Topics.RUN_EVENTS.retention().plusDays(2);
    static final Duration TIDYING = Duration.ofDays(1);

    static final String PLACES = "places";
    static final String SHARES = "shares";
    static final String MINUTES = "minutes";

    private UsageTopology() {}

    static Topology build() {
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(PLACES), Serdes.String(), new JsonSerde<>(Place.class)));
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(SHARES), Serdes.String(), new JsonSerde<>(Counted.class)));
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(MINUTES), Serdes.String(), new JsonSerde<>(Minute.class)));
        builder.stream(Topics.RUNS.name(), Consumed.with(Serdes.String(), Serdes.ByteArray()))
                .process(Places::new, PLACES)
                .repartition(Repartitioned.with(Serdes.String(), new JsonSerde<>(Change.class))
                        .withName(MINUTES)
                        .withNumberOfPartitions(1)) // few records: two or three for each call
                .process(Sums::new, SHARES, MINUTES)
                .to(Topics.USAGE.name(), Produced.with(Serdes.String(), new CodecSerde<>(Topics.USAGE.codec())));
        return builder.build();
    }

    /// Where a run was counted last.
    ///
    /// @param revision of the facts that said so
    /// @param key of the minute
    /// @param forgotten whether the run was deleted from `runs.v1`
    private record Place(long revision, String key, boolean forgotten) {

        boolean isGone(long streamTimeMs) {
            Instant minute = Instant.parse(key.substring(key.indexOf('@') + 1));
            return forgotten && minute.plus(KEPT).toEpochMilli() < streamTimeMs;
        }
    }

    /// Finds out which minutes change with each record.
    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init first
    private static final class Places implements Processor<String, byte[], String, Change> {

        private ProcessorContext<String, Change> context;
        private KeyValueStore<String, Place> places;

        @Override
        public void init(ProcessorContext<String, Change> newContext) {
            context = newContext;
            places = newContext.getStateStore(PLACES);
            newContext.schedule(TIDYING, PunctuationType.STREAM_TIME, this::tidy);
        }

        @Override
        public void process(Record<String, byte[]> record) {
            Place before = places.get(record.key());
            if (record.value() == null) {
                if (before != null) { // whose place is kept for a while: it may be told again, with a revision that is behind
                    places.put(record.key(), new Place(before.revision(), before.key(), true));
                    forward(record, before.key(), new Change(record.key(), Long.MAX_VALUE, null, true));
                }
            } else if (Topics.RUNS.codec().decode(record.value()) instanceof Decoded.Value<RunFacts>(RunFacts facts)) {
                told(record, before, Share.of(facts), facts.revision() == null ? 0 : facts.revision());
            } // else nobody of ours wrote it
        }

        private void told(
                Record<String, byte[]> record, @Nullable Place before, Optional<Share> now, long revision) {
            if (before != null && revision < before.revision()) {
                return; // told before what is counted
            }
            if (before != null && (now.isEmpty() || !before.key().equals(now.get().key()))) {
                forward(record, before.key(), new Change(record.key(), revision, null, false));
            }
            if (now.isPresent()) {
                places.put(record.key(), new Place(revision, now.get().key(), false));
                forward(record, now.get().key(), new Change(record.key(), revision, now.get(), false));
            } else {
                places.delete(record.key());
            }
        }

        private void tidy(long streamTimeMs) {
            try (KeyValueIterator<String, Place> all = places.all()) {
                while (all.hasNext()) {
                    var place = all.next();
                    if (place.value.isGone(streamTimeMs)) {
                        places.delete(place.key);
                    }
                }
            }
        }

        private void forward(Record<String, byte[]> record, String key, Change change) {
            context.forward(record.withKey(key).withValue(change));
        }
    }
}
