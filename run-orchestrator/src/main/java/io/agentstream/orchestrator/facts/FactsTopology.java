package io.agentstream.orchestrator.facts;

import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.WallclockTimestampExtractor;
import org.apache.kafka.streams.state.Stores;

/// The table `runs.v1`: what was decided of each run, joined with what its socket and its conversation told.
///
/// It has two stores. *open* holds the calls that something may still come of soon, and is what the work is done on. *said* is
/// `runs.v1` itself, all of it in each process, and is asked about a call that is not in *open*: so a record that comes after days is
/// added to what was known of its run, and a topology that has lost everything else begins with what it said before.
final class FactsTopology {

    static final String OPEN = "open";
    static final String SAID = "said";

    /// How long nothing came of a run that is over, socket and all, until its facts are final. The last words of a conversation are
    /// written while its end is decided.
    static final Duration FINAL_AFTER = Duration.ofSeconds(10);

    /// The same for a run of whose socket nobody said that it closed.
    static final Duration FINAL_WITHOUT_SOCKET_AFTER = Duration.ofMinutes(10);

    /// The same for one that is lost: it was over because nobody had heard of its socket for long. A gateway that has only stood still says
    /// that it closed as soon as it goes on; later than that, it is a correction.
    static final Duration FINAL_OF_LOST_AFTER = Duration.ofMinutes(1);

    private FactsTopology() {}

    static Topology build() {
        StreamsBuilder builder = new StreamsBuilder();
        builder.globalTable(
                Topics.RUNS.name(),
                // When something was said does not matter here. By the records' own times, which go back where a late one is told, each
                // of those is a warning.
                Consumed.with(Serdes.String(), Serdes.ByteArray()).withTimestampExtractor(new WallclockTimestampExtractor()),
                Materialized.as(SAID));
        builder.addStateStore(Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(OPEN), Serdes.String(), new JsonSerde<>(Known.class))
                // What a run's facts lose goes from here as soon as from their own topic.
                .withLoggingEnabled(Map.of(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, Long.toString(Topics.RUNS.retention().toMillis()))));
        KStream<String, Outcome> outcomes = builder.stream(
                        List.of(Topics.RUN_EVENTS.name(), Topics.CALL_LIFECYCLE.name(), Topics.CONVERSATION_EVENTS.name()),
                        Consumed.with(Serdes.String(), Serdes.ByteArray()))
                .process(FactsProcessor::new, OPEN);
        outcomes.flatMapValues(outcome -> outcome instanceof Outcome.Bad(Slice bytes) ? List.of(bytes.copy()) : List.of())
                .to(Topics.DEAD_LETTERS.name(), Produced.with(Serdes.String(), Serdes.ByteArray()));
        outcomes.flatMapValues(outcome -> outcome instanceof Outcome.Told(RunFacts facts) ? List.of(facts) : List.of())
                .to(Topics.RUNS.name(), Produced.with(Serdes.String(), new CodecSerde<>(Topics.RUNS.codec())));
        return builder.build();
    }

    /// What came of a record.
    sealed interface Outcome {
        record Told(RunFacts facts) implements Outcome {}

        /// It cannot be read; its headers say where it is from and why.
        record Bad(Slice bytes) implements Outcome {}
    }
}
