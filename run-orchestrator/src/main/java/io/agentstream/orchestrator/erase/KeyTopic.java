package io.agentstream.orchestrator.erase;

import io.agentstream.runtime.WholeTopic;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/// Takes calls' keys off `call.keys.v1`. A broker deletes from the beginning only: what lies before a key must be of calls that are
/// over, or it is tried again later; after the topic's retention it is gone in any case. Holds of the topic no more than the calls that
/// nobody says are over. One thread; blocks.
public final class KeyTopic implements Eraser.Keys {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Supplier<Consumer<byte[], byte[]>> readers;
    private final Admin admin;
    private final UnaryOperator<Set<CallId>> over;
    private final Function<CallId, ? extends Future<?>> sayOver;

    /// @param readers makes a reader that is told where it begins; closed after each use
    /// @param over which of these calls are over, though their gateway could not say so; asked for those that stand in the way
    /// @param sayOver writes on the topic that a call is over, so that nobody who follows it goes on knowing its keys
    public KeyTopic(
            Supplier<Consumer<byte[], byte[]>> readers, Admin admin, UnaryOperator<Set<CallId>> over,
            Function<CallId, ? extends Future<?>> sayOver) {
        this.readers = readers;
        this.admin = admin;
        this.over = over;
        this.sayOver = sayOver;
    }

    /// What one partition holds: offsets of the newest key of each of the calls that are asked about, and of each other call of which
    /// nobody says that it is over.
    private static final class Found {
        private final Map<CallId, Long> asked = new HashMap<>();
        private final Map<CallId, Long> others = new HashMap<>();

        /// Of the last key that is to go; -1 where none is there.
        long last() {
            return asked.values().stream().mapToLong(Long::longValue).max().orElse(-1);
        }

        /// Calls before that, which may still be up.
        Set<CallId> inTheWay() {
            long last = last();
            return others.entrySet().stream()
                    .filter(each -> each.getValue() < last)
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
        }
    }

    /// @param unsaid calls that are asked about, whose keys are there, and of which nobody says that they are over
    private record Read(Map<TopicPartition, Found> partitions, Set<CallId> unsaid) {

        private static final Read NOTHING = new Read(Map.of(), Set.of());

        Set<CallId> asked() {
            return partitions.values().stream().flatMap(found -> found.asked.keySet().stream()).collect(Collectors.toSet());
        }
    }

    /// Deletes what may be deleted of these calls' keys, and reads the topic again where it has deleted something.
    ///
    /// @return those whose keys are still there; all of them where Kafka does not answer
    @Override
    public Set<CallId> destroy(Set<CallId> calls) throws InterruptedException {
        try {
            Read there = read(calls);
            List<? extends Future<?>> said = there.unsaid().stream().map(sayOver).toList();
            for (Future<?> each : said) {
                each.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
            Set<CallId> inTheWay = there.partitions().values().stream()
                    .flatMap(found -> found.inTheWay().stream())
                    .collect(Collectors.toSet());
            Set<CallId> free = inTheWay.isEmpty() ? Set.of() : over.apply(inTheWay);
            Map<TopicPartition, RecordsToDelete> deletions = new HashMap<>();
            there.partitions().forEach((partition, found) -> {
                long last = found.last();
                if (last >= 0 && free.containsAll(found.inTheWay())) {
                    deletions.put(partition, RecordsToDelete.beforeOffset(last + 1));
                }
            });
            if (deletions.isEmpty()) {
                return there.asked();
            }
            admin.deleteRecords(deletions).all().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            return read(calls).asked();
        } catch (KafkaException | ExecutionException | TimeoutException away) {
            return calls;
        }
    }

    private Read read(Set<CallId> calls) throws TimeoutException {
        Map<TopicPartition, Found> all = new HashMap<>();
        Set<CallId> saidOver = new HashSet<>();
        try (WholeTopic topic = WholeTopic.open(readers, Topics.CALL_KEYS.name())) {
            long deadlineNs = System.nanoTime() + LIMIT.toNanos();
            while (!topic.isReadToItsEnd()) {
                if (System.nanoTime() > deadlineNs) {
                    throw new TimeoutException("keys were not read in time");
                }
                for (ConsumerRecord<byte[], byte[]> each : topic.poll(POLL)) {
                    CallId call = each.key() == null ? null : CallId.fromKey(each.key()).orElse(null);
                    if (call == null) {
                        continue;
                    }
                    Found found = all.computeIfAbsent(new TopicPartition(each.topic(), each.partition()), _ -> new Found());
                    boolean asked = calls.contains(call);
                    if (each.value() != null) {
                        (asked ? found.asked : found.others).put(call, each.offset());
                    } else if (asked) {
                        saidOver.add(call);
                    } else {
                        found.others.remove(call);
                    }
                }
            }
        } catch (UnknownTopicOrPartitionException none) {
            return Read.NOTHING; // then no key is on it
        }
        Read read = new Read(all, new HashSet<>());
        read.unsaid().addAll(read.asked());
        read.unsaid().removeAll(saidOver);
        return read;
    }
}
