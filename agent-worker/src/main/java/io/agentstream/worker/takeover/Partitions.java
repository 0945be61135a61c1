package io.agentstream.worker.takeover;

import io.agentstream.runtime.Causes;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What happens when partitions come and go. Called by the consumer within `poll` and `close`, so only on the loop.
///
/// What stays is not asked about ([io.agentstream.runtime.TogetherAssignor]): its conversations go on while the group agrees. What goes is
/// written down when it is taken away, and dropped with the new assignment, which follows within the same `poll`. What was lost is
/// dropped at once, and until the group has spoken nothing is done.
public final class Partitions implements ConsumerRebalanceListener {

    /// Partition *p* of these goes to one loop.
    public static final List<Topic<?>> TOPICS = List.of(Topics.RUN_EVENTS, Topics.CALL_MEDIA, Topics.CALL_LIFECYCLE);

    /// Where to begin in a partition of which nobody has committed an offset. A little before now, so that no call is
    /// missed that began while the first worker started.
    static final long FIRST_LOOK_BACK_MS = 60_000;

    /// How long Kafka may take to say how far was read: within a rebalance, where nothing else is done, and later, while calls that this
    /// worker has wait. An answer that comes late is there at the next question.
    static final Duration PLACE_LIMIT = Duration.ofSeconds(5);

    static final Duration PLACE_AGAIN_LIMIT = Duration.ofMillis(200);

    /// How often, and how many times, what could not be loaded is loaded again.
    static final long LOAD_AGAIN_MS = 5_000;
    static final int MAX_LOADS = 12;

    private static final Logger log = LoggerFactory.getLogger(Partitions.class);

    private final Consumer<byte[], byte[]> consumer;
    private final Holder holder;
    private final Commits commits;
    private final Membership membership;
    private final SnapshotLoader snapshots;
    private final LongSupplier clockMs;
    private Set<Integer> held = Set.of();
    /// Partitions of which it is not known what others left in them.
    private Set<Integer> missing = Set.of();
    private int loads;
    private long loadAgainMs;
    private boolean moving;
    /// Partitions of which it is not known where to begin. They are not read.
    private final Set<TopicPartition> unplaced = new HashSet<>();
    /// Partitions that were given up although the group may not have taken them away. Where they come back, or stay, they are read anew.
    private final Set<TopicPartition> givenUp = new HashSet<>();
    private volatile boolean assigned;

    public Partitions(Consumer<byte[], byte[]> consumer, Holder holder, SnapshotLoader snapshots, LongSupplier clockMs) {
        this.consumer = consumer;
        this.holder = holder;
        this.commits = new Commits(consumer, each -> !unplaced.contains(each), holder::nextBatch, clockMs);
        this.membership = new Membership(consumer, commits);
        this.snapshots = snapshots;
        this.clockMs = clockMs;
    }

    /// Whether the group has said which partitions are ours, be it none. Any thread.
    public boolean assigned() {
        return assigned;
    }

    /// Whether it is a member of the group that has nothing yet, or nothing any more.
    public boolean isWithoutAny() {
        return held.isEmpty();
    }

    /// Whether partitions are on the move: what engines answer meanwhile has to wait.
    public boolean moving() {
        return moving;
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> taken) {
        assigned = false;
        handOver(numbers(taken));
    }

    /// Gives everything away, for good.
    public void close() {
        assigned = false;
        handOver(held);
        commits.forget();
        holder.keepOnly(Set.of());
        held = Set.of();
        snapshots.close();
    }

    /// Writes down the conversations, and only then that what led to them was read. Of what was lost nothing is ours to say.
    private void handOver(Set<Integer> taken) {
        if (moving) {
            return;
        }
        moving = true;
        try {
            holder.save(taken::contains, clockMs.getAsLong());
            holder.flush();
            commits.last(each -> taken.contains(each.partition()));
        } catch (KafkaException late) {
            log.atWarn().addKeyValue("failure", Causes.of(late)).log("offsets not committed on handing over");
        }
    }

    /// Somebody else owns them already: what we have of them is void.
    @Override
    public void onPartitionsLost(Collection<TopicPartition> lost) {
        assigned = false;
        moving = true;
        commits.forget();
        Set<Integer> kept = new HashSet<>(held);
        kept.removeAll(numbers(lost));
        holder.keepOnly(kept);
        held = kept;
    }

    /// Once a second, while nothing moves: commits how far was read, as far as all that it led to is written.
    ///
    /// @param anyUnsaved whether a conversation waits to be written down
    public void commitWritten(boolean anyUnsaved) {
        commits.everySecond(anyUnsaved);
    }

    /// Asks once more where to begin, where that was not to be had when the partitions came. Every second; waits no longer than
    /// [#PLACE_AGAIN_LIMIT].
    public void placeMissing() {
        if (moving || unplaced.isEmpty()) {
            return;
        }
        Set<TopicPartition> again = Set.copyOf(unplaced);
        unplaced.clear();
        beginNearNow(again, PLACE_AGAIN_LIMIT, true);
        if (unplaced.isEmpty()) {
            consumer.resume(again);
            log.atInfo().addKeyValue("partitions", numbers(again).size()).log("it is known where to begin");
        }
    }

