package io.agentstream.orchestrator.erase;

import io.agentstream.runtime.WholeTopic;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/// Takes calls' keys off `call.keys.v1`. A broker deletes from the beginning only: what lies before a key must be of calls that are
/// over, or it is tried again later; after the topic's retention it is gone in any case. One thread; blocks.
public final class KeyTopic implements Eraser.Keys {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Supplier<Consumer<byte[], byte[]>> readers;
    private final Admin admin;
    private final UnaryOperator<Set<CallId>> over;

    /// @param readers makes a reader that is told where it begins; closed after each use
    /// @param over which of these calls are over, though their gateway could not say so; asked for those that stand in the way
    public KeyTopic(Supplier<Consumer<byte[], byte[]>> readers, Admin admin, UnaryOperator<Set<CallId>> over) {
        this.readers = readers;
        this.admin = admin;
        this.over = over;
    }

    /// What one partition holds.
    private static final class Found {
        private final Map<Long, CallId> keys = new HashMap<>();
        private final Set<CallId> over = new HashSet<>();

        /// Offset of the last key of these calls; -1 where none is there.
        long last(Set<CallId> calls) {
            return keys.entrySet().stream()
                    .filter(each -> calls.contains(each.getValue()))
                    .mapToLong(Map.Entry::getKey)
                    .max()
                    .orElse(-1);
        }

        /// Calls before that, which may still be up.
        Stream<CallId> before(long last, Set<CallId> calls) {
            return keys.entrySet().stream()
                    .filter(each -> each.getKey() <= last)
                    .map(Map.Entry::getValue)
                    .filter(call -> !calls.contains(call) && !over.contains(call));
        }
    }

    /// Deletes what may be deleted of these calls' keys, and reads the topic again.
    ///
    /// @return whether none of them is there any more; false too where Kafka does not answer
    @Override
    public boolean destroy(Set<CallId> calls) throws InterruptedException {
        try {
            Map<TopicPartition, RecordsToDelete> deletions = new HashMap<>();
            Map<TopicPartition, Found> there = read();
            Set<CallId> inTheWay = there.values().stream()
                    .flatMap(found -> found.before(found.last(calls), calls))
                    .collect(Collectors.toSet());
            Set<CallId> free = inTheWay.isEmpty() ? Set.of() : over.apply(inTheWay);
            there.forEach((partition, found) -> {
                long last = found.last(calls);
                if (last >= 0 && found.before(last, calls).allMatch(free::contains)) {
                    deletions.put(partition, RecordsToDelete.beforeOffset(last + 1));
                }
            });
            if (!deletions.isEmpty()) {
                admin.deleteRecords(deletions).all().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
            return read().values().stream()
                    .noneMatch(found -> found.keys.values().stream().anyMatch(calls::contains));
        } catch (KafkaException | ExecutionException | TimeoutException away) {
            return false;
        }
    }

    private Map<TopicPartition, Found> read() throws TimeoutException {
        Map<TopicPartition, Found> all = new HashMap<>();
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
                    if (each.value() == null) {
                        found.over.add(call);
                    } else {
                        found.keys.put(each.offset(), call);
                    }
                }
            }
        } catch (UnknownTopicOrPartitionException none) {
            return Map.of(); // then no key is on it
        }
        return all;
    }
}
