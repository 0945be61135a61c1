package io.agentstream.dev.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The commands of `docs/analytics.md` that give rights, word for word, on a broker that asks for them.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class AnalystsRightsTest {

    private static final Path DOCUMENT = Path.of("../../docs/analytics.md");
    private static final String ANALYST = "acme-analyst";
    private static final String SPLITTER = "facts-splitter";
    private static final String ADMIN = "admin";
    private static final Pattern ORGANIZATION = Pattern.compile("\"organization_id\":([0-9]+)[,}]");
    private static final Duration SOON = Duration.ofSeconds(30);

    private EmbeddedKafka kafka;

    @BeforeAll
    void startABrokerThatAsksForRights(@TempDir Path directory) throws Exception {
        kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0, secured(), _ -> {});
        try (Admin admin = admin(ADMIN);
                KafkaProducer<String, String> producer = producer(ADMIN)) {
            admin.createTopics(List.of(
                            new NewTopic("runs.v1", 1, (short) 1), new NewTopic("usage.v1", 1, (short) 1),
                            new NewTopic("call.lifecycle.v1", 1, (short) 1)))
                    .all()
                    .get();
            admin.createAcls(published()).all().get();
            for (String organization : List.of("7", "70", "8", "7")) {
                producer.send(new ProducerRecord<>(
                                "runs.v1", "call-" + organization, "{\"run\":{\"organization_id\":" + organization + ",\"agent_id\":1}}"))
                        .get();
            }
        }
        split();
    }

    @AfterAll
    void stop() {
        kafka.close();
    }

    private static Map<String, String> secured() {
        StringBuilder users = new StringBuilder("org.apache.kafka.common.security.plain.PlainLoginModule required");
        for (String user : List.of(ADMIN, ANALYST, SPLITTER, "somebody")) {
            users.append(" user_").append(user).append("=\"secret-of-").append(user).append('"');
        }
        return Map.of(
                "listeners", "CLIENT://127.0.0.1:0,INSIDE://127.0.0.1:0,CONTROLLER://127.0.0.1:0",
                "listener.security.protocol.map", "CLIENT:SASL_PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "inter.broker.listener.name", "INSIDE",
                "sasl.enabled.mechanisms", "PLAIN",
                "listener.name.client.plain.sasl.jaas.config", users.append(';').toString(),
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users", "User:" + ADMIN + ";User:ANONYMOUS"); // who comes without a name is the broker itself
    }

    private Map<String, Object> client(String user) {
        return new HashMap<>(Map.of(
                "bootstrap.servers", kafka.bootstrapServers(), "security.protocol", "SASL_PLAINTEXT", "sasl.mechanism", "PLAIN",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + user + "\" password=\"secret-of-"
                        + user + "\";"));
    }

    private Admin admin(String user) {
        return Admin.create(client(user));
    }

    private KafkaProducer<String, String> producer(String user) {
        return new KafkaProducer<>(client(user), new StringSerializer(), new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer(String user, String group) {
        Map<String, Object> settings = client(user);
        settings.put("group.id", group);
        settings.put("auto.offset.reset", "earliest");
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", "false");
        settings.put("allow.auto.create.topics", "false");
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    /// The document's commands, as `kafka-acls.sh` understands them.
    private static List<AclBinding> published() throws IOException {
        String text = Files.readString(DOCUMENT, StandardCharsets.UTF_8).replaceAll("\\\\\\R\\s*", " ");
        List<AclBinding> bindings = new ArrayList<>();
        text.lines().filter(line -> line.startsWith("kafka-acls.sh ")).forEach(line -> bindings.addAll(bindings(line)));
        return bindings;
    }

    private static List<AclBinding> bindings(String command) {
        List<String> words = Arrays.asList(command.split("\\s+"));
        PatternType pattern = command.contains("--resource-pattern-type prefixed") ? PatternType.PREFIXED : PatternType.LITERAL;
        List<AclBinding> bindings = new ArrayList<>();
        for (int i = 0; i + 1 < words.size(); i++) {
            ResourceType type = switch (words.get(i)) {
                case "--topic" -> ResourceType.TOPIC;
                case "--group" -> ResourceType.GROUP;
                case "--transactional-id" -> ResourceType.TRANSACTIONAL_ID;
                default -> ResourceType.UNKNOWN;
            };
            if (type != ResourceType.UNKNOWN) {
                ResourcePattern resource = new ResourcePattern(type, words.get(i + 1), pattern);
                for (String operation : after("--operation", words)) {
                    bindings.add(new AclBinding(resource, new AccessControlEntry(
                            after("--allow-principal", words).getFirst(), "*",
                            AclOperation.fromString(operation.toUpperCase(Locale.ROOT)), AclPermissionType.ALLOW)));
                }
            }
        }
        return bindings;
    }

    private static List<String> after(String option, List<String> words) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i + 1 < words.size(); i++) {
            if (words.get(i).equals(option)) {
                values.add(words.get(i + 1));
            }
        }
        return values;
    }

    /// The job that the document speaks of, with its own rights and no others: each tenant's records to the tenant's topic, exactly once.
    private void split() throws Exception {
        Map<String, Object> settings = client(SPLITTER);
        settings.put("transactional.id", SPLITTER + "-1");
        try (Admin admin = admin(SPLITTER);
                KafkaConsumer<String, String> consumer = consumer(SPLITTER, SPLITTER);
                KafkaProducer<String, String> producer =
                        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            consumer.subscribe(List.of("runs.v1"));
            int seen = 0;
            while (seen < 4) {
                List<ConsumerRecord<String, String>> records = new ArrayList<>();
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                if (records.isEmpty()) {
                    continue;
                }
                Set<String> topics = new HashSet<>();
                records.forEach(each -> topics.add(topic(each)));
                topics.removeAll(admin.listTopics().names().get());
                admin.createTopics(topics.stream().map(name -> new NewTopic(name, 1, (short) 1)).toList()).all().get();
                producer.beginTransaction();
                for (ConsumerRecord<String, String> each : records) {
                    producer.send(new ProducerRecord<>(topic(each), each.key(), each.value()));
                }
                producer.sendOffsetsToTransaction(
                        Map.of(new TopicPartition("runs.v1", 0), new OffsetAndMetadata(records.getLast().offset() + 1)),
                        consumer.groupMetadata());
                producer.commitTransaction();
                seen += records.size();
            }
        }
    }

    private static String topic(ConsumerRecord<String, String> each) {
        Matcher organization = ORGANIZATION.matcher(each.value());
        return organization.find() ? "tenant." + organization.group(1) + ".runs.v1" : "tenant.none";
    }

    private static List<String> read(KafkaConsumer<String, String> consumer, String topic, int records) {
        consumer.subscribe(List.of(topic));
        List<String> keys = new ArrayList<>();
        long deadlineNs = System.nanoTime() + SOON.toNanos();
        while (keys.size() < records && System.nanoTime() < deadlineNs) {
            consumer.poll(Duration.ofMillis(100)).forEach(each -> keys.add(each.key()));
        }
        return keys;
    }

    @Test
    void aTenantsAnalystReadsItsOwnFacts() {
        try (KafkaConsumer<String, String> consumer = consumer(ANALYST, "acme-dashboard")) {
            assertEquals(List.of("call-7", "call-7"), read(consumer, "tenant.7.runs.v1", 2));
            consumer.commitSync();
        }
    }

    @Test
    void aTenantsAnalystReadsNothingElse() {
        for (String topic : List.of("runs.v1", "usage.v1", "call.lifecycle.v1", "tenant.70.runs.v1", "tenant.8.runs.v1")) {
            try (KafkaConsumer<String, String> consumer = consumer(ANALYST, "acme-dashboard")) {
                assertThrows(TopicAuthorizationException.class, () -> read(consumer, topic, 1), topic);
            }
        }
    }

    @Test
    void aTenantsAnalystDoesNotEvenSeeThatThereAreOthers() throws Exception {
        try (Admin admin = admin(ANALYST)) {
            assertEquals(Set.of("tenant.7.runs.v1"), admin.listTopics().names().get());
            assertEquals(List.of(), List.copyOf(admin.listGroups().all().get()).stream()
                    .filter(group -> !group.groupId().startsWith("acme-"))
                    .toList());
        }
    }

    @Test
    void aTenantsAnalystCannotUseTheGroupsOfOthers() {
        try (KafkaConsumer<String, String> consumer = consumer(ANALYST, SPLITTER)) {
            assertThrows(GroupAuthorizationException.class, () -> read(consumer, "tenant.7.runs.v1", 1));
        }
    }

    /// Why a record is not taken: the call says so, or what it promises, whichever finds out first.
    private static AuthorizationException refusal(KafkaProducer<String, String> producer, String topic) {
        Exception failure = assertThrows(Exception.class, () -> producer.send(new ProducerRecord<>(topic, "call-7", "{}")).get());
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AuthorizationException why) {
                return why;
            }
        }
        throw new AssertionError("not refused for want of rights", failure);
    }

    @Test
    void aTenantsAnalystWritesNothing() {
        try (KafkaProducer<String, String> producer = producer(ANALYST)) {
            assertNotNull(refusal(producer, "tenant.7.runs.v1"));
        }
    }

    @Test
    void theJobThatSplitsReadsNoWordsAndWritesNoFacts() {
        try (KafkaConsumer<String, String> consumer = consumer(SPLITTER, SPLITTER);
                KafkaProducer<String, String> producer = producer(SPLITTER)) {
            assertThrows(TopicAuthorizationException.class, () -> read(consumer, "call.lifecycle.v1", 1));
            assertInstanceOf(TopicAuthorizationException.class, refusal(producer, "runs.v1"));
        }
    }

    @Test
    void whoIsGivenNoRightsHasNone() throws Exception {
        try (Admin admin = admin("somebody")) {
            assertEquals(Set.of(), admin.listTopics().names().get());
        }
    }
}
