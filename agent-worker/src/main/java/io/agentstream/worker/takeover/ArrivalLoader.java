package io.agentstream.worker.takeover;

import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationSnapshot;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds out what has to be known of partitions before they are taken: where to begin in them, and what other workers left in the same
/// partitions of `conversation.snapshots.v1`. Blocks, but not for longer than its limits; what was not found out by then is named, so that it
/// can be asked again.
///
/// Its reader stays from one reading to the next: to make one and to connect takes several times what a reading does, and calls wait for it. Any
/// thread; one at a time, the others wait.
public final class ArrivalLoader implements AutoCloseable {

    /// A caller hears this as a pause.
    static final Duration LIMIT = Duration.ofSeconds(10);

    /// Of a single question. What else came waits behind one that is not answered.
    static final Duration QUESTION_LIMIT = Duration.ofSeconds(2);

    /// So long what was read beforehand is of use: of a call that has ended since then its last word is still there.
    static final long BEFOREHAND_MS = 60_000;

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(ArrivalLoader.class);

    record Found(ConversationSnapshot snapshot, int partition) {}

    /// @param places where to begin in each partition; empty where it is not known
    /// @param found the newest snapshot of each conversation that is not over
    /// @param unreadable calls whose newest snapshot cannot be read, each with the number of its partition
    /// @param missing numbers of partitions whose snapshots were not read to their end; of these nothing is found
    record Loaded(Map<TopicPartition, Long> places, List<Found> found, Map<CallId, Integer> unreadable, Set<Integer> missing) {}

    private final Supplier<Consumer<byte[], byte[]>> readers;
    private volatile @Nullable Consumer<byte[], byte[]> reader;
    private final DeadLetters deadLetters;
    private final LongSupplier clockMs;
    private final ReentrantLock lock = new ReentrantLock();
    /// Of the partition that is to come next; guarded by the lock.
    private SnapshotReading.@Nullable Beforehand beforehand;
    /// Readings that calls wait for.
    private final AtomicInteger loading = new AtomicInteger();
    private volatile boolean stopping;

    /// @param readers makes a reader that begins where it is told to and may be asked what the workers' group has committed; it is closed when a
    ///        reading has failed, and with this
    public ArrivalLoader(Supplier<Consumer<byte[], byte[]>> readers, DeadLetters deadLetters, LongSupplier clockMs) {
        this.readers = readers;
        this.deadLetters = deadLetters;
        this.clockMs = clockMs;
    }

    /// Reads as for a take-over, and forgets it: the first reading of a new process takes many times what the next one does, and the calls that
    /// come with its first partitions wait for that. Writes and counts nothing, whatever it finds. Blocks for some seconds at most, also where
    /// Kafka is away.
    public void warmUp() {
        List<TopicPartition> first = Partitions.TOPICS.stream().map(topic -> new TopicPartition(topic.name(), 0)).toList();
        load(first, QUESTION_LIMIT, Optional.empty());
    }

    /// What is to be known of these partitions, which are of [Partitions#TOPICS].
    Loaded load(Collection<TopicPartition> of) {
        return load(of, LIMIT, Optional.of(deadLetters));
    }

    private Loaded load(Collection<TopicPartition> of, Duration limit, Optional<DeadLetters> letters) {
        loading.incrementAndGet();
        lock.lock();
        try {
            return read(of, limit, letters);
        } finally {
            loading.decrementAndGet();
            lock.unlock();
        }
    }

    /// Reads what was written of a partition that is to come, and keeps it: once it is there, only what was written since then is left to be read. Nobody waits for
    /// it: it ends early where somebody wants to [#load], with what it has by then, and nothing comes of it where Kafka does not answer. Blocks for some
    /// seconds at most.
    ///
    /// @param number of the partition
    void prepare(int number) {
        lock.lock();
        try {
            SnapshotReading snapshots = new SnapshotReading(Set.of(number), Optional.of(deadLetters), known(Set.of(number)));
            beforehand = null;
            snapshots.read(reader(), clockMs, QUESTION_LIMIT, () -> loading.get() == 0);
            beforehand = snapshots.soFar(number, clockMs.getAsLong());
        } catch (KafkaException away) {
            if (!stopping) {
                log.atWarn().addKeyValue("failure", Causes.of(away)).log("nothing was read beforehand of the partition that is to come");
            }
            closeReader();
        } finally {
            lock.unlock();
        }
    }

    private SnapshotReading.@Nullable Beforehand known(Set<Integer> numbers) {
        SnapshotReading.Beforehand kept = beforehand;
        return kept != null && numbers.contains(kept.number()) && kept.atMs() >= clockMs.getAsLong() - BEFOREHAND_MS ? kept : null;
    }

    private Loaded read(Collection<TopicPartition> of, Duration limit, Optional<DeadLetters> letters) {
        Set<Integer> numbers = new HashSet<>();
        of.forEach(each -> numbers.add(each.partition()));
        Map<TopicPartition, Long> places = Map.of();
        SnapshotReading snapshots = new SnapshotReading(numbers, letters, known(numbers));
        try {
            Consumer<byte[], byte[]> kept = reader();
            places = Places.of(kept, of, clockMs.getAsLong(), QUESTION_LIMIT);
            if (!snapshots.read(kept, clockMs, limit, () -> true)) {
                log.atError().addKeyValue("partitions", snapshots.missing()).log("snapshots were not read in time");
            }
        } catch (KafkaException away) {
            if (!stopping) {
                log.atError()
                        .addKeyValue("partitions", numbers.size())
                        .addKeyValue("failure", Causes.of(away))
                        .log("it could not be found out what others left");
            }
            closeReader();
        }
        snapshots.open(); // those that were read to their end by then are taken, whatever is wrong with the others
        if (beforehand != null && numbers.contains(beforehand.number())) {
            beforehand = null;
        }
        return new Loaded(places, snapshots.found(), snapshots.unreadable(), snapshots.missing());
    }

    private Consumer<byte[], byte[]> reader() {
        if (stopping) {
            throw new WakeupException();
        }
        Consumer<byte[], byte[]> there = reader;
        if (there == null) {
            there = readers.get();
            reader = there;
        }
        return there;
    }

    /// Nothing is read any more. A reading that is under way in another thread ends without having found anything.
    void stop() {
        stopping = true;
        Consumer<byte[], byte[]> reading = reader;
        if (reading != null) {
            reading.wakeup();
        }
    }

    /// Gives the reader back. Waits for a moment where somebody is reading.
    @Override
    public void close() {
        stop();
        try {
            if (lock.tryLock(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    closeReader();
                } finally {
                    lock.unlock();
                }
            }
        } catch (InterruptedException left) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeReader() {
        Consumer<byte[], byte[]> last = reader;
        reader = null;
        if (last != null) {
            last.close(CloseOptions.timeout(Duration.ZERO)); // nobody needs the answer of a fetch that is under way
        }
    }
}
