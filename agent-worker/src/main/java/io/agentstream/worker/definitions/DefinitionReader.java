package io.agentstream.worker.definitions;

import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.WholeTopic;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.Codec;
import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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

    /// Bytes that are kept.
    public static final long CACHE_BYTES = 64L << 20;

    /// A key is two numbers and a digest; what is longer is none, and names nothing that a run could ask for.
    static final int MAX_KEY_BYTES = 100;

    static final int MAX_WANTED = 1_000;

    private static final Logger log = LoggerFactory.getLogger(DefinitionReader.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long FIRST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 5_000;
    private static final Duration FETCH_LIMIT = Duration.ofSeconds(2);

    private final Supplier<Consumer<byte[], byte[]>> readers;
    private final DeadLetters deadLetters;
    private final DefinitionCache cache;
    private final DefinitionPlaces places;
    private final Semaphore wake = new Semaphore(0);
    private final Queue<String> wanted = new ArrayBlockingQueue<>(MAX_WANTED);
    private @Nullable WholeTopic follower;
    private @Nullable Consumer<byte[], byte[]> fetcher;
    private volatile boolean caughtUp;
    private long pauseMs = FIRST_PAUSE_MS;
    private boolean saidThatItIsFull;

    /// @param readers makes a reader that is told where it begins
    /// @param cacheBytes bytes that are kept
    /// @param capacity most definitions whose place is known
    public DefinitionReader(Supplier<Consumer<byte[], byte[]>> readers, DeadLetters deadLetters, long cacheBytes, int capacity) {
        this.readers = readers;
        this.deadLetters = deadLetters;
        this.cache = new DefinitionCache(cacheBytes);
        this.places = new DefinitionPlaces(capacity);
    }

    @Override
    public String role() {
        return "worker-definitions";
    }

    /// Whether everything was read that was there at the start.
    @Override
    public boolean ready() {
        return caughtUp;
    }

    /// Reads the text here, and each time: a tree that is kept may weigh many times what its text does.
    @Override
    public Optional<JsonNode> find(String key) {
        ConsumerRecord<byte[], byte[]> kept = cache.find(key);
        if (kept != null) {
            return decode(key, kept);
        }
        if (places.find(key) != null && !wanted.contains(key)) {
            wanted.offer(key); // where there is no room it is asked for again
        }
        return Optional.empty();
    }

    /// What cannot be read is put aside once, and is then not known any more.
    private Optional<JsonNode> decode(String key, ConsumerRecord<byte[], byte[]> kept) {
        return switch (Topics.AGENT_DEFINITIONS.codec().decode(kept.value())) {
            case Codec.Decoded.Value<AgentDefinition>(AgentDefinition definition) -> Optional.of(definition.definition());
            case Codec.Decoded.Unknown<AgentDefinition>(String what) -> {
                deadLetters.passOver(kept, what);
                yield forget(key);
            }
            case Codec.Decoded.Malformed<AgentDefinition>(String reason) -> {
                deadLetters.put(kept, reason);
                yield forget(key);
            }
        };
    }

    private Optional<JsonNode> forget(String key) {
        cache.remove(key);
        places.remove(key);
        return Optional.empty();
    }

    @Override
    public void work() throws InterruptedException {
        try {
            WholeTopic topic = follower == null ? follow() : follower;
            for (ConsumerRecord<byte[], byte[]> each : topic.poll(POLL)) {
                take(each);
            }
            if (!caughtUp) {
                caughtUp = topic.isReadToItsEnd();
            }
            String key;
            while ((key = wanted.poll()) != null) {
                fetch(key);
            }
            pauseMs = FIRST_PAUSE_MS;
        } catch (WakeupException closing) { // the runner asks whether to go on
        } catch (KafkaException away) {
            log.atWarn()
                    .addKeyValue("failure", Causes.of(away))
                    .log("definitions could not be read, trying again");
            wake.tryAcquire(pauseMs, TimeUnit.MILLISECONDS);
            pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
        }
    }

    private WholeTopic follow() {
        WholeTopic topic = WholeTopic.open(readers, Topics.AGENT_DEFINITIONS.name());
        follower = topic;
        return topic;
    }

    private void take(ConsumerRecord<byte[], byte[]> each) {
        if (each.key() == null || each.value() == null || each.key().length > MAX_KEY_BYTES) {
            return;
        }
        String key = new String(each.key(), StandardCharsets.US_ASCII);
        cache.put(key, each);
        boolean room = places.put(key, new DefinitionPlaces.Place(each.partition(), each.offset()));
        if (!room && !saidThatItIsFull) {
            saidThatItIsFull = true;
            log.atError().log("more definitions than a worker knows the places of, forgetting those that were not used for long");
        }
    }

    /// Reads one definition again that is not kept any more. Compaction may have moved it behind a newer record of the same key, which
    /// the follower has read.
    private void fetch(String key) {
        DefinitionPlaces.Place place = places.find(key);
        if (place == null || cache.find(key) != null) {
            return;
        }
        Consumer<byte[], byte[]> reader = fetcher == null ? readers.get() : fetcher;
        fetcher = reader;
        TopicPartition partition = new TopicPartition(Topics.AGENT_DEFINITIONS.name(), place.partition());
        reader.assign(List.of(partition));
        reader.seek(partition, place.offset());
        long deadlineNs = System.nanoTime() + FETCH_LIMIT.toNanos();
        while (cache.find(key) == null && System.nanoTime() < deadlineNs) {
            for (ConsumerRecord<byte[], byte[]> each : reader.poll(POLL)) {
                if (each.offset() == place.offset()) {
                    take(each);
                }
            }
        }
    }

    @Override
    public void wakeUp() {
        wake.release(); // its other waits are those of a poll
    }

    @Override
    public void onClose() throws Exception {
        close(follower);
        close(fetcher);
    }

    private static void close(@Nullable AutoCloseable reader) throws Exception {
        if (reader != null) {
            reader.close();
        }
    }
}
