package io.agentstream.runtime;

import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/// Compares the broker's topics with the table in [Topics], and creates those that are missing. Changes nothing that exists.
/// Blocks; any thread.
public final class TopicProvisioner {

    /// How the table's groups are sized on one installation.
    ///
    /// @param calls partitions of the topics that are keyed by call
    /// @param slots partitions of `socket.commands.v1`
    /// @param replicas replicas of each partition
    /// @param media how long audio is kept
    public record Plan(int calls, int slots, int replicas, Duration media) {

        private static final int FEW = 1;

        public static Plan of(Config config) {
            return new Plan(
                    config.get(Keys.CALL_PARTITIONS),
                    config.get(Keys.GATEWAY_SLOTS),
                    config.get(Keys.TOPIC_REPLICATION),
                    config.get(Keys.MEDIA_RETENTION));
        }

        public int partitions(Topic<?> topic) {
            return switch (topic.partitions()) {
                case CALLS -> calls;
                case SLOTS -> slots;
                case FEW -> FEW;
            };
        }

        /// The settings that a topic's promises depend on: without them the broker's own hold, which keep a day's records for eight,
        /// and compact what is quiet hardly ever.
        public Map<String, String> settings(Topic<?> topic) {
            return TopicSettings.of(topic, staysWithAudio(topic) ? media : topic.retention(), isAudio(topic) ? 1 : inSync());
        }

        private static boolean isAudio(Topic<?> topic) {
            return topic.equals(Topics.CALL_MEDIA) || topic.equals(Topics.SOCKET_COMMANDS);
        }

        /// The journal speaks of frames by their numbers.
        private static boolean staysWithAudio(Topic<?> topic) {
            return isAudio(topic) || topic.equals(Topics.CALL_JOURNAL);
        }

        /// How many replicas must have a record before it counts as written.
        private int inSync() {
            return replicas >= 3 ? 2 : 1;
        }

        /// The key that says how many partitions the topic has.
        private static Optional<Key<Integer>> partitionsKey(Topic<?> topic) {
            return switch (topic.partitions()) {
                case CALLS -> Optional.of(Keys.CALL_PARTITIONS);
                case SLOTS -> Optional.of(Keys.GATEWAY_SLOTS);
                case FEW -> Optional.empty();
            };
        }
    }

    /// One thing in which the broker's topics and the table differ. Its text says what differs.
    public sealed interface Difference {
        String topic();

        /// What a person can do about it, with the command line.
        ///
        /// @param bootstrapServers where Kafka is
        String remedy(String bootstrapServers);

        record Missing(String topic) implements Difference {
            @Override
            public String remedy(String bootstrapServers) {
                return "./agent-stream topics";
            }

            @Override
            public String toString() {
                return topic + " is missing";
            }
        }

        /// @param key the key that says how many there are to be, where there is one
        record Partitions(String topic, int expected, int actual, Optional<Key<Integer>> key) implements Difference {
            @Override
            public String remedy(String bootstrapServers) {
                return key.map(it -> "set " + it.variable() + "=" + actual + " for every process; or ").orElse("")
                        + "stop everything and make the topic anew, which loses what is on it: kafka-topics.sh --bootstrap-server "
                        + bootstrapServers + " --delete --topic " + topic + "; ./agent-stream topics";
            }

            @Override
            public String toString() {
                return topic + " has partitions " + actual + ", expected " + expected;
            }
        }

        record Replicas(String topic, int expected, int actual) implements Difference {
            @Override
            public String remedy(String bootstrapServers) {
                return "set " + Keys.TOPIC_REPLICATION.variable() + "=" + actual + "; or move the replicas: kafka-reassign-partitions.sh"
                        + " --bootstrap-server " + bootstrapServers + " --execute --reassignment-json-file FILE";
            }

            @Override
            public String toString() {
                return topic + " has replicas " + actual + ", expected " + expected;
            }
        }

        record Setting(String topic, String name, String expected, String actual) implements Difference {
            @Override
            public String remedy(String bootstrapServers) {
                return "kafka-configs.sh --bootstrap-server " + bootstrapServers + " --alter --entity-type topics --entity-name " + topic
                        + " --add-config " + name + "=" + (expected.contains(",") ? "[" + expected + "]" : expected);
            }

