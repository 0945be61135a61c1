package io.agentstream.orchestrator.liveness;

import io.agentstream.schemas.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/// Up to when, and since when, we have been reading everything that is written to each partition. Who has not listened cannot say
/// that somebody was quiet.
///
/// What a consumer believes of its lag is as old as its last fetch, which of a process that was frozen is very old. So Kafka is
/// asked where the partitions end, and only once they are read that far, everything that was written before the question is known.
/// Any thread.
public final class Listening {

    /// Longest time between two moments up to which everything is known that still counts as hearing everything.
    private static final long MAX_GAP_MS = 5_000;

    /// @param sinceMs when everything was first known without a gap since
    /// @param untilMs up to when everything is known
    private record Ear(long sinceMs, long untilMs) {}

    /// Where a partition ended when Kafka was asked.
    private record Question(long askedMs, long end) {}

    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final Map<TopicPartition, Question> open = new HashMap<>();
    private final Map<TopicPartition, Ear> ears = new HashMap<>();
    private boolean stopped;

    /// Everything before `position` was read, and whatever is to be known at once of it is known.
    public synchronized void read(TopicPartition partition, long position) {
        Long before = positions.put(partition, position);
        if (before != null && position < before) { // another log, which begins anew: of this one nothing was heard yet
            open.remove(partition);
            ears.remove(partition);
        }
        answered(partition, position);
    }

    /// The partition is no longer ours.
    public synchronized void forget(TopicPartition partition) {
        positions.remove(partition);
        open.remove(partition);
        ears.remove(partition);
    }

    /// Nothing more is read by this process: what is not known will not be.
    public synchronized void stop() {
        stopped = true;
    }

    synchronized boolean isStopped() {
        return stopped;
    }

    /// Kafka was away: nobody could say anything.
    synchronized void interrupted() {
        open.clear();
        ears.clear();
    }

    /// Partitions that are ours and that we have begun to read.
    public synchronized Set<TopicPartition> partitions() {
        return Set.copyOf(positions.keySet());
    }

    /// Kafka, asked at `askedMs`, says where partitions end.
    synchronized void ends(Map<TopicPartition, Long> ends, long askedMs) {
        ends.forEach((partition, end) -> {
            Long position = positions.get(partition);
            if (position != null && open.putIfAbsent(partition, new Question(askedMs, end)) == null) {
                answered(partition, position);
            }
        });
    }

    private void answered(TopicPartition partition, long position) {
        Question question = open.get(partition);
        if (question != null && position >= question.end()) {
            open.remove(partition);
            long ms = question.askedMs();
            ears.merge(partition, new Ear(ms, ms), (old, fresh) ->
                    ms - old.untilMs() > MAX_GAP_MS ? fresh : new Ear(old.sinceMs(), ms));
        }
    }

    /// What we may judge by.
    ///
    /// @param partitions numbers of those that we have been reading everything of, for as long as was asked
    /// @param untilMs up to when everything of all of them is known
    record Heard(List<Integer> partitions, long untilMs) {}

    /// Numbers of the partitions of a topic of which everything up to about now is read.
    public List<Integer> read(Topic<?> topic, long nowMs) {
        return heardFor(topic, Duration.ZERO, nowMs).partitions();
    }

    /// Whether everything is read that was written by that time to a partition of ours.
    synchronized boolean isRead(Topic<?> topic, int partition, long ms) {
        Ear ear = ears.get(new TopicPartition(topic.name(), partition));
        return ear != null && ear.untilMs() >= ms;
    }

    /// Partitions of a topic that we have been reading everything of for that long, up to about now.
    synchronized Heard heardFor(Topic<?> topic, Duration time, long nowMs) {
        var heard = ears.entrySet().stream()
                .filter(e -> e.getKey().topic().equals(topic.name())
                        && nowMs - e.getValue().untilMs() <= MAX_GAP_MS
                        && e.getValue().untilMs() - e.getValue().sinceMs() >= time.toMillis())
                .toList();
        return new Heard(
                heard.stream().map(e -> e.getKey().partition()).sorted().toList(),
                heard.stream().mapToLong(e -> e.getValue().untilMs()).min().orElse(0));
    }
}
