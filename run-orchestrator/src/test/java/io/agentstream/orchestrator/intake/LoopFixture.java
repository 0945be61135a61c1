package io.agentstream.orchestrator.intake;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.decide.RunDecisions;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tariff;
import io.agentstream.orchestrator.decide.Unsaid;
import io.agentstream.orchestrator.erase.SealedCalls;
import io.agentstream.orchestrator.jobs.Announcer;
import io.agentstream.orchestrator.jobs.HangUps;
import io.agentstream.orchestrator.jobs.OutboxLoop;
import io.agentstream.orchestrator.jobs.Publisher;
import io.agentstream.orchestrator.jobs.Said;
import io.agentstream.orchestrator.jobs.TransferDoubts;
import io.agentstream.orchestrator.liveness.Attendance;
import io.agentstream.orchestrator.liveness.Hearing;
import io.agentstream.orchestrator.provider.FakeSessions;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.runtime.Bell;
import io.agentstream.runtime.CallKeyReader;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// A loop on a mock of Kafka. The test is the loop's thread. Its partition has a random number, because the tests share a
/// database that knows each record by its place.
final class LoopFixture implements AutoCloseable {

    final TopicPartition lifecycle = new TopicPartition(
            Topics.CALL_LIFECYCLE.name(), ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE));
    final TopicPartition conversation =
            new TopicPartition(Topics.CONVERSATION_EVENTS.name(), lifecycle.partition());
    final Set<TopicPartition> unreachable = ConcurrentHashMap.newKeySet();
    final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest") {
        @Override
        public synchronized long position(TopicPartition partition) {
            return position(partition, Duration.ofMillis(1));
        }

        @Override
        public synchronized long position(TopicPartition partition, Duration timeout) {
            if (unreachable.contains(partition)) {
                throw new TimeoutException("on purpose");
            }
            return super.position(partition);
        }
    };
    final MockProducer<byte[], byte[]> producer;
    final FakeSessions sessions = new FakeSessions();
    final List<Throwable> faults = new CopyOnWriteArrayList<>();
    final KeyedExecutor<CallId> executor = new KeyedExecutor<>(faults::add);
    final Hearing hearing = new Hearing();
    final Greetings greetings = new Greetings();
    final CountDownLatch open = new CountDownLatch(1);
    final CallsLoop loop;
    boolean keysRead = true;
    private final Metrics metrics = new Metrics("test");
    private final HangUps hangUps;
    private final OutboxLoop outbox;
    private volatile Instant now = Samples.T0.plusSeconds(1);
    private long nextOffset;

    LoopFixture(Database database) {
        this(database, new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()));
    }

    LoopFixture(Database database, MockProducer<byte[], byte[]> producer) {
        this(database, producer, Duration.ZERO);
    }

    /// @param patience how long conversations are waited for of calls that are over; nobody asks here where partitions end
    LoopFixture(Database database, MockProducer<byte[], byte[]> producer, Duration patience) {
        this.producer = producer;
        InstantSource clock = () -> now;
        Duration handshake = Duration.ofSeconds(10);
        RunDecisions decisions = new RunDecisions(database, new Tariff(new BigDecimal("0.10")), handshake);
        Bell bell = new Bell();
        Unsaid unsaid = new Unsaid(database);
        Said said = new Said();
        Announcer announcer =
                new Announcer(new Announcer.Hands(new Publisher(producer), bell, unsaid, said), metrics, clock);
        hangUps = new HangUps(new HangUps.Hands(database, sessions, bell, announcer, metrics, InstantSource.system()), Duration.ofMillis(1));
        outbox = new OutboxLoop(database, said, metrics, () -> true, clock);
        DeadLetters letters = new DeadLetters(producer, metrics);
        CallHandler handler = new CallHandler(
                decisions, sessions, announcer, metrics, clock, handshake, unsealed(database, letters, metrics, clock), greetings,
                new TransferDoubts(database, sessions), new Attendance(hearing, patience));
        loop = new CallsLoop(
                consumer, new Attempts(handler, letters, metrics), executor, hearing, clock, open, () -> keysRead, greetings);
        consumer.setMaxPollRecords(500);
        consumer.updateBeginningOffsets(Map.of(lifecycle, 0L, conversation, 0L));
    }

    /// Of an installation that has no key for calls.
    static SealedCalls unsealed(Database database, DeadLetters letters, Metrics metrics, InstantSource clock) {
        return new SealedCalls(new CallKeyReader(() -> new MockConsumer<>("earliest"), null, letters, clock), database, metrics);
    }

    /// Subscribes and gets the partitions.
    LoopFixture assigned() throws InterruptedException {
        open.countDown();
        loop.work();
        consumer.rebalance(List.of(lifecycle, conversation));
        return this;
    }

    void now(Instant instant) {
        now = instant;
    }

    /// Lets time go by, so that offsets are committed, and looks for records.
    void pass() throws InterruptedException {
        now = now.plusMillis(10);
        loop.work();
    }

    /// Takes what was said out of the outbox, which a member does a moment later.
    void tidy() {
        outbox.onClose();
    }

    /// Lets the provider be told.
    void hangUp() {
        hangUps.pass();
    }

    void add(CallEvent event) {
        addBytes(event.callId().toKey(), Topics.CALL_LIFECYCLE.codec().encode(event));
    }

    /// The first record of the partition of conversations.
    void add(ConversationEvent event) {
        consumer.addRecord(new ConsumerRecord<>(
                conversation.topic(), conversation.partition(), 0, event.callId().toKey(), Topics.CONVERSATION_EVENTS.codec().encode(event)));
        consumer.updateEndOffsets(Map.of(conversation, 1L));
    }

    void addBytes(byte[] key, byte[] value) {
        consumer.addRecord(new ConsumerRecord<>(lifecycle.topic(), lifecycle.partition(), nextOffset, key, value));
        nextOffset++;
        consumer.updateEndOffsets(Map.of(lifecycle, nextOffset));
    }

    void untilCommitted(long offset) throws InterruptedException {
        Until.holds(this::pass, () -> committed() == offset);
    }

    long committed() {
        OffsetAndMetadata committed = consumer.committed(Set.of(lifecycle)).get(lifecycle);
        return committed == null ? 0 : committed.offset();
    }

    private List<ProducerRecord<byte[], byte[]>> sent(String topic) {
        return List.copyOf(producer.history()).stream().filter(r -> r.topic().equals(topic)).toList();
    }

    List<RunEvent> events() {
        return sent(Topics.RUN_EVENTS.name()).stream()
                .map(r -> value(Topics.RUN_EVENTS.codec().decode(r.value())))
                .toList();
    }

    List<RunEvent> events(CallId call) {
        return events().stream().filter(e -> e.callId().equals(call)).toList();
    }

    List<SocketCommand> commands(CallId call) {
        return sent(Topics.SOCKET_COMMANDS.name()).stream()
                .map(r -> value(Topics.SOCKET_COMMANDS.codec().decode(r.value())))
                .filter(c -> c.callId().equals(call))
                .toList();
    }

    List<Integer> slots() {
        return sent(Topics.SOCKET_COMMANDS.name()).stream().map(ProducerRecord::partition).distinct().toList();
    }

    /// Topics in the order in which they were written to.
    List<String> topics() {
        List<String> topics = new ArrayList<>();
        producer.history().forEach(r -> topics.add(r.topic()));
        return topics;
    }

    List<ProducerRecord<byte[], byte[]>> deadLetters() {
        return sent(Topics.DEAD_LETTERS.name());
    }

    double counted(String name) {
        return metrics.counter(name).count();
    }

    private static <V> V value(Decoded<V> decoded) {
        return ((Decoded.Value<V>) decoded).value();
    }

    @Override
    public void close() throws Exception {
        sessions.release.countDown();
        if (!consumer.closed()) {
            if (!consumer.subscription().isEmpty()) {
                consumer.rebalance(List.of());
            }
            loop.onClose();
        }
        hangUps.close();
        metrics.close();
    }
}
