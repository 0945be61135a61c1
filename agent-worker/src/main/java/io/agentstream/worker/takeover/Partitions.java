package io.agentstream.worker.takeover;

import io.agentstream.runtime.Causes;
import io.agentstream.runtime.NextPartition;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import io.agentstream.worker.takeover.ArrivalLoader.Found;
import io.agentstream.worker.takeover.ArrivalLoader.Loaded;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What happens when partitions come and go. Called by the consumer within `poll` and `close`, so only on the loop.
///
/// What stays is not asked about ([io.agentstream.runtime.TogetherAssignor]): its conversations go on while the group agrees. What goes is
/// written down when it is taken away, and dropped with the new assignment, which follows within the same `poll`. What was lost is
/// dropped at once, and until the group has spoken nothing is done. What comes is not read before it is known where to begin and what others
/// left in it, which is found out beside the loop ([Arrivals]): calls that stay do not wait for calls that come. What others hold comes one by one,
/// each when the loop is prepared for it ([Moves]).
public final class Partitions implements ConsumerRebalanceListener {

    /// Partition *p* of these goes to one loop.
    public static final List<Topic<?>> TOPICS = List.of(Topics.RUN_EVENTS, Topics.CALL_MEDIA, Topics.CALL_LIFECYCLE);

    private static final Logger log = LoggerFactory.getLogger(Partitions.class);

    /// Where a partition stands that is not read yet. It is not read from there.
    private static final long NOWHERE = 0;

    /// In that time a newcomer is told of its share, if there is one: who has it hears of the newcomer with its next heartbeat.
    static final long SHARE_LIMIT_MS = 5_000;

    /// How long who closes waits for a group that is agreeing. Longer than its members take to hear of it (ADR 24); its own calls wait, too.
    private static final Duration AGREE_POLL = Duration.ofMillis(50);

    static final int AGREE_POLLS = 10;

    private final Consumer<byte[], byte[]> consumer;
    private final Holder holder;
    private final Arrivals arrivals;
    private final Moves moves;
    private final Commits commits;
    private final Membership membership;
    private final LongSupplier clockMs;
    private Set<Integer> held = Set.of();
    private boolean moving;
    private boolean closing;
    /// Whether the loop stood still while nothing was known by which the group could be asked for what comes.
    private boolean inDoubt;
    private boolean hasHadAny;
    private long memberSinceMs = Long.MAX_VALUE;
    private volatile boolean ready;

    /// @param next of the consumer
    /// @param beside runs what waits for Kafka, each in a thread that may wait
    /// @param wakeUp lets the loop look soon whether something has come; any thread may call it
    public Partitions(
            Consumer<byte[], byte[]> consumer, NextPartition next, Holder holder, ArrivalLoader loader, Executor beside, Runnable wakeUp,
            LongSupplier clockMs) {
        this.consumer = consumer;
        this.holder = holder;
        this.arrivals = new Arrivals(loader, beside, wakeUp);
        this.moves = new Moves(consumer, next, loader, beside, wakeUp);
        this.commits = new Commits(consumer, each -> !arrivals.isComing(each), holder::nextBatch, clockMs);
        this.membership = new Membership(consumer, commits);
        this.clockMs = clockMs;
    }

    /// Whether the loop has its share: partitions that it reads, and none that it is still to read or that others hold for it. A member that has never had
    /// any waits for [#SHARE_LIMIT_MS], and then there are none for it. Any thread.
    public boolean isReady() {
        return ready;
    }

    private void look(long nowMs) {
        hasHadAny |= !held.isEmpty();
        ready = !moving && arrivals.isEmpty() && !moves.isWaiting() && (hasHadAny || nowMs - memberSinceMs >= SHARE_LIMIT_MS);
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
        if (closing) {
            commitBefore(taken);
            return;
        }
        ready = false;
        handOver(numbers(taken));
    }

