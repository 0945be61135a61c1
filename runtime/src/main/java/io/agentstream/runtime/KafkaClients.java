package io.agentstream.runtime;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;

/// Makes all Kafka clients, and is the only place where their settings are written. Keys and values are bytes everywhere: the
/// codecs of `schemas` do the rest. Safe for any thread; whoever asks for a client closes it.
public final class KafkaClients {

    /// The workers' consumer group: whether it has a member says whether there is a worker.
    public static final String WORKERS_GROUP = "agent-worker";

    /// How long a member that was killed or is cut off still counts as one, and nobody takes its partitions: the shortest time that every
    /// broker takes. That of workers is theirs to say.
    public static final Duration SESSION_TIMEOUT = Duration.ofSeconds(6);

    /// So many heartbeats may be lost or late before a member is taken for dead; where that is a long time, more.
    private static final int HEARTBEATS_IN_SESSION = 12;

    /// Calls that move to a worker wait for one.
    private static final int HEARTBEATS_OF_WORKERS = 24;
    private static final Duration MOST_HEARTBEAT = Duration.ofMillis(500);

    /// How long a record of call state may take to be acknowledged before its call is refused or ended.
    private static final Duration EVENT_DELIVERY = Duration.ofSeconds(30);

    /// How long a gateway keeps what it has to say of its calls. It waits for none of it, and its word is all that anybody will ever
    /// know of them: so long replicas may be missing, and the record still be whole.
    private static final Duration CALL_DELIVERY = Duration.ofMinutes(2);

    /// How long a broker that did not answer is left alone. Longer than the pause before it is asked anew who leads what: a client prefers
    /// to ask whom it is connecting to, and would ask one that stands still again and again, which never says that it leads no more.
    private static final Duration RECONNECT_BACKOFF = Duration.ofMillis(500);

    /// Of who reads a stretch of a topic once, as fast as it comes.
    private static final int ONCE_READ_BYTES = 4 << 20;

    /// Older audio is of use to nobody who is on the phone.
    private static final Duration MEDIA_DELIVERY = Duration.ofSeconds(5);

    private final Map<String, String> common;
    private final Duration mediaLinger;

    public KafkaClients(Config config) {
        this(config.get(Keys.KAFKA_BOOTSTRAP_SERVERS), config.kafkaProperties(), config.get(Keys.MEDIA_LINGER));
    }

