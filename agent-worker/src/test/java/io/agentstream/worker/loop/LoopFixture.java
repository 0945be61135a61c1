package io.agentstream.worker.loop;

import io.agentstream.audio.voice.Voice;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.NextPartition;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Codec;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.ConversationSnapshot;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import io.agentstream.worker.definitions.Definitions;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentEngines;
import io.agentstream.worker.engine.echo.EchoEngine;
import io.agentstream.worker.engine.scripted.ScriptedEngine;
import io.agentstream.worker.takeover.ArrivalLoader;
import io.agentstream.worker.takeover.Partitions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import tools.jackson.databind.JsonNode;

/// A loop between a consumer and producers that are Kafka's own mocks, with a clock by hand. The test's thread is the loop's.
public final class LoopFixture {

    static final int SLOT = 3;
    static final int PARTITIONS = 4;
    static final ConversationLoop.Limits LIMITS = new ConversationLoop.Limits(10, 90, 2_000);

    final AtomicLong nowMs = new AtomicLong(1_000_000_000L);
    final Mock consumer;
    /// What the group tells with its agreements.
    final NextPartition next = new NextPartition();
    final MockProducer<byte[], byte[]> media;
    final MockProducer<byte[], byte[]> events;
    final Metrics metrics = new Metrics("test");
    final WorkerMeters meters = WorkerMeters.of(metrics);
    final ConversationLoop loop;
    /// What a reader of definitions has found.
    final Map<String, JsonNode> definitions = new HashMap<>();
    boolean definitionsRead = true;
    boolean keysRead = true;
    /// Whether the next reader of snapshots finds nobody who answers.
    boolean snapshotsAway;
    /// What runs what the loop does not wait for; here it has done it at once.
    Executor beside = Runnable::run;
    /// What happens when somebody looks into partitions, before an answer is there.
    Runnable whileLooking = () -> {};
    /// What happens when somebody has read all that others left, before that is told.
    Runnable onceRead = () -> {};
    /// How often snapshots were read.
    int snapshotReadings;
    /// Of the calls that there are.
    final Map<CallId, CallSecrets> keys = new HashMap<>();
    private final Map<TopicPartition, Long> offsets = new HashMap<>();

    /// Knows no time index: nothing is in the log before the test.
    static class Mock extends MockConsumer<byte[], byte[]> {
        final Map<TopicPartition, OffsetAndMetadata> committedBefore = new HashMap<>();
        int generation = 1;
        boolean groupAnswers = true;
        /// What a commit of known offsets is answered with, where the group does not know this member any more.
        RuntimeException notAMember;
        final List<Map<TopicPartition, OffsetAndMetadata>> commits = new ArrayList<>();

        Mock() {
            this("none");
        }

        /// @param reset where it begins in a partition of which it is not told
        Mock(String reset) {
            super(reset);
        }

        @Override
        @SuppressWarnings("removal") // there is no other way to make one
        public ConsumerGroupMetadata groupMetadata() {
            return new ConsumerGroupMetadata("agent-worker", generation, "member", Optional.empty());
        }

        private ConsumerRebalanceListener listener;

        @Override
        public synchronized void subscribe(Collection<String> topics, ConsumerRebalanceListener told) {
            super.subscribe(topics, told);
            listener = told;
        }

        /// The group has agreed that there is nothing for it yet.
        void joined() {
            listener.onPartitionsAssigned(List.of());
        }

        /// Whether the group's coordinator does not say how far was read.
        boolean coordinatorAway;

        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> of, Duration limit) {
            if (coordinatorAway) {
                throw new TimeoutException("on purpose, after " + limit);
            }
            return super.committed(of);
        }

        /// Partitions whose leader does not answer.
        final Set<TopicPartition> unreachable = new HashSet<>();

        @Override
        public synchronized long position(TopicPartition partition) {
            return position(partition, Duration.ofSeconds(15));
        }

        @Override
        public synchronized long position(TopicPartition partition, Duration limit) {
            if (unreachable.contains(partition)) {
                throw new TimeoutException("on purpose, after " + limit);
            }
            return super.position(partition);
        }

