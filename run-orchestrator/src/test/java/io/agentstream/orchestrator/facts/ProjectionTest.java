package io.agentstream.orchestrator.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.RunEvent.RunRef;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.Usage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProjectionTest {

    private static final Instant T0 = Instant.parse("2026-01-01T12:00:10Z");
    private static final CallId CALL = new CallId(UUID.randomUUID());

    @TempDir
    Path directory;

    private TopologyTestDriver driver;
    private TestInputTopic<String, byte[]> events;
    private TestOutputTopic<String, RunFacts> runs;
    private TestOutputTopic<String, Usage> usage;
    private TestOutputTopic<byte[], byte[]> deadLetters;

    @BeforeEach
    void open() {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, Projections.APPLICATION);
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        driver = new TopologyTestDriver(ProjectionTopology.build(), properties, T0);
        events = driver.createInputTopic(Topics.RUN_EVENTS.name(), new StringSerializer(), new ByteArraySerializer());
        runs = driver.createOutputTopic(
                Topics.RUNS.name(), new StringDeserializer(), new CodecSerde<>(Topics.RUNS.codec()).deserializer());
        usage = driver.createOutputTopic(
                Topics.USAGE.name(), new StringDeserializer(), new CodecSerde<>(Topics.USAGE.codec()).deserializer());
        deadLetters = driver.createOutputTopic(
                Topics.DEAD_LETTERS.name(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private static RunRef run(long organization) {
        return new RunRef(1, "WR-AGS-00000001", organization, 5, 2, 0);
    }

    private void put(RunEvent event) {
        events.pipeInput(event.callId().toString(), Topics.RUN_EVENTS.codec().encode(event));
    }

    private static RunEvent created(CallId call) {
        return new RunEvent.Created(call, 1, T0, run(7));
    }

    private static RunEvent running(CallId call) {
        return new RunEvent.Running(
                call, 2, T0.plusSeconds(1), run(7), MediaFormat.MULAW_8K,
                Json.MAPPER.createObjectNode(), Json.MAPPER.createObjectNode(), null);
    }

    private static RunEvent completed(CallId call, Instant at) {
        return new RunEvent.Completed(call, 9, at, run(7), End.CALLER_HANGUP, 1000, 30_000, "0.0500");
    }

    private static RunEvent failed(CallId call, Instant at) {
        return new RunEvent.Failed(call, 2, at, run(7), Failure.SESSION_INVALID, "Cloudonix session validation failed");
    }

    @Test
    void keepsTheLatestFactsOfARun() {
        put(created(CALL));
        put(running(CALL));
        put(completed(CALL, T0.plusSeconds(31)));

        List<TestRecord<String, RunFacts>> facts = runs.readRecordsToList();

        assertEquals(List.of("initialized", "running", "completed"), facts.stream().map(f -> f.value().state()).toList());
        assertEquals(CALL.toString(), facts.getLast().key());
        assertEquals(
                new RunFacts(
                        CALL, run(7), "completed", T0, T0.plusSeconds(1), T0.plusSeconds(31), 30_000L,
                        End.CALLER_HANGUP, null, "0.0500"),
                facts.getLast().value());
    }

    @Test
    void eventsThatAreSaidAgainChangeNothing() {
        for (int i = 0; i < 3; i++) {
            put(created(CALL));
            put(running(CALL));
            put(completed(CALL, T0.plusSeconds(31)));
        }

        assertEquals(3, runs.readRecordsToList().size());
        assertEquals(1, usage.readRecordsToList().size());
    }

    @Test
    void aRunThatIsOverStaysSo() {
        put(created(CALL));
        put(failed(CALL, T0.plusSeconds(2)));
        put(completed(CALL, T0.plusSeconds(31)));

        assertEquals("failed", runs.readValuesToList().getLast().state());
    }

    @Test
    void countsByOrganisationAndMinuteOfTheEnd() {
        CallId second = new CallId(UUID.randomUUID());
        CallId third = new CallId(UUID.randomUUID());
        put(completed(CALL, Instant.parse("2026-01-01T12:00:59Z")));
        put(failed(second, Instant.parse("2026-01-01T12:00:00Z")));
        put(completed(third, Instant.parse("2026-01-01T12:01:00Z")));

        Map<String, Usage> last = usage.readKeyValuesToMap();

        Instant noon = Instant.parse("2026-01-01T12:00:00Z");
        assertEquals(
                Map.of(
                        "7@2026-01-01T12:00:00Z", new Usage(7, noon, 1, 1, 30_000),
                        "7@2026-01-01T12:01:00Z", new Usage(7, noon.plusSeconds(60), 1, 0, 30_000)),
                last);
    }

    @Test
    void forgetsWhatCannotComeAgain() {
        put(created(CALL));
        put(completed(CALL, T0.plusSeconds(31)));
        assertEquals(1, count("runs"));

        driver.advanceWallClockTime(ProjectionTopology.RUNS_KEPT.plusMinutes(2));
        assertEquals(0, count("runs"));
        assertEquals(1, count("usage"));
        driver.advanceWallClockTime(ProjectionTopology.MINUTES_KEPT);

        assertEquals(0, count("usage"));
    }

    @Test
    void remembersRunsThatAreOpenHoweverLong() {
        put(created(CALL));

        driver.advanceWallClockTime(Duration.ofDays(2));

        assertEquals(1, count("runs"));
    }

    private int count(String store) {
        int count = 0;
        try (var all = driver.<String, Object>getKeyValueStore(store).all()) {
            while (all.hasNext()) {
                all.next();
                count++;
            }
        }
        return count;
    }

    @Test
    void putsBadBytesAsideAndGoesOn() {
        events.pipeInput("k", "{\"type\":\"created\"}".getBytes(StandardCharsets.UTF_8));
        put(created(CALL));

        TestRecord<byte[], byte[]> letter = deadLetters.readRecord();

        assertEquals("run.events.v1", header(letter, "topic"));
        assertEquals("0", header(letter, "partition"));
        assertEquals("0", header(letter, "offset"));
        assertEquals("Created without callId", header(letter, "reason"));
        assertEquals(1, runs.readRecordsToList().size());
    }

    private static String header(TestRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return new String(header.value(), StandardCharsets.UTF_8);
    }
}
