package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.dialogue.Dialogues;
import io.agentstream.agents.journal.ConversationJournal;
import io.agentstream.agents.journal.ConversationRerun;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.FrameSeal;
import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.JournalDecoder;
import io.agentstream.schemas.JournalEntry;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topics;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.engine.ReplySink;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/// What a loop's conversations take in is in the journal, and leads to the same when it is run again.
final class JournalLoopTest {

    private static final CallId CALL = LoopFixture.call(1);
    private static final String ECHO = "{\"engine\":\"echo\"}";
    private static final String SCRIPT = """
            {"engine":"scripted","start":"greet","nodes":{
              "greet":{"say":"Hello. Press a key.","on_digit":{"any":"bye"},"on_silence":{"after_ms":3000,"go":"greet"}},
              "bye":{"say":"You pressed {{digit}}.","hang_up":true}}}""";

    private final LoopFixture fixture = new LoopFixture(LoopFixture.engines(new Fragile()));

    /// Throws where it is given a frame.
    private static final class Fragile implements AgentEngine {
        @Override
        public String name() {
            return "fragile";
        }

        @Override
        public boolean takesTurns() {
            return false;
        }

        @Override
        public boolean hears() {
            return true;
        }

        @Override
        public AgentSession open(Opening opening, ReplySink out) {
            return new AgentSession() {
                @Override
                public void hear(MediaFrame.Audio frame) {
                    throw new IllegalStateException("a bug");
                }

                @Override
                public void close() {}
            };
        }
    }

    static List<JournalBatch> journal(LoopFixture of) {
        return of.events.history().stream()
                .filter(each -> each.topic().equals(Topics.CALL_JOURNAL.name()))
                .map(each -> LoopFixture.value(Topics.CALL_JOURNAL, each))
                .toList();
    }

    private static List<JournalEntry> entries(List<JournalBatch> batches) throws Exception {
        List<JournalEntry> all = new ArrayList<>();
        for (JournalBatch batch : batches) {
            JournalDecoder in = new JournalDecoder(batch);
            JournalEntry next;
            while ((next = in.next()) != null) {
                all.add(next);
            }
        }
        return all;
    }

    private static List<String> types(List<JournalEntry> entries) {
        return entries.stream().map(each -> each.input().path("type").asString()).toList();
    }

    private static ConversationRerun assertSame(List<JournalEntry> entries) {
        return assertSame(entries, Dialogue.OUTSIDE);
    }

    private static ConversationRerun assertSameScript(List<JournalEntry> entries) {
        return assertSame(entries, Dialogues.of(Json.MAPPER.readTree(SCRIPT), Json.MAPPER.createObjectNode()));
    }

    private static ConversationRerun assertSame(List<JournalEntry> entries, Dialogue dialogue) {
        ConversationRerun rerun = new ConversationRerun(CALL, dialogue);
        for (JournalEntry each : entries) {
            ConversationRerun.Outcome outcome = rerun.step(each);
            assertInstanceOf(ConversationRerun.Outcome.Same.class, outcome, () -> outcome + " of " + each);
        }
        return rerun;
    }

    /// What the journal has of the first call, whose agent is defined so, leads to the same.
    static void assertRunsAgain(LoopFixture fixture, String definition) throws Exception {
        assertSame(
                entries(journal(fixture)),
                Dialogues.of(Json.MAPPER.readTree(definition), Json.MAPPER.readTree("{\"caller_number\":\"+15550100\"}")));
    }

    private void talk(int from, int frames) {
        for (int n = from; n < from + frames; n++) {
            fixture.audio(CALL, 1, n, EchoLoopTest.frame(n, 160));
            fixture.work();
            fixture.nowMs.addAndGet(20);
        }
    }

    @Test
    void anEchoIsWrittenInBatchesOfSecondsAndRunsAgain() throws Exception {
        // given
        fixture.start(1);
        fixture.running(CALL, 1, ECHO);
        fixture.work();

        // when it talks for eleven seconds, and ends
        talk(10, 550);
        fixture.ended(CALL, 1, 1_000);
        fixture.work();

        // then
        List<JournalBatch> batches = journal(fixture);
        List<JournalEntry> entries = entries(batches);
        assertSame(entries);
        assertEquals(1 + 2 * 550 + 1, entries.size());
        assertTrue(batches.size() <= 5, () -> batches.size() + " batches");
        for (int n = 0; n < batches.size(); n++) {
            JournalBatch batch = batches.get(n);
            assertEquals(n, batch.number());
            assertEquals(1, batch.epoch());
            assertEquals(n == batches.size() - 1, batch.last());
        }
        long bytes = fixture.events.history().stream()
                .filter(each -> each.topic().equals(Topics.CALL_JOURNAL.name()))
                .mapToLong(each -> each.key().length + each.value().length)
                .sum();
        assertTrue(bytes < 550 * 9, () -> bytes + " bytes for 550 frames and their answers");
    }

