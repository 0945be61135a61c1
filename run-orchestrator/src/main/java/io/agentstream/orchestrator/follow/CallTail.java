package io.agentstream.orchestrator.follow;

import io.agentstream.runtime.Bell;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What comes on the topics of single calls, from now on, audio too: read once for all who follow a call in this process, of the
/// partitions of those calls only, and not at all while nobody follows one. A reader without a group: it costs the calls a fetch.
/// Whoever wants the past as well reads it up to where this begins. Its loop owns it; [#follow] is for any thread.
public final class CallTail implements DutyCycle {
    private static final Logger log = LoggerFactory.getLogger(CallTail.class);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final long PAUSE_MS = 100;
    private static final long JOIN_MS = 10_000;

    private final Supplier<Consumer<byte[], byte[]>> readers;
    private final List<String> topics;
    private final Bell bell = new Bell();
    private final Queue<Joining> joining = new ConcurrentLinkedQueue<>();
    private final Map<CallId, List<Sink>> sinks = new HashMap<>();
    private @Nullable Consumer<byte[], byte[]> reader;

    /// Somebody who follows one call. Called by the loop, which he must not keep waiting.
    public interface Sink {
        void came(ConsumerRecord<byte[], byte[]> record);

        /// Nothing more comes: the log cannot be read. He may begin again.
        void broke();

        /// False once he is gone.
        boolean isOpen();
    }

    private record Joining(CallId call, Sink sink, CompletableFuture<Map<TopicPartition, Long>> begins) {}

    /// @param readers makes a reader that is told where it begins
    /// @param topics whose records have the call for their key, all with the same number of partitions
    public CallTail(Supplier<Consumer<byte[], byte[]>> readers, List<Topic<?>> topics) {
        this.readers = readers;
        this.topics = topics.stream().map(Topic::name).toList();
    }

    @Override
    public String role() {
        return "orchestrator-call-tail";
    }

    /// From now on the sink is given what comes of the call.
    ///
    /// @return the offset of each of the call's partitions from which on it is given everything; what is before is another's to read
    /// @throws TimeoutException where Kafka does not answer
    public Map<TopicPartition, Long> follow(CallId call, Sink sink) throws InterruptedException, TimeoutException {
        Joining mine = new Joining(call, sink, new CompletableFuture<>());
        joining.add(mine);
        bell.ring();
        try {
            return mine.begins().get(JOIN_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw new TimeoutException("the log cannot be read at the moment");
        }
    }

    @Override
    public void work() throws InterruptedException {
        sinks.values().forEach(of -> of.removeIf(sink -> !sink.isOpen()));
        boolean isLess = sinks.values().removeIf(List::isEmpty);
        if (sinks.isEmpty() && joining.isEmpty()) {
            closeReader();
            bell.await(PAUSE_MS);
            return;
        }
        try {
            read(isLess);
        } catch (KafkaException failure) {
            log.atWarn().addKeyValue("failure", Causes.of(failure)).log("calls cannot be followed in the log");
            breakAll();
            bell.await(PAUSE_MS);
        }
    }

    private void read(boolean isLess) {
        Consumer<byte[], byte[]> from = reader;
        if (from == null) {
            from = readers.get();
            reader = from;
        }
        List<Joining> fresh = new ArrayList<>();
        for (Joining next = joining.poll(); next != null; next = joining.poll()) {
            fresh.add(next);
            sinks.computeIfAbsent(next.call(), _ -> new ArrayList<>()).add(next.sink());
        }
        if (isLess || !fresh.isEmpty()) {
            assign(from);
        }
        for (Joining each : fresh) {
            Map<TopicPartition, Long> begins = new HashMap<>();
            for (TopicPartition partition : partitions(from, each.call())) {
                begins.put(partition, from.position(partition));
            }
            each.begins().complete(begins);
        }
        for (ConsumerRecord<byte[], byte[]> each : from.poll(POLL)) {
            if (each.key() != null) {
                CallId.fromKey(each.key()).map(sinks::get).ifPresent(of -> of.forEach(sink -> sink.came(each)));
            }
        }
    }

    /// Partitions that were read already are read on from where they were.
    private void assign(Consumer<byte[], byte[]> from) {
        Set<TopicPartition> before = Set.copyOf(from.assignment());
        Set<TopicPartition> wanted = new HashSet<>();
        sinks.keySet().forEach(call -> wanted.addAll(partitions(from, call)));
        from.assign(wanted);
        List<TopicPartition> added = wanted.stream().filter(partition -> !before.contains(partition)).toList();
        if (!added.isEmpty()) {
            from.seekToEnd(added);
        }
    }

    private List<TopicPartition> partitions(Consumer<byte[], byte[]> from, CallId call) {
        return topics.stream()
                .map(topic -> new TopicPartition(
                        topic, Utils.toPositive(Utils.murmur2(call.toKey())) % from.partitionsFor(topic).size()))
                .toList();
    }

    private void breakAll() {
        sinks.values().forEach(of -> of.forEach(Sink::broke));
        sinks.clear();
        for (Joining next = joining.poll(); next != null; next = joining.poll()) {
            next.begins().completeExceptionally(new TimeoutException());
        }
        closeReader();
    }

    private void closeReader() {
        Consumer<byte[], byte[]> open = reader;
        reader = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void wakeUp() {
        bell.ring();
    }

    @Override
    public void onClose() {
        breakAll();
    }
}
