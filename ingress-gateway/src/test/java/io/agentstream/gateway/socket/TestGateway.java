package io.agentstream.gateway.socket;

import io.agentstream.gateway.call.CallLimits;
import io.agentstream.gateway.kafka.CallLog;
import io.agentstream.gateway.kafka.CommandReader;
import io.agentstream.gateway.telephony.TelephonyProviders;
import io.agentstream.gateway.telephony.cloudonix.CloudonixProvider;
import io.agentstream.runtime.AdminServer;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.DutyCycleRunner;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.Networks;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/// A gateway with real sockets on Kafka's own mock clients.
final class TestGateway implements AutoCloseable {

    static final String URL = "/api/v1/agent-stream/0b1c2d3e-0000-4000-8000-000000000001?provider=cloudonix&Domain=acme";
    static final String CONNECTED = "{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}";
    static final String START = """
            {"event":"start","sequenceNumber":"1","streamSid":"MZ-7f3c","start":{"streamSid":"MZ-7f3c","callSid":"call-55aa",
            "session":"sess-9d21c0","accountSid":"acme.cloudonix.net","from":"+15550100","to":"+15550199","context":"inbound",
            "tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},
            "customParameters":{"customer_tier":"gold"}}}""";

    private static final long PATIENCE_NS = Duration.ofSeconds(20).toNanos();
    private static final TopicPartition SLOT = new TopicPartition(Topics.SOCKET_COMMANDS.name(), 3);

    static final TelephonyProviders PROVIDERS = new TelephonyProviders(new CloudonixProvider());

    private static final CallLimits LIMITS =
            new CallLimits(30_000_000, 60_000_000, 30_000_000, 10_000_000, 500_000, 100, 200_000);

    /// More than a test has.
    static final MediaServer.Tenants TENANTS = new MediaServer.Tenants(1_000, 1_000);