    @Test
    void aScriptRunsAgainUpToItsEnd() throws Exception {
        // given a line that is said, a silence, a key in the middle of the line that is said once more
        fixture.start(1);
        fixture.running(CALL, 1, SCRIPT);
        fixture.workUntil(() -> fixture.commands().size() >= 2);
        fixture.arrive(Topics.CALL_MEDIA, 1, CALL, new MediaFrame.Played(CALL, 10, fixture.nowMs.get(), 1, 200, false));
        fixture.work();
        fixture.arrive(Topics.CALL_MEDIA, 1, CALL, new MediaFrame.MarkReached(CALL, 11, fixture.nowMs.get(), 1, "turn-1"));
        fixture.work();
        fixture.nowMs.addAndGet(3_000);
        int before = fixture.commands().size();
        fixture.workUntil(() -> fixture.commands().size() >= before + 2);
        fixture.arrive(Topics.CALL_MEDIA, 1, CALL, new MediaFrame.Digit(CALL, 12, fixture.nowMs.get(), '4'));
        fixture.work();
        fixture.ended(CALL, 1, 13);
        fixture.work();

        // then
        List<JournalEntry> entries = entries(journal(fixture));
        assertSameScript(entries);
        assertTrue(types(entries).containsAll(List.of(
                "run_started", "mouth_spoke", "mouth_done", "played", "mark_reached", "deadline_passed", "digit_pressed",
                "call_ended")), types(entries)::toString);
    }

    @Test
    void whatWasTakenInBeforeASnapshotIsWrittenBeforeIt() throws Exception {
        // given
        fixture.start(1);
        fixture.running(CALL, 1, ECHO);
        fixture.work();
        talk(10, 5);

        // when the partitions go
        fixture.assign(2);
        fixture.loop.work();

        // then the journal has all of it, and the snapshot comes after it
        assertEquals(1 + 2 * 5, entries(journal(fixture)).size());
        List<String> topics = fixture.events.history().stream().map(ProducerRecord::topic).toList();
        assertEquals(Topics.CONVERSATION_SNAPSHOTS.name(), topics.getLast());
        assertEquals(Topics.CALL_JOURNAL.name(), topics.get(topics.size() - 2));
        assertFalse(journal(fixture).getLast().last());
    }

    @Test
    void whoTakesOverBeginsAJournalOfItsOwnWithWhatWasLeft() throws Exception {
        // given
        fixture.start(1);
        fixture.running(CALL, 1, ECHO);
        fixture.work();
        talk(10, 5);
        fixture.loop.onClose();

        // when
        LoopFixture other = new LoopFixture(LoopFixture.engines(), fixture.events, new LoopFixture.Mock(), LoopFixture.producer());
        other.nowMs.set(fixture.nowMs.get());
        other.start(1);
        other.audio(CALL, 1, 15, EchoLoopTest.frame(15, 160));
        other.work();
        other.ended(CALL, 1, 16);
        other.work();

        // then
        List<JournalBatch> before = journal(fixture).stream().filter(each -> each.epoch() == 1).toList();
        List<JournalBatch> after = journal(fixture).stream().filter(each -> each.epoch() == 2).toList();
        assertSame(entries(before));
        assertEquals("resumed", types(entries(after)).getFirst());
        assertEquals(0, after.getFirst().number());
        assertTrue(assertSame(entries(after)).state().isOver());
    }

    @Test
    void whatIsSomebodyElsesIsNotWritten() throws Exception {
        // given frames that wait to be written
        fixture.start(1);
        fixture.running(CALL, 1, ECHO);
        fixture.work();
        talk(10, 5);
        int before = journal(fixture).size();

        // when the group has given the partitions away while the loop stood still
        fixture.consumer.notAMember = new CommitFailedException();
        fixture.nowMs.addAndGet(LoopFixture.LIMITS.sureMs() + 1);
        fixture.work();

        // then
        assertEquals(before, journal(fixture).size());
    }

