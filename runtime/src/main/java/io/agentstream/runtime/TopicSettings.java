package io.agentstream.runtime;

import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topic.Cleanup;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.TopicConfig;

/// What a topic has to be told so that what the table promises of it is true. A broker deletes and compacts whole segments, and
/// never the one that is written to: how long a record really stays follows from how long a segment is.
final class TopicSettings {

    /// A record stays at most this part of its retention longer.
    private static final int SEGMENTS_OF_A_RETENTION = 24;

    private static final Duration LONGEST_SEGMENT = Duration.ofDays(1);

    private static final long SEGMENT_BYTES = 128L << 20;

    /// What is compacted is read from its beginning by whoever takes over, the newest segment as it is.
    private static final long COMPACTED_SEGMENT_BYTES = 32L << 20;

    /// Compacted when a tenth has been replaced.
    private static final String DIRTY_RATIO = "0.1";

    /// How long a reader that began before may take to come to the end and still see that something is gone.
    private static final Duration TOMBSTONES = Duration.ofHours(1);

    /// The longest batch of records that is taken: a record's own megabyte ([io.agentstream.schemas.Json]) and the frame around it.
    private static final int MESSAGE_BYTES = (1 << 20) + 12;

    private TopicSettings() {}

    /// @param retention how long records are kept, or replaced ones may stay
    /// @param inSync replicas that must have a record
    static Map<String, String> of(Topic<?> topic, Duration retention, int inSync) {
        boolean deletes = topic.cleanup().contains(Cleanup.DELETE);
        boolean compacts = topic.cleanup().contains(Cleanup.COMPACT);
        Duration segment = deletes ? shorter(retention.dividedBy(SEGMENTS_OF_A_RETENTION), LONGEST_SEGMENT) : retention;
        Map<String, String> settings = new TreeMap<>();
        settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, topic.cleanup().stream()
                .map(cleanup -> cleanup.name().toLowerCase(Locale.ROOT))
                .sorted()
                .collect(Collectors.joining(",")));
        settings.put(TopicConfig.SEGMENT_MS_CONFIG, Long.toString(segment.toMillis()));
        settings.put(TopicConfig.SEGMENT_BYTES_CONFIG, Long.toString(compacts ? COMPACTED_SEGMENT_BYTES : SEGMENT_BYTES));
        settings.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(inSync));
        settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(MESSAGE_BYTES));
        if (deletes) {
            settings.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention.toMillis()));
        }
        if (compacts) {
            settings.put(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, DIRTY_RATIO);
            settings.put(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, Long.toString(segment.toMillis()));
            settings.put(TopicConfig.DELETE_RETENTION_MS_CONFIG, Long.toString(TOMBSTONES.toMillis()));
        }
        return settings;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
