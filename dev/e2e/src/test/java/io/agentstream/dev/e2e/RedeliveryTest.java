package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Everything is read once more, as after the loss of all offsets.
final class RedeliveryTest {

    private static final String GROUP = "run-orchestrator";
    private static final List<String> TOPICS = List.of(Topics.CALL_LIFECYCLE.name(), Topics.CONVERSATION_EVENTS.name());

    private Infrastructure infrastructure;

    @BeforeEach
    void start() throws Exception {
        infrastructure = Infrastructure.start();
    }

    @AfterEach
    void stop() throws Exception {
        infrastructure.close();
    }

    @Test
    void nothingIsDoneTwiceWhenAllIsReadAgain() throws Exception {
        String agent;
        List<JsonNode> runs;
        List<List<JsonNode>> events = new ArrayList<>();
        JsonNode owner;
        try (LocalSystem system = infrastructure.startSystem()) {
            // given good calls and refused ones, of an owner who pays
            Api api = new Api(system.demo());
            agent = api.newAgent("{\"engine\":\"echo\"}");
            for (int n = 0; n < 2; n++) {
                try (EchoCall good = EchoCall.begin(paid(system, agent), EchoCall.FRAMES_OF_160)) {
                    api.send("PATCH", "/api/v1/users/me", "{\"credits\":\"50.00\"}");
                    good.awaitHeard(25);
                    good.hangUp();
                }
            }
            for (Cause cause : List.of(
                    Cause.UNKNOWN_DOMAIN, Cause.EXPECTED_START, Cause.SESSION_INVALID, Cause.QUOTA_EXCEEDED, Cause.WORKFLOW_NOT_FOUND)) {
                Attempt bad = paid(system, agent);
                cause.spoil(bad);
                assertEquals(cause.failure.closeCode(), bad.place(api).code());
            }
            api.send("PATCH", "/api/v1/users/me", "{\"credits\":\"50.00\"}");
            try (EchoCall good = EchoCall.begin(paid(system, agent), EchoCall.FRAMES_OF_160)) {
                good.awaitHeard(25);
                good.hangUp();
            }
            runs = api.awaitNoOpenRun(agent);
            assertEquals(7, runs.size());
            for (JsonNode run : runs) {
                events.add(settled(api, run));
            }
            owner = api.send("GET", "/api/v1/users/me", "");
            assertTrue(!owner.path("credits").isNull(), owner.toString());
        }

        // when the group has forgotten what it has read
        Map<TopicPartition, Long> ends = forget();

        // then reading it again changes nothing
        try (LocalSystem system = infrastructure.startSystem()) {
            Api api = new Api(system.demo());
            awaitRead(ends);
            assertEquals(runs, api.runs(agent));
            for (int n = 0; n < runs.size(); n++) {
                assertEquals(events.get(n), api.events(runs.get(n)));
            }
            assertEquals(owner, api.send("GET", "/api/v1/users/me", ""));
            try (EchoCall next = EchoCall.begin(system, agent)) {
                next.awaitHeard(5);
                next.hangUp();
            }
            assertEquals(8, api.awaitNoOpenRun(agent).size());
        }
    }

    private static Attempt paid(LocalSystem system, String agent) {
        Attempt attempt = new Attempt(system, agent);
        attempt.credits = "\"50.00\"";
        return attempt;
    }

    /// The run's events, when the socket's last word is among them.
    private static List<JsonNode> settled(Api api, JsonNode run) throws Exception {
        return Wait.until("last event of a run", () -> {
            List<JsonNode> events = api.events(run);
            return events.stream().anyMatch(e -> e.path("type").asString("").equals("ended")) ? Optional.of(events) : Optional.empty();
        });
    }

    /// Sets the group's offsets to the beginning; the ends of the topics at this time.
    private Map<TopicPartition, Long> forget() throws Exception {
        try (Admin admin = admin()) {
            Map<TopicPartition, OffsetAndMetadata> beginning = new HashMap<>();
            Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
            for (var topic : admin.describeTopics(TOPICS).allTopicNames().get().values()) {
                topic.partitions().forEach(partition -> {
                    TopicPartition each = new TopicPartition(topic.name(), partition.partition());
                    beginning.put(each, new OffsetAndMetadata(0));
                    latest.put(each, OffsetSpec.latest());
                });
            }
            admin.alterConsumerGroupOffsets(GROUP, beginning).all().get();
            Map<TopicPartition, Long> ends = new HashMap<>();
            admin.listOffsets(latest).all().get().forEach((partition, end) -> ends.put(partition, end.offset()));
            return ends;
        }
    }

    private void awaitRead(Map<TopicPartition, Long> ends) throws Exception {
        try (Admin admin = admin()) {
            Wait.until("all is read again", 60_000, () -> {
                var committed = admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata().get();
                boolean read = ends.entrySet().stream().allMatch(end -> {
                    OffsetAndMetadata offset = committed.get(end.getKey());
                    return offset != null && offset.offset() >= end.getValue();
                });
                return read ? Optional.of(ends) : Optional.empty();
            });
        }
    }

    private Admin admin() {
        String servers = infrastructure.environment().getOrDefault("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", "");
        return new KafkaClients(servers, Map.of(), Duration.ZERO).admin("test");
    }
}
