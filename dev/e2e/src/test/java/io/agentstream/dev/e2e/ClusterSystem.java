package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.embedded.DirectoryTree;
import io.agentstream.dev.embedded.KafkaCluster;
import io.agentstream.dev.embedded.UsedPostgres;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.runtime.TopicProvisioner;
import io.agentstream.schemas.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import tools.jackson.databind.JsonNode;

/// Three brokers, a system on them, and echo calls that run through it while brokers fail. One thread.
final class ClusterSystem implements AutoCloseable {

    private static final int CALL_PARTITIONS = 4;
    private static final int SLOTS = 4;
    private static final int REPLICAS = 3;
    private static final Duration RETENTION = Duration.ofDays(1);

    /// What is said of a run once.
    private static final List<String> ONCE = List.of("created", "running", "completed", "failed", "began", "ended");

    private final Path directory;
    private final KafkaCluster kafka;
    private final LocalSystem system;
    private final Api api;
    private final String agent;
    private final List<EchoCall> calls = new ArrayList<>();
    /// Those that were hung up.
    private final List<EchoCall> over = new ArrayList<>();

    private ClusterSystem(Path directory, KafkaCluster kafka, LocalSystem system) throws Exception {
        this.directory = directory;
        this.kafka = kafka;
        this.system = system;
        this.api = new Api(system.demo());
        this.agent = api.newAgent("{\"engine\":\"echo\"}");
    }

    /// A system whose calls hear their answers through the broker that `repliesFrom` names.
    ///
    /// @param apart brokers that get a process of their own, and can be frozen
    static ClusterSystem start(Set<Integer> apart, int repliesFrom) throws Exception {
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "e2e-");
        KafkaCluster kafka = KafkaCluster.start(directory.resolve("brokers"), apart);
        try {
            Map<String, String> environment = SharedSystem.coldEnvironment();
            environment.put("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
            environment.put("AGENT_STREAM_CALL_PARTITIONS", Integer.toString(CALL_PARTITIONS));
            environment.put("AGENT_STREAM_GATEWAY_SLOTS", Integer.toString(SLOTS));
            environment.put("AGENT_STREAM_TOPIC_REPLICATION", Integer.toString(REPLICAS));
            // often enough that a broker stands still while it is being asked who leads what
            environment.put("AGENT_STREAM_KAFKA_METADATA_MAX_AGE_MS", "1000");
            environment.put("AGENT_STREAM_GATEWAY_SLOT", Integer.toString(slotOf(kafka, repliesFrom)));
            Path data = Files.createDirectories(directory.resolve("system"));
            UsedPostgres.in(data.resolve("postgres"));
            LocalSystem system = LocalSystem.start(
                    data, false, environment, new StopBarrier(), step -> {});
            return new ClusterSystem(directory, kafka, system);
        } catch (Exception failure) {
            kafka.close();
            throw failure;
        }
    }

    /// A slot whose partition the broker leads. There are more slots than brokers, so each broker has one.
    private static int slotOf(KafkaCluster kafka, int broker) throws Exception {
        try (Admin admin = new KafkaClients(kafka.bootstrapServers(), Map.of(), Duration.ZERO).admin("test")) {
            new TopicProvisioner(admin, new TopicProvisioner.Plan(CALL_PARTITIONS, SLOTS, REPLICAS, RETENTION)).provision();
            String topic = Topics.SOCKET_COMMANDS.name();
            return Wait.until("broker " + broker + " leads a slot", () -> partitionsOf(admin, topic).stream()
                    .filter(partition -> partition.leader() != null && partition.leader().id() == broker)
                    .map(TopicPartitionInfo::partition)
                    .findFirst());
        }
    }

    /// None where the broker that was asked has not yet heard of the topic: it was made by another one just now.
    private static List<TopicPartitionInfo> partitionsOf(Admin admin, String topic) throws Exception {
        try {
            return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof UnknownTopicOrPartitionException) {
                return List.of();
            }
            throw failure;
        }
    }

    KafkaCluster kafka() {
        return kafka;
    }

    LocalSystem system() {
        return system;
    }

    String agent() {
        return agent;
    }

    /// A call that echoes; from now on frames of it may be lost.
    EchoCall talking() throws Exception {
        EchoCall call = EchoCall.begin(system, agent);
        calls.add(call);
        call.awaitHeard(25);
        call.allowGaps();
        return call;
    }

    /// Calls are refused while the cluster finds itself; the first that is not.
    EchoCall talkingAsSoonAsPossible() throws Exception {
        EchoCall taken = Wait.until("a call is taken", 60_000, () -> {
            try {
                EchoCall call = EchoCall.begin(system, agent);
                call.allowGaps();
                return Optional.of(call);
            } catch (AssertionError refused) {
                return Optional.empty();
            }
        });
        calls.add(taken);
        return taken;
    }

    /// The call ends as calls do.
    void hangUp(EchoCall call) throws Exception {
        call.hangUp();
        calls.remove(call);
        over.add(call);
    }

    /// Until every service says that it is ready.
    void awaitReady() throws Exception {
        for (String service : services()) {
            Api.awaitReady(service);
        }
    }

    /// Until each broker has all that it is to have: whoever is left then can lead.
    void awaitInSync() throws Exception {
        try (Admin admin = new KafkaClients(kafka.bootstrapServers(), Map.of(), Duration.ZERO).admin("test")) {
            Set<String> topics = admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
            Wait.until("all replicas are in sync", 60_000, () -> Wait.when(
                    admin.describeTopics(topics).allTopicNames().get().values().stream()
                            .flatMap(topic -> topic.partitions().stream())
                            .allMatch(partition -> partition.isr().size() == partition.replicas().size())));
        }
    }

    List<String> services() {
        return List.of(system.demo().gatewayAdminUrl(), system.demo().apiAdminUrl(), system.demo().workerUrl());
    }

    /// All calls go on, hang up, and are in the record: once, ended by their callers; all others were refused.
    void endAll() throws Exception {
        for (EchoCall call : List.copyOf(calls)) {
            call.awaitHeard(25);
            hangUp(call);
        }
        List<JsonNode> runs = api.awaitNoOpenRun(agent);
        for (EchoCall call : over) {
            JsonNode own = api.awaitRun(agent, call.call.callId, "completed");
            assertEquals("caller_hangup", own.path("end").path("by").asString(""), own.toString());
        }
        for (JsonNode run : runs) {
            String id = run.path("gathered_context").path("call_id").asString("");
            if (over.stream().noneMatch(call -> call.call.callId.equals(id))) {
                assertEquals("internal_error", run.path("failure").path("code").asString(""), run.toString());
            }
            assertEquals(1, runs.stream()
                    .filter(other -> id.equals(other.path("gathered_context").path("call_id").asString("")))
                    .count());
            List<String> said = api.events(run).stream().map(event -> event.path("type").asString("")).toList();
            for (String once : ONCE) {
                assertTrue(said.stream().filter(once::equals).count() <= 1, said.toString());
            }
        }
        NothingTwice.assertOn(kafka.bootstrapServers());
        EveryCallAgain.of(system, directory.resolve("system"));
    }

    @Override
    public void close() throws Exception {
        for (EchoCall call : calls) {
            call.close();
        }
        system.close();
        kafka.close();
        DirectoryTree.delete(directory);
    }
}
