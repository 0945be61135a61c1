package io.agentstream.worker.definitions;

import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.Codec;
import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// Reads `agent.definitions.v1` from its beginning and goes on with it: keeps the texts that were used last, and of the others the
/// place where they stand, so that each is one read away. Its loop owns it; [#find] may be called by any thread.
public final class DefinitionReader implements DutyCycle, Definitions {

    /// Bytes of text that are kept.
    public static final long CACHE_BYTES = 64L << 20;

    /// Most definitions whose place is known; a worker that meets more needs more memory, and says so.
    static final int MAX_PLACES = 2_000_000;

    static final int MAX_WANTED = 1_000;

    private static final Logger log = LoggerFactory.getLogger(DefinitionReader.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration FETCH_LIMIT = Duration.ofSeconds(2);

    private record Place(TopicPartition partition, long offset) {}

    private final Supplier<Consumer<byte[], byte[]>> readers;
    private final DeadLetters deadLetters;
    private final DefinitionCache cache;
    private final Map<String, Place> places = new ConcurrentHashMap<>();
    private final Queue<String> wanted = new ArrayBlockingQueue<>(MAX_WANTED);
    private @Nullable Consumer<byte[], byte[]> follower;
    private @Nullable Consumer<byte[], byte[]> fetcher;
    private Map<TopicPartition, Long> ends = Map.of();
    private volatile boolean caughtUp;

    /// @param readers makes a reader that is told where it begins
    /// @param cacheBytes bytes of text that are kept
    public DefinitionReader(Supplier<Consumer<byte[], byte[]>> readers, DeadLetters deadLetters, long cacheBytes) {
        this.readers = readers;
        this.deadLetters = deadLetters;
        this.cache = new DefinitionCache(cacheBytes);
    }

    @Override
    public String role() {
        return "worker-definitions";
    }

    /// Whether everything was read that was there at the start. Any thread.
    public boolean ready() {
        return caughtUp;
    }

    @Override
    public Optional<JsonNode> find(String key) {
        Optional<JsonNode> kept = cache.find(key);
        if (kept.isEmpty() && places.containsKey(key) && !wanted.contains(key)) {
            wanted.offer(key); // where there is no room it is asked for again
        }
        return kept;
    }

    @Override
    public void work() {
        try {
            Consumer<byte[], byte[]> reader = follower == null ? follow() : follower;
            for (ConsumerRecord<byte[], byte[]> each : reader.poll(POLL)) {
                take(each);
            }
            if (!caughtUp) {
                caughtUp = ends.entrySet().stream().allMatch(end -> reader.position(end.getKey()) >= end.getValue());
            }
            String key;
            while ((key = wanted.poll()) != null) {
                fetch(key);
            }
        } catch (WakeupException closing) { // the runner asks whether to go on
        } catch (KafkaException away) {
            log.atWarn()
                    .addKeyValue("failure", Causes.of(away))
                    .log("definitions could not be read, trying again");
        }
    }

    private Consumer<byte[], byte[]> follow() {
        Consumer<byte[], byte[]> reader = readers.get();
        try {
            List<TopicPartition> all = reader.partitionsFor(Topics.AGENT_DEFINITIONS.name()).stream()
                    .map(each -> new TopicPartition(each.topic(), each.partition()))
                    .toList();
            reader.assign(all);
            reader.seekToBeginning(all);
            ends = reader.endOffsets(all);
        } catch (RuntimeException notYet) {
            reader.close();
            throw notYet;
        }
        follower = reader;
        return reader;
    }

    private void take(ConsumerRecord<byte[], byte[]> each) {
        if (each.key() == null || each.value() == null) {
            return;
        }
        switch (Topics.AGENT_DEFINITIONS.codec().decode(each.value())) {
            case Codec.Decoded.Value<AgentDefinition>(AgentDefinition definition) -> {
                String key = new String(each.key(), StandardCharsets.US_ASCII);
                cache.put(key, definition.definition(), each.value().length);
                if (places.size() < MAX_PLACES || places.containsKey(key)) {
                    places.put(key, new Place(new TopicPartition(each.topic(), each.partition()), each.offset()));
                } else {
                    log.atError().log("more definitions than a worker knows the places of");
                }
            }
            case Codec.Decoded.Unknown<AgentDefinition>(String what) -> deadLetters.passOver(each, what);
            case Codec.Decoded.Malformed<AgentDefinition>(String reason) -> deadLetters.put(each, reason);
        }
    }

    /// Reads one definition again that is not kept any more. Compaction may have moved it behind a newer record of the same key, which
    /// the follower has read.
    private void fetch(String key) {
        Place place = places.get(key);
        if (place == null || cache.find(key).isPresent()) {
            return;
        }
        Consumer<byte[], byte[]> reader = fetcher == null ? readers.get() : fetcher;
        fetcher = reader;
        reader.assign(List.of(place.partition()));
        reader.seek(place.partition(), place.offset());
        long deadlineNs = System.nanoTime() + FETCH_LIMIT.toNanos();
        while (cache.find(key).isEmpty() && System.nanoTime() < deadlineNs) {
            for (ConsumerRecord<byte[], byte[]> each : reader.poll(POLL)) {
                if (each.offset() == place.offset()) {
                    take(each);
                }
            }
        }
    }

    @Override
    public void wakeUp() {
        // Its longest wait is that of a poll.
    }

    @Override
    public void onClose() {
        close(follower);
        close(fetcher);
    }

    private static void close(@Nullable Consumer<byte[], byte[]> reader) {
        if (reader != null) {
            reader.close();
        }
    }
}
