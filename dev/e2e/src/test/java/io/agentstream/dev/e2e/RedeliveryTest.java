package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.Topics;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Everything is read once more, as after the loss of all offsets.
@OwnSystem
@Drill
final class RedeliveryTest {

    private static final String GROUP = "run-orchestrator";
    private static final String PROJECTIONS = "agent-stream-facts";
    private static final String SUMS = "agent-stream-sums";
    private static final List<String> TOPICS = List.of(Topics.CALL_LIFECYCLE.name(), Topics.CONVERSATION_EVENTS.name());

    private static final BigDecimal GRANTED = new BigDecimal("50.00");

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
        String poor = "";
        List<JsonNode> runs;
        List<List<JsonNode>> events = new ArrayList<>();
        JsonNode owner;
        Map<String, RunFacts> facts;
        try (LocalSystem system = infrastructure.startSystem()) {
            // given good calls and refused ones, of an owner who pays
            Api api = new Api(system.demo());
            agent = api.newAgent("{\"engine\":\"echo\"}");
            new Operator(system.demo()).grant(api.send("GET", "/api/v1/users/me", "").path("id").asLong(), GRANTED.toPlainString());
            for (int n = 0; n < 2; n++) {
                try (EchoCall good = EchoCall.begin(system, agent)) {
                    good.awaitHeard(25);
                    good.hangUp();
                }
            }
            for (Cause cause : List.of(
                    Cause.UNKNOWN_DOMAIN, Cause.EXPECTED_START, Cause.SESSION_INVALID, Cause.QUOTA_EXCEEDED, Cause.WORKFLOW_NOT_FOUND)) {
                Attempt bad = new Attempt(system, agent);
                cause.spoil(bad);
                assertEquals(cause.failure.closeCode(), bad.place().code());
                if (cause == Cause.QUOTA_EXCEEDED) {
                    poor = bad.agent;
                }
            }
            try (EchoCall good = EchoCall.begin(system, agent)) {
                good.awaitHeard(25);
                good.hangUp();
            }
            runs = new ArrayList<>(api.awaitNoOpenRun(agent));
            runs.addAll(api.awaitNoOpenRun(poor));
            assertEquals(7, runs.size());
            for (JsonNode run : runs) {
                events.add(api.awaitEnd(run));
            }
            owner = api.send("GET", "/api/v1/users/me", "");
            assertTrue(new BigDecimal(owner.path("credits").asString()).compareTo(GRANTED) < 0, "their talk costs something: " + owner);
            awaitCounted(7);
            facts = Wait.until("the facts are final", 60_000, () -> {
                Map<String, RunFacts> known = TopicReader.latest(infrastructure.servers(), Topics.RUNS);
                return Wait.when(known.values().stream().allMatch(each -> Boolean.TRUE.equals(each.isFinal()))).map(_ -> known);
            });
            assertEquals(7, facts.size());
        }

        // when the group has forgotten what it has read
        Map<TopicPartition, Long> ends = forget();

        // then reading it again changes nothing
        try (LocalSystem system = infrastructure.startSystem()) {
            Api api = new Api(system.demo());
            groups().awaitRead(GROUP, ends);
            assertEquals(runs, Stream.concat(api.runs(agent).stream(), api.runs(poor).stream()).toList());
            for (int n = 0; n < runs.size(); n++) {
                assertEquals(events.get(n), api.events(runs.get(n)));
            }
            assertEquals(owner, api.send("GET", "/api/v1/users/me", ""));
            try (EchoCall next = EchoCall.begin(system, agent)) {
                next.awaitHeard(5);
                next.hangUp();
            }
            assertEquals(7, api.awaitNoOpenRun(agent).size());

            // and nothing is counted twice
            awaitCounted(8);
            groups().awaitRead(PROJECTIONS, groups().ends(List.of(Topics.RUN_EVENTS.name(), Topics.CALL_LIFECYCLE.name(), Topics.CONVERSATION_EVENTS.name())));
            Map<TopicPartition, Long> table = groups().ends(List.of(Topics.RUNS.name()));
            table.replaceAll((_, end) -> end - 1); // the last is the end of a transaction, which nobody reads
            groups().awaitRead(SUMS, table);
            Map<String, RunFacts> now = TopicReader.latest(infrastructure.servers(), Topics.RUNS);
            assertEquals(8, now.size());
            now.keySet().retainAll(facts.keySet());
            assertEquals(facts, now);
            assertEquals(8, TopicReader.counted(infrastructure.servers()));
        }
    }

    private void awaitCounted(long runs) throws Exception {
        Wait.until(runs + " runs are counted", 60_000, () -> Wait.when(TopicReader.counted(infrastructure.servers()) >= runs));
    }

    /// Sets the groups' offsets to the beginning; the ends of the orchestrators' topics at this time.
    private Map<TopicPartition, Long> forget() throws Exception {
        Map<TopicPartition, Long> ends = groups().ends(TOPICS);
        try (Admin admin = groups().admin()) {
            forget(admin, GROUP, ends);
            forget(admin, PROJECTIONS, ends);
            forget(admin, PROJECTIONS, groups().ends(List.of(Topics.RUN_EVENTS.name())));
            forget(admin, SUMS, groups().ends(List.of(Topics.RUNS.name())));
        }
        return ends;
    }

    private static void forget(Admin admin, String group, Map<TopicPartition, Long> ends) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> beginning = new HashMap<>();
        ends.keySet().forEach(partition -> beginning.put(partition, new OffsetAndMetadata(0)));
        Wait.until(group + " has no members, and forgets", 60_000, () -> {
            try {
                admin.alterConsumerGroupOffsets(group, beginning).all().get();
                return Optional.of(true);
            } catch (ExecutionException stillThere) {
                return Optional.empty();
            }
        });
    }

    private Groups groups() {
        return new Groups(infrastructure.servers());
    }
}
