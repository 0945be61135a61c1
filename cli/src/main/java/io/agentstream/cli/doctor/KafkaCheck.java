package io.agentstream.cli.doctor;

import io.agentstream.runtime.Config;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.KafkaTrouble;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.Sentences;
import io.agentstream.runtime.SessionTimeouts;
import io.agentstream.runtime.TopicProvisioner;
import io.agentstream.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/// Kafka: is it there, are its topics as the services expect them, are all replicas in sync, is there room on its disks.
record KafkaCheck(Config config, @Nullable Path data) implements Check {

    private static final double LEAST_FREE = 0.10;

    @Override
    public String about() {
        return "kafka";
    }

    @Override
    public List<Finding> look() throws Exception {
        String servers = config.find(Keys.KAFKA_BOOTSTRAP_SERVERS).orElse(null);
        if (servers == null) {
            return List.of(Finding.wrong(
                    about(), Keys.KAFKA_BOOTSTRAP_SERVERS.variable() + " is not set", "set it to host:port of a broker or two"));
        }
        try (Admin admin = new KafkaClients(config).admin("doctor")) {
            List<Finding> findings = new ArrayList<>();
            List<Node> brokers = List.copyOf(admin.describeCluster().nodes().get());
            findings.add(Finding.ok(about(), servers + " answers; brokers: " + brokers.size()));
            findings.addAll(topics(admin, servers));
            findings.addAll(replicas(admin, brokers.size()));
            findings.addAll(disks(admin, brokers));
            findings.add(sessions(admin));
            return findings;
        } catch (ExecutionException failure) {
            return List.of(switch (KafkaTrouble.of(failure)) {
                case AWAY -> Finding.wrong(
                        about(), servers + " does not answer (" + Sentences.of(failure) + ")",
                        data != null
                                ? Finding.start(data)
                                : "start it, or correct " + Keys.KAFKA_BOOTSTRAP_SERVERS.variable()
                                        + "; brokers must also advertise addresses that can be reached from here");
                case REFUSED -> Finding.wrong(
                        about(), servers + " refuses us (" + Sentences.of(failure) + ")",
                        "set AGENT_STREAM_KAFKA_SECURITY_PROTOCOL, _SASL_MECHANISM and _SASL_JAAS_CONFIG as the broker wants them, and"
                                + " give that user the rights to describe and write the topics");
                case TOO_LARGE, FATAL -> Finding.wrong(
                        about(), servers + " cannot be asked (" + Sentences.of(failure) + ")", "mend what it says");
            });
        } catch (KafkaException unusable) {
            return List.of(Finding.wrong(
                    about(), servers + " cannot be used (" + Sentences.of(unusable) + ")",
                    "correct " + Keys.KAFKA_BOOTSTRAP_SERVERS.variable() + " and the other AGENT_STREAM_KAFKA_ variables"));
        }
    }

    private List<Finding> topics(Admin admin, String servers) throws ExecutionException, InterruptedException {
        List<TopicProvisioner.Difference> differences =
                new TopicProvisioner(admin, TopicProvisioner.Plan.of(config)).compare();
        return differences.isEmpty()
                ? List.of(Finding.ok("topics", "all " + Topics.ALL.size() + " are as the services expect them"))
                : differences.stream()
                        .map(difference -> Finding.wrong("topics", difference.toString(), difference.remedy(servers)))
                        .toList();
    }

