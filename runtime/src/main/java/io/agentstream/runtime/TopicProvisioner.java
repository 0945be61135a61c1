package io.agentstream.runtime;

import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topic.Cleanup;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
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

        Map<String, String> settings(Topic<?> topic) {
            Map<String, String> settings = new TreeMap<>();
            settings.put(
                    TopicConfig.CLEANUP_POLICY_CONFIG,
                    topic.cleanup().stream()
                            .map(c -> c.name().toLowerCase(Locale.ROOT))
                            .sorted()
                            .collect(Collectors.joining(",")));
            if (topic.cleanup().contains(Cleanup.DELETE)) {
                boolean audio = topic.equals(Topics.CALL_MEDIA) || topic.equals(Topics.SOCKET_COMMANDS);
                settings.put(
                        TopicConfig.RETENTION_MS_CONFIG,
                        Long.toString((audio ? media : topic.retention()).toMillis()));
            }
            return settings;
        }
    }

    /// One thing in which the broker's topics and the table differ.
    public sealed interface Difference {
        String topic();

        record Missing(String topic) implements Difference {
            @Override
            public String toString() {
                return topic + " is missing";
            }
        }

        record Differs(String topic, String what, String expected, String actual) implements Difference {
            @Override
            public String toString() {
                return topic + " has " + what + " " + actual + ", expected " + expected;
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
            int partitions = description.get().partitions().size();
            if (partitions != plan.partitions(topic)) {
                differences.add(new Difference.Differs(
                        topic.name(), "partitions", Integer.toString(plan.partitions(topic)), Integer.toString(partitions)));
            }
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
            var actual = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            plan.settings(topic).forEach((name, expected) -> {
                var entry = actual == null ? null : actual.get(name);
                String value = entry == null || entry.value() == null ? "nothing" : entry.value();
                if (!sameList(expected, value)) {
                    differences.add(new Difference.Differs(topic.name(), name, expected, value));
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
        try {
            return Optional.ofNullable(
                    admin.describeTopics(List.of(name)).allTopicNames().get().get(name));
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
}