    final MockProducer<byte[], byte[]> events;
    final MockProducer<byte[], byte[]> media = producer(true);
    /// Whether Kafka lets nobody read commands.
    volatile boolean refusing;
    final MockConsumer<byte[], byte[]> commands = new MockConsumer<>("latest") {
        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            if (refusing) {
                throw new TopicAuthorizationException("no");
            }
            return super.poll(timeout);
        }
    };
    final Metrics metrics = new Metrics("gateway");
    final MediaServer server;
    volatile Optional<String> unable = Optional.empty();
    private @Nullable SSLContext trusting;
    private final CommandReader cycle;
    private final DutyCycleRunner reader;
    private final AtomicLong aheadNs = new AtomicLong();
    private long offset;

    TestGateway() {
        this(UnaryOperator.identity());
    }

    TestGateway(UnaryOperator<MediaServer.Settings> change) {
        this(LIMITS, true, change);
    }

    /// @param written whether Kafka takes events by itself; else the test says of each what becomes of it
    TestGateway(CallLimits limits, boolean written) {
        this(limits, written, UnaryOperator.identity());
    }

    private TestGateway(CallLimits limits, boolean written, UnaryOperator<MediaServer.Settings> change) {
        events = producer(written);
        MediaServer.Settings settings = change.apply(new MediaServer.Settings(
                "127.0.0.1", 0, 2, new MediaServer.Admission(100, 50, 40, 1_000, TENANTS),
                new MediaServer.Proxies(Networks.NONE, false), 65_536, 65_536, 256 << 10, Duration.ofSeconds(10),
                limits, null));
        GatewayClock clock = new GatewayClock(InstantSource.system(), () -> System.nanoTime() + aheadNs.get());
        CallLog callLog = new CallLog(events, media, metrics);
        server = new MediaServer(settings, PROVIDERS, () -> 3, callLog, () -> unable, metrics, clock);
        commands.updateEndOffsets(Map.of(SLOT, 0L));
        cycle = new CommandReader(
                commands, () -> OptionalInt.of(3), callLog, server.commands(), new DeadLetters(events, metrics), metrics,
                () -> Instant.now().plusNanos(aheadNs.get()), server::failCalls);
        reader = new DutyCycleRunner(cycle, Duration.ofSeconds(2), fault -> {}).start();
        server.listen(AdminServer::alive);
        await(this::isRead);
    }

    /// Its peers encrypt from now on.
    TestGateway encrypted(SSLContext context) {
        trusting = context;
        return this;
    }

    private static MockProducer<byte[], byte[]> producer(boolean completes) {
        Node node = new Node(0, "x", 1);
        List<PartitionInfo> partitions = List.of(
                new PartitionInfo(Topics.CALL_LIFECYCLE.name(), 0, node, new Node[0], new Node[0]),
                new PartitionInfo(Topics.DEAD_LETTERS.name(), 0, node, new Node[0], new Node[0]),
                new PartitionInfo(Topics.CALL_KEYS.name(), 0, node, new Node[0], new Node[0]),
                new PartitionInfo(Topics.CALL_MEDIA.name(), 0, node, new Node[0], new Node[0]));
        Cluster cluster = new Cluster("c", List.of(node), partitions, Set.of(), Set.of());
        return new MockProducer<>(cluster, completes, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /// Whether commands are read.
    boolean isRead() {
        return cycle.reason().isEmpty();
    }

    int port() {
        return server.port();
    }

    /// Lets `time` pass at once for calls and their limits.
    void pass(Duration time) {
        aheadNs.addAndGet(time.toNanos());
    }

    /// A peer that has said its first two messages.
    RawPeer started() throws Exception {
        SSLContext tls = trusting;
        Socket socket = tls == null ? new Socket() : tls.getSocketFactory().createSocket("localhost", port());
        return RawPeer.connect(port(), URL, socket).text(CONNECTED).text(START);
    }

    /// A peer whose call is running.
    RawPeer talking() throws Exception {
        long before = count(CallEvent.Started.class);
        double opened = metric("agent_stream_gateway_handshake_seconds_count");
        RawPeer peer = started();
        await(() -> count(CallEvent.Started.class) > before);
        open(lastStarted());
        await(() -> metric("agent_stream_gateway_handshake_seconds_count") > opened); // what comes before is not kept
        return peer;
    }

    /// What the orchestrator says of a call that may run.
    void open(CallId call) {
        send(new SocketCommand.Admit(call));
        send(new SocketCommand.Open(call));
    }

    CallId lastStarted() {
        return last(CallEvent.Started.class).callId();
    }

    synchronized void send(SocketCommand command) {
        send(command.callId().toKey(), Topics.SOCKET_COMMANDS.codec().encode(command));
    }

    synchronized void send(byte[] key, byte[] value) {
        commands.addRecord(new ConsumerRecord<>(SLOT.topic(), SLOT.partition(), offset++, key, value));
    }

    List<CallEvent> events() {
        return all(events, Topics.CALL_LIFECYCLE);
    }

    List<MediaFrame> frames() {
        return all(media, Topics.CALL_MEDIA);
    }

    private static <V> List<V> all(MockProducer<byte[], byte[]> producer, Topic<V> topic) {
        return producer.history().stream()
                .filter(sent -> sent.topic().equals(topic.name()))
                .map(sent -> topic.codec().decode(sent.value()))
                .map(decoded -> switch (decoded) {
                    case Decoded.Value<V>(V value) -> value;
                    case Decoded.Unknown<V>(String what) -> throw new AssertionError(what);
                    case Decoded.Malformed<V>(String reason) -> throw new AssertionError(reason);
                })
                .toList();
    }

    long count(Class<? extends CallEvent> type) {
        return events().stream().filter(type::isInstance).count();
    }

    <E extends CallEvent> E last(Class<E> type) {
        return type.cast(events().stream().filter(type::isInstance).toList().getLast());
    }

    CallEvent.Ended awaitEnded() {
        await(() -> count(CallEvent.Ended.class) > 0);
        return last(CallEvent.Ended.class);
    }

    <F extends MediaFrame> F awaitFrame(Class<F> type, Predicate<F> wanted) {
        Map<String, F> found = new HashMap<>();
        await(() -> {
            frames().stream().filter(type::isInstance).map(type::cast).filter(wanted).findFirst()
                    .ifPresent(frame -> found.put("it", frame));
            return !found.isEmpty();
        });
        return found.get("it");
    }

    double metric(String line) {
        return metric(metrics, line);
    }

    static double metric(Metrics metrics, String line) {
        return metrics.scrape().lines()
                .filter(text -> text.startsWith(line))
                .mapToDouble(text -> Double.parseDouble(text.substring(text.lastIndexOf(' ') + 1)))
                .sum();
    }

    static void await(Supplier<Boolean> condition) {
        long end = System.nanoTime() + PATIENCE_NS;
        while (!condition.get()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("did not come true in time");
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    @Override
    public void close() throws Exception {
        server.close();
        reader.close();
        metrics.close();
    }
}