    /// Gives everything away, for good.
    public void close() {
        ready = false;
        closing = true;
        moves.forget();
        handOver(held);
        commits.forget();
        holder.keepOnly(Set.of());
        held = Set.of();
        arrivals.stop();
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
            commitLast(taken);
        } catch (KafkaException late) {
            log.atWarn().addKeyValue("failure", Causes.of(late)).log("offsets not committed on handing over");
        }
    }

    /// A group that is agreeing takes no commit, and whoever takes over would read once more what is done: a call that has just ended would be
    /// begun anew. Its agreement goes on within `poll`, where nothing is read any more.
    private void commitLast(Set<Integer> taken) {
        try {
            commits.last(each -> taken.contains(each.partition()));
            return;
        } catch (RebalanceInProgressException agreeing) {
            if (!closing) {
                throw agreeing;
            }
        }
        consumer.pause(consumer.assignment());
        for (int polls = 1; ; polls++) {
            try {
                consumer.poll(AGREE_POLL);
                commits.again();
                return;
            } catch (RebalanceInProgressException | WakeupException notYet) {
                if (polls >= AGREE_POLLS) {
                    throw notYet;
                }
            }
        }
    }

    /// What the group has agreed to take from a loop that is closing.
    private void commitBefore(Collection<TopicPartition> taken) {
        try {
            commits.again();
        } catch (KafkaException late) {
            log.atWarn().addKeyValue("failure", Causes.of(late)).log("offsets not committed on handing over");
        }
        Set<TopicPartition> rest = new HashSet<>(consumer.assignment());
        rest.removeAll(Set.copyOf(taken));
        commits.keepOnly(rest);
    }

    /// Somebody else owns them already: what we have of them is void.
    @Override
    public void onPartitionsLost(Collection<TopicPartition> lost) {
        ready = false;
        moving = true;
        inDoubt = false;
        moves.forget();
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

    /// Whether partitions that came can be read, for [#takeArrived].
    public boolean hasArrived() {
        return !moving && arrivals.isAnswered();
    }

    /// Takes partitions that came, once it is known where to begin and what others left: their calls go on, and they are read from now on. With each pass.
    public void takeArrived(long nowMs) {
        takeAnswered(nowMs);
        if (!moving && arrivals.isEmpty()) {
            moves.look(nowMs);
        }
        look(nowMs);
    }

    private void takeAnswered(long nowMs) {
        Loaded arrived = moving ? null : arrivals.arrived(nowMs);
        if (arrived != null) {
            take(arrived, nowMs);
        }
    }

    private void take(Loaded arrived, long nowMs) {
        arrived.places().forEach(consumer::seek);
        commits.begin(arrived.places());
        if (inDoubt && !stillOurs(true)) {
            return;
        }
        for (Found found : arrived.found()) {
            holder.restore(found.snapshot(), found.partition(), nowMs);
        }
        arrived.unreadable().keySet().forEach(holder::refuse);
        consumer.resume(arrived.places().keySet());
        moves.taken(nowMs);
        log.atInfo()
                .addKeyValue("partitions", numbers(arrived.places().keySet()).size())
                .addKeyValue("conversations", arrived.found().size())
                .log("partitions taken");
    }

    /// Whether it is known what others left in the partition. Of its calls that nobody seems to hold nothing can be said before.
    public boolean isLoaded(int partition) {
        return held.contains(partition) && !moving && !arrivals.isComing(partition);
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
        inDoubt = ours && commits.certain().isEmpty() && !arrivals.isEmpty();
        if (!ours) {
            lost();
        }
        return ours;
    }

    private void lost() {
        log.atWarn().addKeyValue("partitions", held.size()).log("partitions were taken over while the loop stood still");
        onPartitionsLost(consumer.assignment());
        consumer.pause(consumer.assignment()); // until the group has spoken, what is there to be read is somebody else's
        consumer.enforceRebalance("the loop stood still"); // where the group did not answer, it may not have noticed
    }

    /// What came is asked about, and so is what was given up although the group had not taken it away.
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> added) {
        if (closing) {
            consumer.pause(consumer.assignment());
            return;
        }
        long nowMs = clockMs.getAsLong();
        Set<TopicPartition> all = consumer.assignment();
        Set<TopicPartition> fresh = new HashSet<>(added);
        all.stream().filter(each -> !held.contains(each.partition())).forEach(fresh::add);
        Set<Integer> owned = numbers(all);
        holder.keepOnly(owned);
        commits.keepOnly(all);
        arrivals.keepOnly(all);
        arrivals.come(fresh, nowMs);
        fresh.forEach(each -> consumer.seek(each, NOWHERE)); // else the next poll would wait to be told a place
        consumer.resume(all);
        consumer.pause(arrivals.coming());
        held = owned;
        moving = false;
        memberSinceMs = Math.min(memberSinceMs, nowMs);
        moves.agreed(!fresh.isEmpty(), nowMs);
        log.atInfo().addKeyValue("partitions", owned.size()).addKeyValue("new", numbers(fresh).size()).log("partitions assigned");
        takeAnswered(nowMs);
        look(nowMs);
    }

    private static Set<Integer> numbers(Collection<TopicPartition> partitions) {
        Set<Integer> numbers = new HashSet<>();
        for (TopicPartition partition : partitions) {
            numbers.add(partition.partition());
        }
        return numbers;
    }
}
