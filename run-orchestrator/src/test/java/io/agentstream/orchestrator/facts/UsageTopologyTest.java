package io.agentstream.orchestrator.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.BuildVersion;
import io.agentstream.schemas.AgentUsage;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.Usage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UsageTopologyTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(5);
    private TopologyTestDriver driver;
    private TestInputTopic<String, byte[]> runs;
    private TestOutputTopic<String, Usage> usage;

    @BeforeEach
    void open() {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, Projections.USAGE);
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        driver = new TopologyTestDriver(UsageTopology.build(), properties, NOON);
        runs = driver.createInputTopic(Topics.RUNS.name(), new StringSerializer(), new ByteArraySerializer());
        usage = driver.createOutputTopic(
                Topics.USAGE.name(), new StringDeserializer(), new CodecSerde<>(Topics.USAGE.codec()).deserializer());
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private static RunFacts facts(CallId call, RunEvent end, boolean talked, long revision) {
        Known known = RunTable.next(Known.nothing(call), Calls.created(call));
        if (talked) {
            known = RunTable.next(known, Calls.running(call));
        }
        known = RunTable.next(known, end);
        for (long told = 0; told < revision; told++) {
            known = known.told();
        }
        return known.facts();
    }

    private void put(RunFacts facts) {
        runs.pipeInput(facts.callId().toString(), Topics.RUNS.codec().encode(facts), NOON);
    }

    private static Usage minute(
            Instant at, long completed, long failed, long talkMs, long admitted, @Nullable Map<String, Long> refused, long seconds,
            String cost) {
        return new Usage(
                7, at, completed, failed, talkMs, completed + failed, admitted, refused, seconds, cost,
                Map.of("5", new AgentUsage(completed, failed, admitted, seconds, cost)), 2, BuildVersion.text());
    }

    @Test
    void addsTheRunsOfAMinuteUp() {
        put(facts(Calls.call(random), Calls.completed(Calls.call(random), NOON.plusSeconds(59), 29_001, "0.0500"), true, 3));
        put(facts(Calls.call(random), Calls.failed(Calls.call(random), NOON), false, 2));
        put(facts(
                Calls.call(random),
                new RunEvent.Failed(
                        Calls.call(random), 2, NOON, Calls.run(7, 5), Failure.PEER_STALLED, "", 1008, 1_200L, "0.0034", null, null),
                true, 3));
        put(facts(Calls.call(random), Calls.completed(Calls.call(random), NOON.plusSeconds(60), 30_000, "0.0500"), true, 3));

        Map<String, Usage> last = usage.readKeyValuesToMap();

        assertEquals(
                Map.of(
                        "7@" + NOON, minute(NOON, 1, 2, 29_001, 2, Map.of("session_invalid", 1L), 32, "0.0534"),
                        "7@" + NOON.plusSeconds(60), minute(NOON.plusSeconds(60), 1, 0, 30_000, 1, null, 30, "0.0500")),
                last);
    }

    @Test
    void aRunThatIsOpenIsNotCounted() {
        CallId call = Calls.call(random);
        put(RunTable.next(Known.nothing(call), Calls.created(call)).told().facts());

        assertTrue(usage.isEmpty());
    }

    @Test
    void aCorrectionChangesTheSumByItsDifference() {
        CallId call = Calls.call(random);
        put(facts(call, Calls.completed(call, NOON, 30_000, "0.0500"), true, 3));
        put(facts(Calls.call(random), Calls.completed(call, NOON, 10_000, "0.0200"), true, 3));
        usage.readRecordsToList();

        put(facts(call, Calls.completed(call, NOON, 31_000, "0.0517"), true, 4));

        assertEquals(minute(NOON, 2, 0, 41_000, 2, null, 41, "0.0717"), usage.readValue());
        assertTrue(usage.isEmpty());
    }

    @Test
    void aCorrectionOfTheTimeMovesTheRunToAnotherMinute() {
        CallId call = Calls.call(random);
        put(facts(call, Calls.completed(call, NOON, 30_000, "0.0500"), true, 3));
        usage.readRecordsToList();

        put(facts(call, Calls.completed(call, NOON.plus(Duration.ofDays(31)), 30_000, "0.0500"), true, 4));

        assertEquals(
                Map.of(
                        "7@" + NOON, new Usage(7, NOON, 0, 0, 0, 0L, 0L, null, 0L, "0", null).toldBy(BuildVersion.text()),
                        "7@" + NOON.plus(Duration.ofDays(31)),
                        minute(NOON.plus(Duration.ofDays(31)), 1, 0, 30_000, 1, null, 30, "0.0500")),
                usage.readKeyValuesToMap());
    }

    @Test
    void whatIsToldAgainOrLateChangesNothing() {
        CallId call = Calls.call(random);
        RunFacts older = facts(call, Calls.completed(call, NOON, 30_000, "0.0500"), true, 3);
        RunFacts newer = facts(call, Calls.completed(call, NOON, 31_000, "0.0517"), true, 4);
        put(older);
        put(newer);
        usage.readRecordsToList();

        put(older);
        put(newer);
        driver.advanceWallClockTime(Duration.ofDays(60));
        put(newer);

        assertTrue(usage.isEmpty());
    }

    @Test
    void aRunThatIsDeletedStaysInTheSumAndItsMinuteIsLetGoOfWhenItsEventsAreGone() {
        CallId call = Calls.call(random);
        put(facts(call, Calls.completed(call, NOON, 30_000, "0.0500"), true, 3));
        usage.readRecordsToList();

        runs.pipeInput(call.toString(), null, NOON.plus(Duration.ofDays(20)));

        assertTrue(usage.isEmpty());
        assertEquals(1, sizeOf(UsageTopology.MINUTES));

        // when nothing of it can be read any more
        runs.pipeInput(Calls.call(random).toString(), null, NOON.plus(Duration.ofDays(40)));

        assertEquals(0, sizeOf(UsageTopology.PLACES));
        CallId other = Calls.call(random);
        RunFacts later = facts(other, Calls.completed(other, NOON.plus(Duration.ofDays(42)), 1_000, "0.0017"), true, 3);
        runs.pipeInput(other.toString(), Topics.RUNS.codec().encode(later), NOON.plus(Duration.ofDays(42)));
        assertEquals(1, sizeOf(UsageTopology.MINUTES));
        assertEquals(1, sizeOf(UsageTopology.SHARES));
    }

    @Test
    void aDeletedRunThatIsToldAnewIsNotCountedTwice() {
        CallId call = Calls.call(random);
        put(facts(call, Calls.completed(call, NOON, 30_000, "0.0500"), true, 3));
        runs.pipeInput(call.toString(), null, NOON);
        usage.readRecordsToList();

        put(facts(call, Calls.completed(call, NOON, 30_000, "0.0500"), true, 1));
        put(facts(call, Calls.completed(call, NOON, 30_000, "0.0500"), true, 3));

        assertTrue(usage.isEmpty());
    }

    /// As after the loss of the group's offsets, but not of its stores: what is left on the topic between the two parts is read again.
    @Test
    void aChangeThatIsDoneAgainChangesNothing() {
        CallId call = Calls.call(random);
        Share first = Share.of(facts(call, Calls.completed(call, NOON, 30_000, "0.0500"), true, 3)).orElseThrow();
        Share second = Share.of(facts(call, Calls.completed(call, NOON, 31_000, "0.0517"), true, 4)).orElseThrow();
        TestInputTopic<String, Change> changes = driver.createInputTopic(
                Projections.USAGE + "-minutes-repartition", new StringSerializer(), new JsonSerde<>(Change.class).serializer());
        changes.pipeInput(first.key(), new Change(call.toString(), 3, first, false), NOON);
        changes.pipeInput(first.key(), new Change(call.toString(), 4, second, false), NOON);
        usage.readRecordsToList();

        changes.pipeInput(first.key(), new Change(call.toString(), 3, first, false), NOON);
        changes.pipeInput(first.key(), new Change(call.toString(), 4, second, false), NOON);

        assertTrue(usage.isEmpty());
    }

    private long sizeOf(String store) {
        long size = 0;
        try (var all = driver.getKeyValueStore(store).all()) {
            while (all.hasNext()) {
                all.next();
                size++;
            }
        }
        return size;
    }

    @Test
    void whateverComesInWhateverOrderTheSumIsThatOfTheLast() {
        long seed = Long.getLong("facts.seed", System.nanoTime());
        System.out.println("seed " + seed + " (-Dfacts.seed)");
        SplittableRandom chance = new SplittableRandom(seed);
        List<CallId> calls = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            calls.add(Calls.call(chance));
        }
        Map<CallId, RunFacts> last = new HashMap<>();
        for (int i = 0; i < 2_000; i++) {
            CallId call = calls.get(chance.nextInt(calls.size()));
            Instant at = NOON.plusSeconds(chance.nextInt(300));
            long revision = chance.nextInt(1, 400);
            RunFacts facts = chance.nextBoolean()
                    ? facts(call, Calls.completed(call, at, chance.nextInt(90_000), "0." + chance.nextInt(1, 9_999)), true, revision)
                    : facts(call, Calls.failed(call, at), chance.nextBoolean(), revision);
            put(facts);
            last.merge(call, facts, (was, now) -> now.revision() >= was.revision() ? now : was);
        }

        Map<String, Usage> sums = new HashMap<>();
        usage.readKeyValuesToMap().forEach((key, sum) -> {
            if (sum.completed() + sum.failed() > 0) {
                sums.put(key, sum);
            }
        });

        Map<String, Minute> expected = new HashMap<>();
        for (RunFacts facts : last.values()) {
            Share share = Share.of(facts).orElseThrow();
            Minute before = expected.getOrDefault(share.key(), Minute.empty(share.organizationId(), share.minute()));
            expected.put(share.key(), before.with(share));
        }
        assertEquals(expected.size(), sums.size());
        expected.forEach((key, minute) -> assertEquals(money(minute.usage().toldBy(BuildVersion.text())), money(sums.get(key)), key));
    }

    /// Without zeros behind the last digit of a sum, which say nothing.
    private static String money(Usage usage) {
        return usage.toString().replaceAll("(cost=[0-9.]*?)\\.?0+([,\\]])", "$1$2");
    }
}