        @Override
        public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration limit) {
            if (notAMember != null) {
                throw notAMember;
            }
            committedBefore.putAll(offsets);
        }

        @Override
        public synchronized void commitAsync(Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
            commits.add(offsets);
            if (groupAnswers) {
                super.commitAsync(offsets, callback);
            }
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
                Map<TopicPartition, Long> times, Duration limit) {
            Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
            times.keySet().forEach(partition -> found.put(partition, null));
            return found;
        }
    }

    LoopFixture(AgentEngines engines) {
        this(engines, producer(), new Mock(), producer());
    }

    LoopFixture(
            AgentEngines engines, MockProducer<byte[], byte[]> events, Mock consumer, MockProducer<byte[], byte[]> media) {
        this.events = events;
        this.consumer = consumer;
        this.media = media;
        loop = new ConversationLoop(0, new ConversationLoop.Parts(
                consumer, next, media, events,
                new ArrivalLoader(this::arrivalReader, new DeadLetters(events, metrics), nowMs::get),
                task -> beside.execute(task),
                new DeadLetters(events, metrics), engines, new Found(), metrics, LIMITS, nowMs::get,
                call -> Optional.ofNullable(keys.get(call)), () -> keysRead));
    }

    private final class Found implements Definitions {
        @Override
        public Optional<JsonNode> find(String key) {
            return Optional.ofNullable(definitions.get(key));
        }

        @Override
        public boolean ready() {
            return definitionsRead;
        }
    }

    public static MockProducer<byte[], byte[]> producer() {
        return producer(true);
    }

    /// A broker that has all topics.
    static Cluster cluster() {
        List<PartitionInfo> partitions = new ArrayList<>();
        Node node = new Node(0, "broker", 1);
        for (Topic<?> topic : Topics.ALL) {
            for (int p = 0; p < PARTITIONS; p++) {
                partitions.add(new PartitionInfo(topic.name(), p, node, new Node[] {node}, new Node[] {node}));
            }
        }
        return new Cluster("test", List.of(node), partitions, Set.of(), Set.of());
    }

    /// @param atOnce whether what is sent is acknowledged at once
    static MockProducer<byte[], byte[]> producer(boolean atOnce) {
        return new MockProducer<>(cluster(), atOnce, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /// What the events producer wrote is what a reader of snapshots finds; of all else it knows what the loop's consumer does.
    private Consumer<byte[], byte[]> arrivalReader() {
        return new MockConsumer<>("earliest") {
            @Override
            public synchronized Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> of, Duration limit) {
                whileLooking.run();
                return consumer.committed(of, limit);
            }

            @Override
            public synchronized Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> of, Duration limit) {
                return of.stream().allMatch(each -> each.topic().equals(Topics.CONVERSATION_SNAPSHOTS.name()))
                        ? super.endOffsets(of, limit)
                        : consumer.endOffsets(of, limit);
            }

            @Override
            public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
                    Map<TopicPartition, Long> times, Duration limit) {
                if (!times.keySet().stream().allMatch(each -> each.topic().equals(Topics.CONVERSATION_SNAPSHOTS.name()))) {
                    return consumer.offsetsForTimes(times, limit);
                }
                Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
                times.keySet().forEach(partition -> found.put(partition, new OffsetAndTimestamp(0, 0)));
                return found;
            }

            @Override
            public synchronized void unsubscribe() {
                super.unsubscribe();
                onceRead.run();
            }

            @Override
            public synchronized void assign(Collection<TopicPartition> partitions) {
                super.assign(partitions);
                snapshotReadings++;
                Map<TopicPartition, Long> begins = new HashMap<>();
                Map<TopicPartition, Long> ends = new HashMap<>();
                List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
                for (TopicPartition partition : partitions) {
                    long offset = 0;
                    for (ProducerRecord<byte[], byte[]> each : events.history()) {
                        if (each.topic().equals(partition.topic()) && each.partition() == partition.partition()) {
                            records.add(new ConsumerRecord<>(partition.topic(), partition.partition(), offset++, each.key(), each.value()));
                        }
                    }
                    begins.put(partition, 0L);
                    ends.put(partition, offset);
                }
                updateBeginningOffsets(begins);
                updateEndOffsets(ends);
                if (snapshotsAway) {
                    setOffsetsException(new TimeoutException("away"));
                }
                schedulePollTask(() -> records.forEach(this::addRecord));
            }
        };
    }

    LoopFixture start(Integer... partitions) throws Exception {
        loop.onStart();
        assign(partitions);
        loop.work();
        return this;
    }

    /// A member to whom nothing is given at first.
    void joins() {
        loop.onStart();
        consumer.joined();
        loop.work();
    }

    /// For a loop that has not subscribed when it started.
    void assignAfterSubscribing(Integer... partitions) {
        loop.work();
        assign(partitions);
        loop.work();
    }

    void assign(Integer... partitions) {
        List<TopicPartition> assignment = new ArrayList<>();
        Map<TopicPartition, Long> zero = new HashMap<>();
        for (int partition : partitions) {
            for (Topic<?> topic : Partitions.TOPICS) {
                TopicPartition each = new TopicPartition(topic.name(), partition);
                assignment.add(each);
                zero.put(each, offsets.getOrDefault(each, 0L));
            }
        }
        consumer.updateBeginningOffsets(zero);
        consumer.updateEndOffsets(zero);
        consumer.rebalance(assignment);
    }

    <V> void arrive(Topic<V> topic, int partition, CallId callId, V value) {
        arriveBytes(topic, partition, callId, topic.codec().encode(value));
    }

    void arriveBytes(Topic<?> topic, int partition, CallId callId, byte[] value) {
        TopicPartition to = new TopicPartition(topic.name(), partition);
        long offset = offsets.merge(to, 1L, Long::sum) - 1;
        consumer.addRecord(new ConsumerRecord<>(topic.name(), partition, offset, callId.toKey(), value));
    }

    void running(CallId callId, int partition, String definition) {
        arriveBytes(Topics.RUN_EVENTS, partition, callId, running(callId, definition));
    }

    byte[] running(CallId callId, String definition) {
        return Topics.RUN_EVENTS.codec().encode(run(callId, definition));
    }

    RunEvent.Running run(CallId callId, String definition) {
        return new RunEvent.Running(
                callId, 2, Instant.ofEpochMilli(nowMs.get()), new RunEvent.RunRef(1, "WR-AGS-00000001", 1, 1, 1, SLOT),
                MediaFormat.MULAW_8K, Json.MAPPER.readTree(definition), Json.MAPPER.readTree("{\"caller_number\":\"+15550100\"}"), null);
    }

    void audio(CallId callId, int partition, long seq, Slice payload) {
        arrive(Topics.CALL_MEDIA, partition, callId, new MediaFrame.Audio(callId, seq, nowMs.get(), seq * 20, payload));
    }

    void ended(CallId callId, int partition, long seq) {
        arrive(Topics.CALL_LIFECYCLE, partition, callId, new CallEvent.Ended(
                callId, seq, Instant.ofEpochMilli(nowMs.get()), 1000, "", End.CALLER_HANGUP, null));
    }

    long committed(TopicPartition partition) {
        return consumer.committedBefore.get(partition).offset();
    }

    List<SocketCommand> commands() {
        return written().stream().map(LoopFixture::withoutEpoch).toList();
    }

    /// The commands as they were written.
    List<SocketCommand> written() {
        return media.history().stream().map(each -> value(Topics.SOCKET_COMMANDS, each)).toList();
    }

    /// Most tests are not about who has written a command.
    private static SocketCommand withoutEpoch(SocketCommand command) {
        return switch (command) {
            case SocketCommand.Play c -> new SocketCommand.Play(c.callId(), c.turn(), c.seq(), c.frameBytes(), c.payload());
            case SocketCommand.SealedPlay c -> c;
            case SocketCommand.Clear c -> new SocketCommand.Clear(c.callId(), c.turn());
            case SocketCommand.Mark c -> new SocketCommand.Mark(c.callId(), c.turn(), c.name());
            case SocketCommand.Close c -> c.of(SocketCommand.NO_EPOCH);
            case SocketCommand.Admit c -> c;
            case SocketCommand.Open c -> c;
            case SocketCommand.Finish c -> c;
        };
    }

    List<ConversationEvent> conversationEvents() {
        return events.history().stream()
                .filter(each -> each.topic().equals(Topics.CONVERSATION_EVENTS.name()))
                .map(each -> value(Topics.CONVERSATION_EVENTS, each))
                .toList();
    }

    <E extends ConversationEvent> List<E> told(Class<E> kind) {
        return conversationEvents().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /// The newest snapshot of each record, null for a tombstone.
    List<ConversationSnapshot> snapshots() {
        List<ConversationSnapshot> all = new ArrayList<>();
        for (ProducerRecord<byte[], byte[]> each : events.history()) {
            if (each.topic().equals(Topics.CONVERSATION_SNAPSHOTS.name())) {
                all.add(each.value() == null ? null : value(Topics.CONVERSATION_SNAPSHOTS, each));
            }
        }
        return all;
    }

    static <V> V value(Topic<V> topic, ProducerRecord<byte[], byte[]> each) {
        return switch (topic.codec().decode(each.value())) {
            case Codec.Decoded.Value<V>(V value) -> value;
            case Codec.Decoded.Unknown<V>(String what) -> throw new AssertionError(what);
            case Codec.Decoded.Malformed<V>(String reason) -> throw new AssertionError(reason);
        };
    }

    /// The worker's engines with a voice that says each text at once, as 20 ms for each character, and others.
    static AgentEngines engines(AgentEngine... others) {
        Map<String, Voice> voices = Map.of("kevin16", text -> new byte[text.length() * 160]);
        return AgentEngines.of(
                Stream.concat(Stream.of(new EchoEngine(), new ScriptedEngine(voices)), Stream.of(others)).toArray(AgentEngine[]::new));
    }

    /// Two passes: an engine that has posted may have cut the first one short.
    void work() {
        loop.work();
        loop.work();
    }

    /// Works until `done`, or fails after half a minute. The engine's threads need the processor too: the mock consumer does not wait.
    void workUntil(BooleanSupplier done) {
        long deadlineNs = System.nanoTime() + 30_000_000_000L;
        loop.work();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) {
                throw new AssertionError("not done in time");
            }
            LockSupport.parkNanos(1_000_000);
            loop.work();
        }
    }

    public static CallId call(int n) {
        return CallId.of(1_000_000_000L, 7, n);
    }
}
