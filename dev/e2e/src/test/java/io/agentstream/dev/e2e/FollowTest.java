package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.cli.AgentStream;
import io.agentstream.cli.Terminal;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.orchestrator.follow.CallTail;
import io.agentstream.runtime.DutyCycleRunner;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topics;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// Calls are watched at a terminal while they happen.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(4)
final class FollowTest {

    @Test
    void tailShowsACallAsItHappensOnALineForEachThing(LocalSystem system, Path data) throws Exception {
        // given
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);
        CompletableFuture<Integer> code = new CompletableFuture<>();
        Thread tail = Thread.ofPlatform().start(() -> code.complete(AgentStream.run(
                new Terminal(Map.of(), out, out), "tail", "--data", data.toString(), "--agent", system.demo().agentUuid(), "--for", "2m")));
        Wait.until("it is followed", () -> {
            Ran call = Ran.of(Map.of(), "call", "--data", data.toString(), "--seconds", "1");
            return Wait.when(written.toString(StandardCharsets.UTF_8).contains(name(call)));
        });

        // when
        Ran followed = Ran.of(Map.of(), "call", "--data", data.toString(), "--dtmf", "3");
        String run = name(followed);
        List<String> lines = Wait.until("the call's end", () -> {
            List<String> own = written.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains(run)).toList();
            return own.stream().anyMatch(line -> line.contains("completed")) ? Optional.of(own) : Optional.empty();
        });
        tail.interrupt();

        // then
        assertEquals(0, code.get());
        assertTrue(lines.stream().allMatch(line -> line.matches("[0-9:.]{12}  WR-AGS-[0-9]{8}  [a-z_]+ .*")), String.join("\n", lines));
        String all = String.join("\n", lines);
        assertTrue(all.contains("  said          agent: Hello, and welcome"), all);
        assertTrue(all.contains("  heard         caller pressed 3"), all);
        assertTrue(all.contains("  completed     agent_hangup after "), all);
    }

    private static String name(Ran call) {
        return call.out().replaceFirst("(?s).*?(WR-AGS-[0-9]{8}).*", "$1");
    }

    @Test
    void fiftyWhoFollowACallInTheLogAreGivenAllOfItByOneReader(LocalSystem system, Path data) throws Exception {
        // given
        KafkaClients clients = new KafkaClients(system.demo().kafkaBootstrapServers(), Map.of(), Duration.ZERO);
        AtomicInteger readers = new AtomicInteger();
        CallTail tail = new CallTail(
                () -> {
                    readers.incrementAndGet();
                    return clients.reader("follow-test", "latest", 500);
                },
                List.of(Topics.CALL_LIFECYCLE, Topics.CALL_MEDIA, Topics.RUN_EVENTS, Topics.CONVERSATION_EVENTS));
        Api api = new Api(system.demo());
        Thread call = Thread.ofPlatform().start(() -> Ran.of(
                Map.of(), "call", "--data", data.toString(), "--agent", system.demo().echoAgentUuid(), "--seconds", "6"));
        JsonNode run = Wait.until("a call", () -> api
                .send("GET", "/api/v1/runs?state=running&agent=" + system.demo().echoAgentUuid(), "").path("items").valueStream().findFirst());
        CallId id = new CallId(UUID.fromString(run.path("call_id").asString("")));

        // when
        List<Told> all = IntStream.range(0, 50).mapToObj(_ -> new Told()).toList();
        try (DutyCycleRunner runner = new DutyCycleRunner(tail, Duration.ofSeconds(5), fault -> {}).start()) {
            for (Told each : all) {
                each.begins = tail.follow(id, each);
            }
            call.join();
            Wait.until("the end for everybody", () -> all.stream().allMatch(Told::isOver) ? Optional.of(all) : Optional.empty());
        }

        // then
        assertEquals(1, readers.get());
        for (Told each : all) {
            each.begins.forEach((partition, offset) -> assertTrue(
                    each.records.stream().filter(record -> record.topic().equals(partition.topic()))
                            .allMatch(record -> record.partition() == partition.partition() && record.offset() >= offset)));
            assertEquals(each.records.size(), each.records.stream().map(record -> record.topic() + record.offset()).distinct().count());
        }
        assertTrue(all.getLast().records.stream().filter(record -> record.topic().equals("call.media.v1")).count() > 50);
    }

    /// Somebody who keeps what comes.
    private static final class Told implements CallTail.Sink {
        private final List<ConsumerRecord<byte[], byte[]>> records = new CopyOnWriteArrayList<>();
        private volatile Map<TopicPartition, Long> begins = Map.of();

        boolean isOver() {
            return records.stream().anyMatch(record -> record.topic().equals("call.lifecycle.v1")
                    && new String(record.value(), StandardCharsets.UTF_8).contains("\"ended\""));
        }

        @Override
        public void came(ConsumerRecord<byte[], byte[]> record) {
            records.add(record);
        }

        @Override
        public void broke() {}

        @Override
        public boolean isOpen() {
            return true;
        }
    }

    @Test
    void tailOfASystemThatIsNotThereSaysHowToStartOne() {
        // when
        Ran tail = Ran.of(Map.of(), "tail", "--data", "/nowhere/at/all");

        // then
        assertEquals(1, tail.code());
        assertTrue(tail.err().contains("./agent-stream up --data /nowhere/at/all"), tail.err());
    }
}