    /// Of how many of its replicas a topic wants that they have what is written.
    private static int leastInSync(Admin admin, String topic) throws InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            var settings = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            ConfigEntry entry = settings == null ? null : settings.get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG);
            return entry == null || entry.value() == null ? 1 : Integer.parseInt(entry.value());
        } catch (ExecutionException missing) {
            return 1; // the line about topics says so
        }
    }

    private List<Finding> replicas(Admin admin, int brokers) throws ExecutionException, InterruptedException {
        int wanted = config.get(Keys.TOPIC_REPLICATION);
        List<Finding> findings = new ArrayList<>();
        if (wanted > brokers) {
            findings.add(Finding.wrong(
                    "replication", "each topic is to have " + wanted + " replicas, and there are only " + brokers + " brokers",
                    "start the brokers that are away, or set " + Keys.TOPIC_REPLICATION.variable() + "=" + brokers));
        } else if (wanted < 3 && brokers >= 3) {
            findings.add(Finding.wrong(
                    "replication", "topics have " + wanted + " replicas on " + brokers + " brokers: with one broker calls and records are lost",
                    "set " + Keys.TOPIC_REPLICATION.variable() + "=3 for every process and make the topics anew"));
        }
        List<String> late = new ArrayList<>();
        List<String> stuck = new ArrayList<>();
        for (var topic : Topics.ALL) {
            try {
                TopicDescription description =
                        admin.describeTopics(List.of(topic.name())).allTopicNames().get().get(topic.name());
                if (description == null) {
                    continue;
                }
                if (description.partitions().stream().anyMatch(p -> p.isr().size() < p.replicas().size())) {
                    late.add(topic.name());
                }
                int least = leastInSync(admin, topic.name());
                if (description.partitions().stream().anyMatch(p -> p.replicas().size() < least)) {
                    stuck.add(topic.name());
                }
            } catch (ExecutionException missing) {
                if (!(missing.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw missing;
                }
            }
        }
        if (!late.isEmpty()) {
            findings.add(Finding.wrong(
                    "replication", "not all replicas are in sync of " + String.join(", ", late),
                    "see why a broker is away or behind; with fewer than min.insync.replicas no new call is taken"));
        }
        if (!stuck.isEmpty()) {
            findings.add(Finding.wrong(
                    "replication", "nothing can be written to " + String.join(", ", stuck) + ": min.insync.replicas is more than there are replicas",
                    "lower min.insync.replicas of each, or give them more replicas, as the lines about topics say"));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok("replication", wanted + (wanted == 1 ? " replica" : " replicas") + " of each partition, all in sync"
                    + (brokers < 3 ? "; with three brokers a call would outlive one of them" : "")));
        }
        return findings;
    }

    /// How soon a worker that was killed is missed.
    private Finding sessions(Admin admin) {
        Duration wanted = config.get(Keys.WORKER_SESSION_TIMEOUT);
        Duration shortest = SessionTimeouts.shortest(admin).orElse(null);
        if (shortest == null) {
            return Finding.ok("sessions", "we may not ask the brokers how short a session timeout they take");
        }
        return shortest.compareTo(wanted) <= 0
                ? Finding.ok("sessions", "a worker that was killed is missed after " + wanted.toMillis() + " ms")
                : Finding.wrong(
                        "sessions", "a worker that was killed is missed only after " + shortest.toMillis() + " ms: brokers take no less",
                        "set group.min.session.timeout.ms of the brokers to " + wanted.toMillis() + " or less, or be content with it and set "
                                + Keys.WORKER_SESSION_TIMEOUT.variable() + "=" + shortest.toMillis() + "ms");
    }

    private List<Finding> disks(Admin admin, List<Node> brokers) throws ExecutionException, InterruptedException {
        List<Finding> findings = new ArrayList<>();
        var all = admin.describeLogDirs(brokers.stream().map(Node::id).toList()).allDescriptions().get();
        all.forEach((broker, directories) -> {
            for (LogDirDescription directory : directories.values()) {
                if (directory.totalBytes().isPresent() && directory.usableBytes().isPresent()) {
                    findings.add(disk(broker, directory.usableBytes().getAsLong(), directory.totalBytes().getAsLong()));
                }
            }
        });
        return findings;
    }

    static Finding disk(int broker, long usable, long total) {
        String says = "broker " + broker + " has " + (usable >> 20) + " MiB of " + (total >> 20) + " free";
        return usable < total * LEAST_FREE
                ? Finding.wrong("disk", says, "make room, or keep audio for less long (" + Keys.MEDIA_RETENTION.variable() + ")")
                : Finding.ok("disk", says);
    }
}