    /// Loads once more what could not be loaded when the partitions came. Every second; waits no longer than
    /// [SnapshotLoader#RELOAD_LIMIT].
    public void loadMissing(long nowMs) {
        if (moving || missing.isEmpty() || nowMs < loadAgainMs) {
            return;
        }
        loadAgainMs = nowMs + LOAD_AGAIN_MS;
        Set<Integer> again = missing;
        missing = Set.of();
        take(snapshots.load(again, SnapshotLoader.RELOAD_LIMIT));
        if (!missing.isEmpty() && ++loads >= MAX_LOADS) {
            log.atError().addKeyValue("partitions", missing).log("snapshots are not to be had, going on without them");
            missing = Set.of();
        }
    }

    /// Whether it is known what others left in the partition. Of its calls that nobody seems to hold nothing can be said before.
    public boolean isLoaded(int partition) {
        return held.contains(partition)
                && !moving
                && !missing.contains(partition)
                && unplaced.stream().noneMatch(each -> each.partition() == partition);
    }

    private int take(SnapshotLoader.Loaded loaded) {
        for (SnapshotLoader.Found found : loaded.found()) {
            holder.restore(found.snapshot(), found.partition(), clockMs.getAsLong());
        }
        loaded.unreadable().forEach(holder::refuse);
        Set<Integer> still = new HashSet<>(missing);
        still.addAll(loaded.missing());
        missing = still;
        return loaded.found().size();
    }

    /// When Kafka took the newest commit, in milliseconds since 1970.
    public long acknowledgedMs() {
        return commits.acknowledgedMs();
    }

    /// Asks the group, after the loop stood still, whether what it holds is still its own. Where it is not, as [#onPartitionsLost].
    ///
    /// @param isMissed whether it stood still for so long that the group may have given its partitions away
    public boolean stillOurs(boolean isMissed) {
        boolean ours = membership.holds(isMissed);
        if (!ours) {
            lost();
        }
        return ours;
    }

    private void lost() {
        log.atWarn().addKeyValue("partitions", held.size()).log("partitions were taken over while the loop stood still");
        onPartitionsLost(consumer.assignment());
        givenUp.addAll(consumer.assignment());
        consumer.pause(consumer.assignment()); // until the group has spoken, what is there to be read is somebody else's
        consumer.enforceRebalance("the loop stood still"); // where the group did not answer, it may not have noticed
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> added) {
        unplaced.retainAll(consumer.assignment());
        givenUp.removeAll(added);
        givenUp.retainAll(consumer.assignment());
        beginNearNow(added, PLACE_LIMIT, false);
        beginNearNow(givenUp, PLACE_LIMIT, true);
        Set<TopicPartition> anew = new HashSet<>(added);
        anew.addAll(givenUp);
        givenUp.clear();
        Set<Integer> owned = numbers(consumer.assignment());
        holder.keepOnly(owned);
        Set<Integer> fresh = new HashSet<>(owned);
        fresh.removeAll(held);
        Set<Integer> before = new HashSet<>(missing);
        before.retainAll(owned);
        missing = before;
        int conversations = take(snapshots.load(fresh, SnapshotLoader.LIMIT));
        loads = 0;
        loadAgainMs = clockMs.getAsLong() + LOAD_AGAIN_MS;
        consumer.resume(consumer.assignment());
        consumer.pause(unplaced);
        commits.begin(anew);
        held = owned;
        moving = false;
        assigned = true;
        log.atInfo().addKeyValue("partitions", owned.size()).addKeyValue("conversations", conversations).log("partitions assigned");
    }

    /// Where Kafka does not say in time how far was read, nobody's call is ended for it: the partitions are [#unplaced] until it does.
    private void beginNearNow(Collection<TopicPartition> added, Duration limit, boolean again) {
        try {
            Wakeups.passedOn(consumer, () -> place(added, limit, again));
        } catch (TimeoutException notKnown) {
            unplaced.addAll(added);
            log.atWarn().addKeyValue("partitions", numbers(added).size()).log("it is not known where to begin, asking again");
        } catch (WakeupException oneAfterTheOther) {
            unplaced.addAll(added);
        }
    }

    /// @param again whether the consumer may have begun somewhere by itself meanwhile
    private void place(Collection<TopicPartition> added, Duration limit, boolean again) {
        if (added.isEmpty()) {
            return;
        }
        var committed = consumer.committed(Set.copyOf(added), limit);
        Map<TopicPartition, Long> never = new HashMap<>();
        List<TopicPartition> quiet = new ArrayList<>();
        for (TopicPartition partition : added) {
            OffsetAndMetadata known = committed.get(partition);
            if (known == null) {
                never.put(partition, clockMs.getAsLong() - FIRST_LOOK_BACK_MS);
            } else if (again) {
                consumer.seek(partition, known);
            }
        }
        if (never.isEmpty()) {
            return;
        }
        consumer.offsetsForTimes(never, limit).forEach((partition, found) -> {
            if (found == null) {
                quiet.add(partition);
            } else {
                consumer.seek(partition, found.offset());
            }
        });
        consumer.seekToEnd(quiet);
    }

    private static Set<Integer> numbers(Collection<TopicPartition> partitions) {
        Set<Integer> numbers = new HashSet<>();
        for (TopicPartition partition : partitions) {
            numbers.add(partition.partition());
        }
        return numbers;
    }
}