            @Override
            public String toString() {
                return topic + " has " + name + " " + actual + ", expected " + expected;
            }
        }
    }

    private final Admin admin;
    private final Plan plan;

    public TopicProvisioner(Admin admin, Plan plan) {
        this.admin = admin;
        this.plan = plan;
    }

    /// Every difference there is; creates nothing.
    public List<Difference> compare() throws ExecutionException, InterruptedException {
        List<Difference> differences = new ArrayList<>();
        for (Topic<?> topic : Topics.ALL) {
            Optional<TopicDescription> description = describe(topic.name());
            if (description.isEmpty()) {
                differences.add(new Difference.Missing(topic.name()));
                continue;
            }
            List<TopicPartitionInfo> partitions = description.get().partitions();
            if (partitions.size() != plan.partitions(topic)) {
                differences.add(new Difference.Partitions(
                        topic.name(), plan.partitions(topic), partitions.size(), Plan.partitionsKey(topic)));
            }
            int replicas = partitions.stream().mapToInt(partition -> partition.replicas().size()).min().orElse(0);
            if (replicas != plan.replicas()) {
                differences.add(new Difference.Replicas(topic.name(), plan.replicas(), replicas));
            }
            Optional<org.apache.kafka.clients.admin.Config> actual = settings(topic.name());
            if (actual.isEmpty()) {
                differences.add(new Difference.Missing(topic.name()));
                continue;
            }
            plan.settings(topic).forEach((name, expected) -> {
                ConfigEntry entry = actual.get().get(name);
                String value = entry == null || entry.value() == null ? "nothing" : entry.value();
                if (!sameList(expected, value)) {
                    differences.add(new Difference.Setting(topic.name(), name, expected, value));
                }
            });
        }
        return differences;
    }

    private static boolean sameList(String expected, String actual) {
        return List.of(expected.split(",")).stream().sorted().toList()
                .equals(List.of(actual.split(",")).stream().sorted().toList());
    }

    private Optional<TopicDescription> describe(String name) throws ExecutionException, InterruptedException {
        return ifKnown(admin.describeTopics(List.of(name)).allTopicNames()).map(all -> all.get(name));
    }

    private Optional<org.apache.kafka.clients.admin.Config> settings(String name) throws ExecutionException, InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        return ifKnown(admin.describeConfigs(List.of(resource)).all()).map(all -> all.get(resource));
    }

    /// Nothing where there is no such topic, as far as the broker that was asked has heard: of several brokers, each learns of a new
    /// topic in its own time.
    private static <T> Optional<T> ifKnown(KafkaFuture<T> answer) throws ExecutionException, InterruptedException {
        try {
            return Optional.ofNullable(answer.get());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /// Creates what is missing and returns the differences that remain, which creating cannot mend.
    public List<Difference> provision() throws ExecutionException, InterruptedException {
        List<Difference> before = compare();
        List<NewTopic> missing = Topics.ALL.stream()
                .filter(topic -> before.contains(new Difference.Missing(topic.name())))
                .map(topic -> new NewTopic(topic.name(), plan.partitions(topic), (short) plan.replicas())
                        .configs(plan.settings(topic)))
                .toList();
        if (!missing.isEmpty()) {
            for (var created : admin.createTopics(missing).values().values()) {
                try {
                    created.get();
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof TopicExistsException)) { // somebody else was faster
                        throw e;
                    }
                }
            }
        }
        return before.stream().filter(d -> !(d instanceof Difference.Missing)).toList();
    }

    /// As [#provision()], and changes the settings that differ, for the owner of a broker that is nobody else's.
    public List<Difference> align() throws ExecutionException, InterruptedException {
        List<Difference> left = new ArrayList<>();
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
        for (Difference difference : provision()) {
            if (difference instanceof Difference.Setting(String topic, String name, String expected, String _)) {
                changes.computeIfAbsent(new ConfigResource(ConfigResource.Type.TOPIC, topic), _ -> new ArrayList<>())
                        .add(new AlterConfigOp(new ConfigEntry(name, expected), AlterConfigOp.OpType.SET));
            } else {
                left.add(difference);
            }
        }
        if (!changes.isEmpty()) {
            admin.incrementalAlterConfigs(changes).all().get();
        }
        return left;
    }
}