    @Test
    void aBugInAnEngineEndsTheCallThroughTheMachine() throws Exception {
        // given
        fixture.start(1);
        fixture.running(CALL, 1, "{\"engine\":\"fragile\"}");
        fixture.work();

        // when
        talk(10, 1);
        fixture.ended(CALL, 1, 11);
        fixture.work();

        // then
        List<JournalEntry> entries = entries(journal(fixture));
        assertEquals(List.of("run_started", "audio_heard", "broken", "call_ended"), types(entries));
        assertEquals(Guard.BUG, entries.get(2).input().path("why").asString());
        assertSame(entries);
    }

    @Test
    void whatBreaksWhileItIsEndedIsEndedByHandAndTheJournalSaysSo() throws Exception {
        // given a script that speaks, and a producer that is broken for what was said
        AtomicBoolean broken = new AtomicBoolean();
        MockProducer<byte[], byte[]> events =
                new MockProducer<>(LoopFixture.cluster(), true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
                    @Override
                    public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> each, Callback callback) {
                        if (broken.get() && each.topic().equals(Topics.CONVERSATION_EVENTS.name())) {
                            throw new IllegalStateException("a bug");
                        }
                        return super.send(each, callback);
                    }
                };
        LoopFixture of = new LoopFixture(LoopFixture.engines(), events, new LoopFixture.Mock(), LoopFixture.producer());
        of.start(1);
        of.running(CALL, 1, SCRIPT);
        of.workUntil(() -> of.commands().size() >= 2);

        // when
        broken.set(true);
        of.ended(CALL, 1, 11);
        of.work();

        // then what the machine decided is there, and that it was not done
        List<JournalEntry> entries = entries(journal(of));
        assertEquals(List.of("call_ended", ConversationJournal.GIVEN_UP), types(entries).subList(entries.size() - 2, entries.size()));
        assertSameScript(entries.subList(0, entries.size() - 1));
    }

    @Test
    void aCallWithoutAnEngineIsClosedThroughTheMachineToo() throws Exception {
        // given
        fixture.start(1);

        // when
        fixture.running(CALL, 1, "{\"engine\":\"of tomorrow\"}");
        fixture.work();
        fixture.ended(CALL, 1, 11);
        fixture.work();

        // then
        List<JournalEntry> entries = entries(journal(fixture));
        assertEquals(List.of("broken", "call_ended"), types(entries));
        assertSame(entries);
    }

    @Test
    void ofASealedCallNothingIsReadableWithoutItsKey() throws Exception {
        // given
        SecureRandom random = new SecureRandom();
        CallSecrets secrets = CallSecrets.generate(random);
        SealKey words = Objects.requireNonNull(secrets.words());
        fixture.keys.put(CALL, secrets);
        fixture.start(1);
        fixture.arrive(Topics.RUN_EVENTS, 1, CALL, Sealing.seal(fixture.run(CALL, SCRIPT), words));
        fixture.workUntil(() -> fixture.written().size() >= 2);

        // when
        fixture.arrive(Topics.CALL_MEDIA, 1, CALL, new FrameSeal(Objects.requireNonNull(secrets.media()), random)
                .seal(new MediaFrame.Digit(CALL, 12, fixture.nowMs.get(), '4')));
        fixture.work();
        fixture.ended(CALL, 1, 13);
        fixture.work();

        // then
        List<JournalBatch> batches = journal(fixture);
        assertTrue(batches.stream().allMatch(JournalBatch::sealed));
        assertTrue(batches.stream().noneMatch(each -> text(each.entries()).contains("digit_pressed")));
        List<JournalBatch> opened = new ArrayList<>();
        for (JournalBatch each : batches) {
            opened.add(assertInstanceOf(Sealing.Opened.Clear.class, Sealing.open(each, words)).value() instanceof JournalBatch b ? b : null);
        }
        assertSameScript(entries(opened));
        assertTrue(types(entries(opened)).contains("digit_pressed"));
    }

    private static String text(Slice bytes) {
        return new String(bytes.copy(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void theFirstBatchNamesTheDefinition() throws Exception {
        // given
        fixture.start(1);
        fixture.definitions.put("7:2:abc", Json.MAPPER.readTree(ECHO));
        RunEvent.Running run = fixture.run(CALL, ECHO);
        fixture.arrive(Topics.RUN_EVENTS, 1, CALL, new RunEvent.Running(
                run.callId(), run.after(), run.at(), run.run(), run.mediaFormat(), null, run.initialContext(), "7:2:abc"));
        fixture.work();

        // when
        talk(10, 5);
        fixture.ended(CALL, 1, 20);
        fixture.work();

        // then
        assertEquals("7:2:abc", journal(fixture).getFirst().definitionKey());
        assertNull(journal(fixture).getLast().definitionKey());
    }
}