    public KafkaClients(String bootstrapServers, Map<String, String> properties, Duration mediaLinger) {
        Map<String, String> all = new HashMap<>(properties);
        all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        all.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, "1000");
        all.put(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, Long.toString(RECONNECT_BACKOFF.toMillis()));
        this.common = Map.copyOf(all);
        this.mediaLinger = mediaLinger;
    }

    /// For events and decisions: idempotent, acknowledged by all replicas in sync, retried for 30 s, never silently lost.
    ///
    /// @param maxBlock how long `send` may wait for metadata or room; zero for the threads that must not wait
    public Producer<byte[], byte[]> events(String clientId, Duration maxBlock) {
        return events(clientId, maxBlock, EVENT_DELIVERY);
    }

    /// For what a gateway says of its calls: as [#events], but it never waits, and goes on for two minutes.
    public Producer<byte[], byte[]> calls(String clientId) {
        return events(clientId, Duration.ZERO, CALL_DELIVERY);
    }

    private Producer<byte[], byte[]> events(String clientId, Duration maxBlock, Duration delivery) {
        return producer(clientId, Map.of(
                ProducerConfig.ACKS_CONFIG, "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true",
                ProducerConfig.LINGER_MS_CONFIG, "0",
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "5000",
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Long.toString(delivery.toMillis()),
                ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.toString(maxBlock.toMillis())));
    }

    /// For audio: never blocks, bounded; what does not fit or comes too late is dropped, which the callback of `send` says. Idempotent,
    /// because what is sent again after a slow answer would be heard twice; that costs nothing that could be measured (ADR 10). One
    /// request in flight: while it is, the next one fills. For writers whose records come one by one.
    public Producer<byte[], byte[]> media(String clientId) {
        return media(clientId, mediaLinger);
    }

    /// As [#media(String)], for a loop: what it writes after one poll comes together anyway, and waiting would only be late.
    public Producer<byte[], byte[]> replies(String clientId) {
        return media(clientId, Duration.ZERO);
    }

    private Producer<byte[], byte[]> media(String clientId, Duration linger) {
        return producer(clientId, Map.of(
                ProducerConfig.ACKS_CONFIG, "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true",
                ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1",
                ProducerConfig.LINGER_MS_CONFIG, Long.toString(linger.toMillis()),
                ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(64 * 1024),
                ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(64L << 20),
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "2000",
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Long.toString(MEDIA_DELIVERY.toMillis()),
                ProducerConfig.MAX_BLOCK_MS_CONFIG, "0"));
    }

    private Producer<byte[], byte[]> producer(String clientId, Map<String, String> profile) {
        Map<String, Object> properties = new HashMap<>(common);
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
        // A topic that was quiet for five minutes would be forgotten, and the next send would have to wait for it.
        properties.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, Long.toString(Duration.ofDays(7).toMillis()));
        // While no broker answers, the default forgets the topics as well, and a send that must not wait fails at once instead of
        // being kept until they are back.
        properties.put(
                CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, MetadataRecoveryStrategy.NONE.name);
        properties.putAll(profile);
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /// A member of a group whose topics are shared out by ranges.
    ///
    /// @param offsetReset `earliest` where nothing may be missed, `latest` where the past is of no use
    public Consumer<byte[], byte[]> member(String clientId, String group, String offsetReset, int maxPollRecords) {
        return member(clientId, group, offsetReset, maxPollRecords, SESSION_TIMEOUT, HEARTBEATS_IN_SESSION, Map.of(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, RangeAssignor.class.getName()));
    }

    /// A worker loop's member of [#WORKERS_GROUP]: it has partition *p* of all subscribed topics or of none, and keeps what it has while
    /// others come and go ([TogetherAssignor]). The session timeout is most of the pause that a caller hears when a worker dies, and the
    /// heartbeats are most of it when one comes: the others learn of it with their next one (ADR 24).
    ///
    /// @param sessionTimeout as [SessionTimeouts#taken] says; a shorter one than the brokers take ends the first `poll`
    /// @param next what the loop and the group tell each other of partitions that others hold: without its loop's word none of them comes
    public Consumer<byte[], byte[]> worker(String clientId, int maxPollRecords, Duration sessionTimeout, NextPartition next) {
        return member(clientId, WORKERS_GROUP, "latest", maxPollRecords, sessionTimeout, HEARTBEATS_OF_WORKERS, Map.of(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, TogetherAssignor.class.getName(),
                TogetherAssignor.NEXT_PARTITION, next));
    }

    private Consumer<byte[], byte[]> member(
            String clientId, String group, String offsetReset, int maxPollRecords, Duration sessionTimeout, int heartbeats, Map<String, Object> assignor) {
        long heartbeatMs = Math.min(MOST_HEARTBEAT.toMillis(), sessionTimeout.toMillis() / heartbeats);
        Map<String, Object> profile = new HashMap<>(assignor);
        profile.putAll(Map.of(
                ConsumerConfig.GROUP_ID_CONFIG, group,
                ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, Long.toString(sessionTimeout.toMillis()),
                ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, Long.toString(heartbeatMs),
                // A fetch that waits at the broker holds back the partitions that a rebalance has just brought.
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "100",
                ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, "60000",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, offsetReset,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Integer.toString(maxPollRecords)));
        return consumer(clientId, profile);
    }

    /// A reader that is told its partitions and commits nothing.
    public Consumer<byte[], byte[]> reader(String clientId, String offsetReset, int maxPollRecords) {
        return consumer(clientId, Map.of(
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, offsetReset,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Integer.toString(maxPollRecords)));
    }

    /// For whoever looks into partitions that a worker's loop is about to take: a reader that is told its partitions, reads to where they end, and is
    /// wanted again at once, so it never waits at the broker for long, where what it asks next would wait behind it. It may ask what [#WORKERS_GROUP] has
    /// committed, and is no member of it.
    public Consumer<byte[], byte[]> arrivals(String clientId, int maxPollRecords) {
        return consumer(clientId, Map.of(
                ConsumerConfig.GROUP_ID_CONFIG, WORKERS_GROUP,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "10",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Integer.toString(maxPollRecords)));
    }

    /// As [#reader], from the beginning, without what transactions took back or have not finished.
    public Consumer<byte[], byte[]> committedReader(String clientId, int maxPollRecords) {
        return consumer(clientId, Map.of(
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Integer.toString(maxPollRecords)));
    }

    /// A reader that is told its partitions, for one key among many: of every other record it has neither key nor value.
    public Consumer<byte[], byte[]> readerOf(String clientId, byte[] key) {
        return readerOf(clientId, key, ONCE_READ_BYTES);
    }

    /// As [#readerOf(String, byte[])], for readers that are there for long and of which there are many.
    ///
    /// @param fetchBytes about how much is brought at a time; one that is read and one that is on its way are held
    public Consumer<byte[], byte[]> readerOf(String clientId, byte[] key, int fetchBytes) {
        OnlyKey only = new OnlyKey(key);
        return consumer(
                clientId,
                Map.of(
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Integer.toString(fetchBytes),
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000"),
                only.keys(), only.values());
    }

    private Consumer<byte[], byte[]> consumer(String clientId, Map<String, ?> profile) {
        return consumer(clientId, profile, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private Consumer<byte[], byte[]> consumer(
            String clientId, Map<String, ?> profile, Deserializer<byte[]> keys, Deserializer<byte[]> values) {
        Map<String, Object> properties = new HashMap<>(common);
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "15000");
        properties.putAll(profile);
        return new KafkaConsumer<>(properties, keys, values);
    }

    public Admin admin(String clientId) {
        Map<String, Object> properties = new HashMap<>(common);
        properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
        properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, "5000");
        properties.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, "10000");
        return Admin.create(properties);
    }

    /// What every client is given, for the libraries that make clients of their own.
    public Map<String, String> commonProperties() {
        return common;
    }
}
