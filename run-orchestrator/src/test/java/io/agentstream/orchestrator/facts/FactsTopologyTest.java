package io.agentstream.orchestrator.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.BuildVersion;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CarrierFacts;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.DisconnectedBy;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.SocketFacts;
import io.agentstream.schemas.StageFacts;
import io.agentstream.schemas.TalkFacts;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.Transfer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Random;
import java.util.SplittableRandom;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

final class FactsTopologyTest {

    private static final Instant T0 = Calls.T0;
    private static final CallId CALL = Calls.call(new SplittableRandom(1));
    private static final Instant END = T0.plusSeconds(31);

    @TempDir
    Path directory;

    private TopologyTestDriver driver;
    private TestOutputTopic<String, RunFacts> runs;

    @BeforeEach
    void open() {
        driver = start("first");
    }

    private TopologyTestDriver start(String name) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, Projections.FACTS);
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.resolve(name).toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        TopologyTestDriver made = new TopologyTestDriver(FactsTopology.build(), properties, T0);
        runs = made.createOutputTopic(
                Topics.RUNS.name(), new StringDeserializer(), new CodecSerde<>(Topics.RUNS.codec()).deserializer());
        return made;
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private <V> void put(Topic<V> topic, CallId call, V value) {
        raw(topic, call.toString(), topic.codec().encode(value));
    }

    private void raw(Topic<?> topic, String key, byte[] value) {
        TestInputTopic<String, byte[]> input =
                driver.createInputTopic(topic.name(), new StringSerializer(), new ByteArraySerializer());
        input.pipeInput(key, value, T0);
    }

    private void put(Object event) {
        switch (event) {
            case RunEvent run -> put(Topics.RUN_EVENTS, run.callId(), run);
            case CallEvent socket -> put(Topics.CALL_LIFECYCLE, socket.callId(), socket);
            case ConversationEvent said -> put(Topics.CONVERSATION_EVENTS, said.callId(), said);
            default -> throw new AssertionError(event);
        }
    }

    /// A whole call, in the order in which it happens.
    private static List<Object> story() {
        List<Object> story = new ArrayList<>(List.of(
                Calls.offered(CALL), Calls.created(CALL), Calls.started(CALL), Calls.running(CALL)));
        story.addAll(Calls.talk(CALL, 3));
        story.add(Calls.ended(CALL, END));
        story.add(Calls.completed(CALL, END));
        return story;
    }

    private static RunFacts whole(long revision, @Nullable Instant finalizedAt) {
        return new RunFacts(
                CALL, Calls.run(7, 5), "completed", T0, T0.plusSeconds(1), END, 30_000L,
                End.CALLER_HANGUP, null, "0.0500", revision, finalizedAt != null, finalizedAt, END,
                "cloudonix", "outbound", DisconnectedBy.CALLER, "booked", null, null,
                new SocketFacts(
                        T0.minusSeconds(1), T0, T0.plusSeconds(1), T0.plusSeconds(2), END, 1000, 9_000L, Map.of("unknown", 2), 900L,
                        Calls.MEDIA),
                new TalkFacts(
                        T0.plusSeconds(3), 2, 1, 1, 1, 1, 1, T0.plusSeconds(7), T0.plusSeconds(9), 2_000, 4_000, 24_000L, 1, 560,
                        560L, 0, 0, 3, 14, null, List.of(new ServiceUse(ServiceUse.Role.BRAIN, "openai", "m-1", false, 3, 0, 360, 0, 24, 0, 0, 0, 0), Calls.heard(9_000)),
                        new StageFacts(1, 310, 50, 410, 30, 160, 1, 11), 240L),
                List.of("slow_turn"), null, null, null, null, null, null, Calls.PROOF,
                CarrierFacts.of("acme.cloudonix.net", "sess-1", "call-1", "MZ-1"), null, 2, BuildVersion.text());
    }

    @Test
    void aRunIsToldFromItsCreationToItsEnd() {
        story().forEach(this::put);

        List<TestRecord<String, RunFacts>> told = runs.readRecordsToList();

        assertEquals(
                List.of("initialized", "running", "running", "completed"), told.stream().map(each -> each.value().state()).toList());
        assertEquals(List.of(1L, 2L, 3L, 4L), told.stream().map(each -> each.value().revision()).toList());
        assertEquals(CALL.toString(), told.getLast().key());
        assertEquals(whole(4, null), told.getLast().value());
    }

    @Test
    void aSealedCallTellsTheSame() {
        SealKey key = SealKey.generate(new SecureRandom());

        story().forEach(event -> put(switch (event) {
            case CallEvent socket -> Sealing.seal(socket, key);
            case ConversationEvent said -> Sealing.seal(said, key);
            case RunEvent.Running run -> Sealing.seal(run, key);
            default -> event;
        }));

        assertEquals(whole(4, null), runs.readRecordsToList().getLast().value());
    }

    @Test
    void isFinalOnceNothingCameForAWhileAfterTheEnd() {
        story().forEach(this::put);
        runs.readRecordsToList();

        driver.advanceWallClockTime(FactsTopology.FINAL_AFTER);

        RunFacts last = runs.readValue();
        assertEquals(whole(5, T0.plus(FactsTopology.FINAL_AFTER)), last);
        assertEquals(true, last.isFinal());
        assertTrue(runs.isEmpty());
    }

    @Test
    void isFinalLaterWhereNobodySaysThatTheSocketClosed() {
        put(Calls.created(CALL));
        put(Calls.completed(CALL, END));
        runs.readRecordsToList();

        driver.advanceWallClockTime(FactsTopology.FINAL_AFTER.plusSeconds(5));
        assertTrue(runs.isEmpty());
        driver.advanceWallClockTime(FactsTopology.FINAL_WITHOUT_SOCKET_AFTER);

        assertEquals(true, runs.readValue().isFinal());
    }

    @Test
    void whatIsReadInAnotherOrderGivesTheSameFacts() {
        for (int seed = 0; seed < 40; seed++) {
            driver.close();
            driver = start("seed-" + seed);
            List<List<Object>> topics = List.of(
                    story().stream().filter(RunEvent.class::isInstance).toList(),
                    story().stream().filter(CallEvent.class::isInstance).toList(),
                    story().stream().filter(ConversationEvent.class::isInstance).toList());
            shuffled(topics, new Random(seed)).forEach(this::put);
            driver.advanceWallClockTime(FactsTopology.FINAL_AFTER);

            RunFacts last = runs.readRecordsToList().getLast().value();

            assertEquals(
                    whole(Objects.requireNonNull(last.revision()), Objects.requireNonNull(last.finalizedAt())), last, "seed " + seed);
        }
    }

    /// One of many orders in which each topic is in its own.
    private static List<Object> shuffled(List<List<Object>> topics, Random random) {
        List<Integer> from = new ArrayList<>();
        for (int topic = 0; topic < topics.size(); topic++) {
            from.addAll(Collections.nCopies(topics.get(topic).size(), topic));
        }
        Collections.shuffle(from, random);
        int[] next = new int[topics.size()];
        return from.stream().map(topic -> topics.get(topic).get(next[topic]++)).toList();
    }

    /// As after any crash, and after the loss of all places in all topics: each is read from an older place on, or from its beginning.
    @Test
    void whatIsReadAgainFromAnyPlaceWhileTheOthersGoOnGivesTheSameFacts() {
        List<Object> decided = new ArrayList<>(story().stream().filter(RunEvent.class::isInstance).toList());
        decided.add(new RunEvent.Transferred(CALL, 9, END.minusSeconds(2), Calls.run(7, 5), "1-desk", Transfer.BUSY, 486));
        decided.add(Calls.hungUp(CALL, END.plusSeconds(2), false, 12));
        decided.add(Calls.hungUp(CALL, END.plusSeconds(5), true, 1));
        List<List<Object>> topics = List.of(
                decided,
                story().stream().filter(CallEvent.class::isInstance).toList(),
                story().stream().filter(ConversationEvent.class::isInstance).toList());
        topics.forEach(topic -> topic.forEach(this::put));
        driver.advanceWallClockTime(FactsTopology.FINAL_AFTER);
        RunFacts once = runs.readRecordsToList().getLast().value();
        long first = System.nanoTime();
        System.out.println("seeds from " + first);

        for (long seed = first; seed < first + 40; seed++) {
            driver.close();
            driver = start("again-" + seed);
            Random random = new Random(seed);
            List<List<Object>> read = topics.stream().map(topic -> again(topic, random)).toList();
            shuffled(read, random).forEach(this::put);
            driver.advanceWallClockTime(FactsTopology.FINAL_AFTER);

            RunFacts last = runs.readRecordsToList().getLast().value();

            assertEquals(told(once, 1), told(last, 1), "seed " + seed);
        }
    }

    /// A topic as it is read by those who come back to older places, at last by who begins anew.
    private static List<Object> again(List<Object> topic, Random random) {
        List<Object> read = new ArrayList<>();
        for (int known = 1; known <= topic.size(); known++) {
            read.add(topic.get(known - 1));
            if (random.nextInt(3) == 0) {
                read.addAll(topic.subList(random.nextInt(known), known));
            }
        }
        read.addAll(topic);
        return read;
    }

    /// The same, but for how often it was told, and when.
    private static RunFacts told(RunFacts facts, long revision) {
        Known known = Known.of(facts);
        return new Known(
                        known.callId(), known.run(), known.socket(), known.provider(), known.direction(), known.talk(), known.achieved(), known.updatedAt(),
                        revision, T0, false, known.carrier(), known.talkVersion())
                .facts();
    }

    /// As a version told it that counted the greeting as an answer, and did not say which it was.
    private static RunFacts ofBefore(RunFacts facts) {
        TalkFacts talk = Objects.requireNonNull(facts.talk());
        return new RunFacts(
                facts.callId(), facts.run(), facts.state(), facts.createdAt(), facts.startedAt(), facts.endedAt(), facts.durationMs(), facts.end(),
                facts.failure(), facts.cost(), facts.revision(), facts.isFinal(), facts.finalizedAt(), facts.updatedAt(), facts.provider(),
                facts.direction(), facts.disconnectedBy(), facts.outcome(), facts.hungUpAt(), facts.hangUpConfirmed(), facts.socket(),
                new TalkFacts(
                        talk.beganAt(), talk.turns(), talk.agentTurns(), talk.callerTurns(), talk.interruptions(), talk.keys(), talk.tools(),
                        talk.firstSpeechAt(), talk.lastSpeechAt(), talk.callerMs(), talk.agentMs(), talk.silenceMs(), 2, 800, 560L, talk.resumed(),
                        talk.gapMs(), talk.epoch(), talk.number(), talk.transferAskedAt(), talk.services(), talk.stages()),
                facts.faults(), facts.previousCallId(), facts.nextCallId(), facts.transfer(), facts.transferredAt());
    }

    /// Who sees a version takes its answers for answers only.
    @Test
    void whatAnOlderVersionCountedIsToldAsThatVersions() {
        story().forEach(this::put);
        RunFacts before = ofBefore(runs.readRecordsToList().getLast().value());
        List<Object> corrections = List.of(
                Calls.completed(CALL, END, 30_000, "0.0400"), Calls.hungUp(CALL, END.plusSeconds(2), true, 1), Calls.erased(CALL, END.plusSeconds(100)),
                Calls.ended(CALL, END.plusSeconds(1)),
                new ConversationEvent.Latency(CALL, 99, 5, END, 5, "first_played", 300, 3));
        for (Object correction : corrections) {
            driver.close();
            driver = start("older-" + corrections.indexOf(correction));
            put(Topics.RUNS, CALL, before);

            put(correction);
            driver.advanceWallClockTime(FactsTopology.FINAL_WITHOUT_SOCKET_AFTER);

            List<RunFacts> told = runs.readValuesToList();
            assertFalse(told.isEmpty(), correction.toString());
            for (RunFacts corrected : told) {
                assertNull(corrected.schemaVersion(), correction.toString());
                assertEquals(BuildVersion.text(), corrected.producerVersion());
                assertTrue(Objects.requireNonNull(corrected.talk()).replies() >= 2, correction.toString());
            }
        }
    }

    /// Nothing had been counted of it.
    @Test
    void aTalkThatBeginsAfterwardsIsCountedAsItIsNow() {
        put(Calls.created(CALL));
        put(Calls.running(CALL));
        Known old = Known.of(runs.readValuesToList().getLast());
        driver.close();
        driver = start("upgraded");
        put(Topics.RUNS, CALL, new RunFacts(
                CALL, Calls.run(7, 5), "running", T0, T0.plusSeconds(1), null, null, null, null, null, old.revision(), false, null, old.updatedAt(),
                null, null, null, null, null, null, null, null, null, null, null, null, null));

        Calls.talk(CALL, 3).forEach(this::put);
        put(Calls.completed(CALL, END));

        RunFacts last = runs.readValuesToList().getLast();
        assertEquals(2, last.schemaVersion());
        assertEquals(1, Objects.requireNonNull(last.talk()).replies());
    }

    /// What the store has of before names no version.
    @Test
    void aTalkInTheStoreOfAnOlderVersionIsToldAsThatVersions() {
        story().forEach(this::put);
        Known known = Known.of(runs.readValuesToList().getLast());
        ObjectNode stored = Json.MAPPER.valueToTree(known);
        ObjectNode untalked = Json.MAPPER.valueToTree(Known.nothing(CALL));
        assertTrue(stored.has("talk_version"), stored.toString());
        stored.remove("talk_version");
        untalked.remove("talk_version");

        assertNull(Json.MAPPER.treeToValue(stored, Known.class).facts().schemaVersion());
        assertEquals(2, Json.MAPPER.treeToValue(untalked, Known.class).talkVersion());
    }

    @Test
    void whatComesAgainChangesNothing() {
        story().forEach(this::put);
        runs.readRecordsToList();

        for (int i = 0; i < 3; i++) {
            story().forEach(this::put);
        }

        assertTrue(runs.isEmpty());
    }

    /// Absent and empty names are told alike, so they have to be known alike.
    @Test
    void aStartWithoutAnyNameThatComesAgainLaterChangesNothing() {
        CallEvent nameless = new CallEvent.Started(
                CALL, 2, T0, null, null, null, null, null, null, "outbound-api", List.of("inbound"), MediaFormat.MULAW_8K, Map.of());
        story().stream().map(event -> event instanceof CallEvent.Started ? nameless : event).forEach(this::put);
        for (int hour = 0; hour < 48; hour++) {
            driver.advanceWallClockTime(Duration.ofHours(1));
        }
        RunFacts told = runs.readValuesToList().getLast();
        assertNull(told.carrier());
        assertEquals(0, stored());

        put(nameless);
        driver.advanceWallClockTime(FactsTopology.FINAL_AFTER);

        assertTrue(runs.isEmpty());
    }

    @Test
    void aRunThatIsOverStaysSo() {
        put(Calls.created(CALL));
        put(Calls.failed(CALL, T0.plusSeconds(2)));
        put(Calls.completed(CALL, END));
        put(Calls.running(CALL));

        assertEquals("failed", runs.readValuesToList().getLast().state());
    }

    @Test
    void aCorrectionOfAFinalRunIsAFurtherRevision() {
        story().forEach(this::put);
        driver.advanceWallClockTime(FactsTopology.FINAL_AFTER);
        runs.readRecordsToList();

        put(Calls.completed(CALL, END, 30_000, "0.0400"));

        RunFacts corrected = runs.readValue();
        assertEquals("0.0400", corrected.cost());
        assertEquals(6, corrected.revision());
        assertEquals(true, corrected.isFinal());
    }

    @Test
    void whatComesThirtyDaysLaterIsAddedToWhatWasKnown() {
        story().forEach(this::put);
        for (int hour = 0; hour < 30 * 24; hour++) {
            driver.advanceWallClockTime(Duration.ofHours(1));
        }
        runs.readRecordsToList();
        assertEquals(0, stored());

        put(Calls.completed(CALL, END, 30_000, "0.0400"));

        RunFacts corrected = runs.readValue();
        assertEquals("0.0400", corrected.cost());
        assertEquals(6, corrected.revision());
        assertEquals(whole(6, Objects.requireNonNull(corrected.finalizedAt())).talk(), corrected.talk());
    }

    private int stored() {
        int count = 0;
        try (var all = driver.<String, Object>getKeyValueStore(FactsTopology.OPEN).all()) {
            while (all.hasNext()) {
                all.next();
                count++;
            }
        }
        return count;
    }

    @Test
    void whoHasLostEverythingElseBeginsWithWhatWasSaid() {
        story().forEach(this::put);
        driver.advanceWallClockTime(FactsTopology.FINAL_AFTER);
        RunFacts last = runs.readRecordsToList().getLast().value();
        driver.close();

        driver = start("second");
        put(Topics.RUNS, CALL, last);
        story().forEach(this::put);
        put(Calls.completed(CALL, END, 31_000, "0.0600"));

        RunFacts corrected = runs.readRecordsToList().getLast().value();
        assertEquals(6, corrected.revision());
        assertEquals(RunTable.withSilence(Objects.requireNonNull(last.talk()), 31_000), corrected.talk());
    }

    @Test
    void aRunThatWasToldBeforeAllWasLostBecomesFinalAllTheSame() {
        story().forEach(this::put);
        RunFacts last = runs.readRecordsToList().getLast().value();
        driver.close();

        driver = start("second");
        put(Topics.RUNS, CALL, last);
        story().forEach(this::put);
        driver.advanceWallClockTime(FactsTopology.FINAL_AFTER);

        assertEquals(true, runs.readValuesToList().getLast().isFinal());
    }

    @Test
    void aWorkerThatLostTheCallIsNotBelieved() {
        put(Calls.created(CALL));
        put(new ConversationEvent.Began(CALL, 1, 3, T0, 4));
        put(new ConversationEvent.Resumed(CALL, 2, 3, T0, 1_200, 5));
        put(new ConversationEvent.Interrupted(CALL, 9, 3, T0, 1, 4));
        put(Calls.completed(CALL, END));

        TalkFacts talk = Objects.requireNonNull(runs.readValuesToList().getLast().talk());

        assertEquals(0, talk.interruptions());
        assertEquals(1, talk.resumed());
        assertEquals(1_200, talk.gapMs());
    }

    /// It is over because its socket was not heard of.
    @Test
    void aLostRunIsFinalAMinuteAfterItsEnd() {
        put(Calls.created(CALL));
        put(Calls.running(CALL));
        put(Calls.lost(CALL, END));
        runs.readRecordsToList();

        driver.advanceWallClockTime(FactsTopology.FINAL_OF_LOST_AFTER.minusSeconds(5));
        assertTrue(runs.isEmpty());
        driver.advanceWallClockTime(Duration.ofSeconds(6));

        assertEquals(true, runs.readValue().isFinal());
    }

    /// Kafka was set up anew while it talked.
    @Test
    void aRunWhoseBeginningNobodyCanReadAnyMoreBeganWhenItsEndSaysSo() {
        put(Calls.lost(CALL, END));
        RunFacts facts = runs.readValuesToList().getLast();

        assertEquals(END.minusSeconds(29), facts.startedAt());
        assertEquals(List.of("completed", 29_000L), List.of(facts.state(), facts.durationMs()));

        put(Calls.running(CALL)); // after all
        assertEquals(T0.plusSeconds(1), runs.readValuesToList().getLast().startedAt());
    }

    @Test
    void aRunThatNeverTalkedHasNoBeginning() {
        put(Calls.failed(CALL, END));

        assertNull(runs.readValuesToList().getLast().startedAt());
    }

    @Test
    void whatIsAchievedIsToldThoughTheConversationSaysItAfterTheEnd() {
        put(Calls.created(CALL));
        put(Calls.running(CALL));
        put(new ConversationEvent.NodeEntered(CALL, 1, 3, Calls.T0.plusSeconds(2), "greet", 3, "greeted"));
        put(Calls.completed(CALL, END)); // which knows of another
        put(new ConversationEvent.NodeEntered(CALL, 2, 4, END.minusMillis(5), "pay", 3, "paid"));
        put(new ConversationEvent.NodeEntered(CALL, 3, 5, END.minusMillis(4), "bye", 3));
        driver.advanceWallClockTime(FactsTopology.FINAL_WITHOUT_SOCKET_AFTER);

        RunFacts facts = runs.readValuesToList().getLast();
        put(Calls.completed(CALL, END)); // and says it again

        assertEquals(List.of("paid", true), List.of(facts.outcome(), facts.isFinal()));
        assertTrue(runs.readValuesToList().stream().allMatch(told -> "paid".equals(told.outcome())));
    }

    @Test
    void runsOfOneSessionNameEachOther() {
        CallId before = CallId.of(1, 2, 3);
        CallId after = CallId.of(1, 2, 4);
        RunEvent.Running begun = new RunEvent.Running(
                CALL, 2, T0.plusSeconds(1), Calls.run(7, 5), MediaFormat.MULAW_8K, null, Json.MAPPER.createObjectNode(), "5:2", null, null,
                before);
        RunEvent.Completed replaced = new RunEvent.Completed(
                CALL, 9, END, Calls.run(7, 5), End.REPLACED, 1000, 30_000, "0.0500", DisconnectedBy.PROVIDER, null, null, after);
        put(begun);
        put(replaced);
        put(Calls.created(CALL)); // read last, and what is said again
        put(begun);
        put(replaced);

        RunFacts facts = runs.readValuesToList().getLast();

        assertEquals(before, facts.previousCallId());
        assertEquals(after, facts.nextCallId());
        assertEquals(3, facts.revision());
    }

    @Test
    void aTransferIsToldAsItEndedTheLastTime() {
        SealKey key = SealKey.generate(new SecureRandom());
        RunEvent busy = new RunEvent.Transferred(CALL, 5, T0.plusSeconds(5), Calls.run(7, 5), "1-desk", Transfer.BUSY, 486);
        RunEvent connected = new RunEvent.Transferred(CALL, 7, T0.plusSeconds(9), Calls.run(7, 5), "2-desk", Transfer.CONNECTED, 200);
        put(Calls.created(CALL));
        put(Calls.running(CALL));
        put(busy);
        Transfer afterTheFirst = runs.readValuesToList().getLast().transfer();
        put(Sealing.seal(
                new ConversationEvent.ToolCalled(
                        CALL, 1, 6, T0.plusSeconds(7), 2, "desk", Json.MAPPER.createObjectNode().put("to", "+15550100"), null, 3, null, "2-desk", null),
                key));
        put(connected);
        put(busy); // said again

        RunFacts facts = runs.readValuesToList().getLast();

        assertEquals(Transfer.BUSY, afterTheFirst);
        assertEquals(Transfer.CONNECTED, facts.transfer());
        assertEquals(T0.plusSeconds(9), facts.transferredAt());
        TalkFacts talk = Objects.requireNonNull(facts.talk());
        assertEquals(T0.plusSeconds(7), talk.transferAskedAt());
        assertEquals(0, talk.tools()); // nothing was answered
    }

    @Test
    void whenTheProviderWasAskedToEndTheCallAndHowOftenIsTold() {
        RunEvent givenUp = Calls.hungUp(CALL, END.plusSeconds(60), false, 12);
        RunEvent done = Calls.hungUp(CALL, END.plusSeconds(90), true, 1);
        story().forEach(this::put);
        put(givenUp);
        put(done);
        runs.readRecordsToList();
        put(givenUp); // both are read again
        put(done);
        driver.advanceWallClockTime(FactsTopology.FINAL_AFTER);

        List<RunFacts> told = runs.readValuesToList();

        assertEquals(1, told.size(), "what is said again goes to and fro: " + told);
        RunFacts facts = told.getLast();
        assertEquals(List.of(T0.plusSeconds(31), END.plusSeconds(90)), List.of(facts.hangUpAskedAt(), facts.hungUpAt()));
        assertEquals(List.of(true, 1), List.of(facts.hangUpConfirmed(), facts.hangUpTries()));
    }

    @Test
    void ofARunThatWasErasedNothingIsLeftThatSaysWhoCalledWhateverIsReadFirst() {
        Instant erasedAt = END.plusSeconds(100);
        for (int seed = 0; seed < 40; seed++) {
            driver.close();
            driver = start("erased-" + seed);
            List<Object> decided = new ArrayList<>(story().stream().filter(RunEvent.class::isInstance).toList());
            decided.add(Calls.erased(CALL, erasedAt));
            shuffled(List.of(decided, story().stream().filter(CallEvent.class::isInstance).toList()), new Random(seed)).forEach(this::put);
            driver.advanceWallClockTime(FactsTopology.FINAL_AFTER);

            RunFacts last = runs.readValuesToList().getLast();

            assertEquals(erasedAt, last.erasedAt(), "seed " + seed);
            assertEquals(new CarrierFacts("acme.cloudonix.net", null, null, null), last.carrier(), "seed " + seed);
            assertEquals("0.0500", last.cost(), "seed " + seed);
        }
    }

    @Test
    void aRunThatIsErasedLaterLosesItsNamesThenAndIsSaidToBeErasedOnce() {
        story().forEach(this::put);
        for (int hour = 0; hour < 48; hour++) {
            driver.advanceWallClockTime(Duration.ofHours(1));
        }
        RunFacts before = runs.readValuesToList().getLast();

        put(Calls.erased(CALL, END.plusSeconds(100)));
        put(Calls.erased(CALL, END.plusSeconds(200)));

        RunFacts after = runs.readValue();
        assertEquals(CarrierFacts.of("acme.cloudonix.net", "sess-1", "call-1", "MZ-1"), before.carrier());
        assertEquals(new CarrierFacts("acme.cloudonix.net", null, null, null), after.carrier());
        assertEquals(List.of(true, END.plusSeconds(100)), List.of(after.isFinal(), after.erasedAt()));
        assertTrue(runs.isEmpty());
    }

    /// Somebody deleted it there, or Kafka was set up anew since.
    @Test
    void anErasureOfARunThatNobodyKnowsTellsNothing() {
        put(Calls.erased(CALL, END));

        assertTrue(runs.isEmpty());
        assertEquals(0, stored());
    }

    private TalkFacts talk(ConversationEvent... events) {
        put(Calls.created(CALL));
        for (ConversationEvent event : events) {
            put(event);
        }
        put(Calls.completed(CALL, END));
        return Objects.requireNonNull(runs.readValuesToList().getLast().talk());
    }

    private static ConversationEvent begins(long number, int turn, Party by) {
        return new ConversationEvent.TurnStarted(CALL, number, 3, T0, turn, by, 3);
    }

    private static ConversationEvent heardAfter(long number, int turn, long ms) {
        return new ConversationEvent.Latency(CALL, number, 3, T0, turn, "first_played", ms, 3);
    }

    @Test
    void theGreetingIsNoAnswer() {
        TalkFacts talk = talk(
                begins(1, 1, Party.AGENT), heardAfter(2, 1, 700), begins(3, 2, Party.CALLER), begins(4, 3, Party.AGENT), heardAfter(5, 3, 400),
                begins(6, 4, Party.CALLER), begins(7, 5, Party.AGENT), heardAfter(8, 5, 600));

        assertEquals(List.of(700L, 2, 1_000L, 600L), List.of(talk.greetingMs(), talk.replies(), talk.replyMs(), talk.longestReplyMs()));
    }

    /// The first sound of what is cut off may be told after the turn that cut it off has begun.
    @Test
    void whatIsCutOffBeforeItsFirstSoundIsToldIsWhatItWas() {
        TalkFacts talk = talk(
                begins(1, 1, Party.AGENT), begins(2, 2, Party.CALLER), heardAfter(3, 1, 700), begins(4, 3, Party.AGENT),
                begins(5, 4, Party.CALLER), heardAfter(6, 3, 400));

        assertEquals(List.of(700L, 1, 400L), List.of(talk.greetingMs(), talk.replies(), talk.replyMs()));
    }

    @Test
    void anAgentThatLetsTheCallerSpeakFirstHasNoGreeting() {
        TalkFacts talk = talk(begins(1, 1, Party.CALLER), begins(2, 2, Party.AGENT), begins(3, 3, Party.CALLER), heardAfter(4, 2, 400));

        assertNull(talk.greetingMs());
        assertEquals(List.of(1, 400L), List.of(talk.replies(), talk.replyMs()));
    }

    @Test
    void aConversationThatGoesOnIsToldEveryFiveSeconds() {
        put(Calls.created(CALL));
        put(Calls.running(CALL));
        runs.readRecordsToList();
        Calls.talk(CALL, 3).forEach(this::put);
        assertTrue(runs.isEmpty());

        driver.advanceWallClockTime(Duration.ofSeconds(4));
        assertTrue(runs.isEmpty());
        driver.advanceWallClockTime(Duration.ofSeconds(1));

        assertEquals(2, Objects.requireNonNull(runs.readValue().talk()).turns());
        assertTrue(runs.isEmpty());
    }

    @Test
    void wordsKeysAndNumbersAreNotAmongTheFacts() {
        story().forEach(this::put);

        String told = new String(
                Topics.RUNS.codec().encode(runs.readRecordsToList().getLast().value()), StandardCharsets.UTF_8);

        for (String kept : List.of("secret", "1555", "ext-1", "sess-1", "call-1", "MZ-1", "\"4\"", "192.0.2.7")) {
            assertFalse(told.contains(kept), kept + " in " + told);
        }
    }

    @Test
    void aCallWithoutARunLeavesNothing() {
        put(Calls.offered(CALL));
        assertEquals(1, stored());

        put(Calls.endedWithoutRun(CALL));

        assertEquals(0, stored());
        assertTrue(runs.isEmpty());
    }

    @Test
    void putsBadBytesAsideAndGoesOn() {
        TestOutputTopic<byte[], byte[]> deadLetters = driver.createOutputTopic(
                Topics.DEAD_LETTERS.name(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        raw(Topics.RUN_EVENTS, "k", "{\"type\":\"created\"}".getBytes(StandardCharsets.UTF_8));
        raw(Topics.CALL_LIFECYCLE, "k", "{".getBytes(StandardCharsets.UTF_8));
        raw(Topics.RUNS, "k", "{".getBytes(StandardCharsets.UTF_8));
        put(Calls.created(CALL));

        TestRecord<byte[], byte[]> letter = deadLetters.readRecord();

        assertEquals("run.events.v1", header(letter, "topic"));
        assertEquals("0", header(letter, "partition"));
        assertEquals("0", header(letter, "offset"));
        assertEquals("Created without callId", header(letter, "reason"));
        assertTrue(deadLetters.isEmpty());
        assertEquals("initialized", runs.readRecordsToList().getLast().value().state());
    }

    private static String header(TestRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Test
    void aRunThatIsDeletedFromTheTableIsLetGoOfAndNotToldAgain() {
        story().forEach(this::put);
        driver.advanceWallClockTime(FactsTopology.FINAL_AFTER);
        runs.readRecordsToList();

        raw(Topics.RUNS, CALL.toString(), null);
        driver.advanceWallClockTime(FactsProcessor.COPY_KEPT.plusMinutes(20));
        put(Calls.ended(CALL, END.plusSeconds(5)));

        assertTrue(runs.isEmpty());
    }
}
