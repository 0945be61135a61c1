package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.ConversationSnapshot;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two loops: what the one leaves, the other takes over. They share the producer of events, so that the snapshots which the
/// first writes are the ones that the second reads.
class HandOverTest {

    private static final CallId CALL = LoopFixture.call(1);
    private static final SocketCommand CLOSED = SocketCommand.Close.because(CALL, Failure.INTERNAL_ERROR, "");
    private static final String SCRIPT = """
            {"engine": "scripted", "start": "greet", "nodes": {
              "greet": {"say": "Hello.", "next": "menu"},
              "menu": {"say": "Press a key.", "on_digit": {"any": "menu"}}}}
            """;

    private final LoopFixture first = new LoopFixture(LoopFixture.engines());
    private final LoopFixture second = new LoopFixture(
            LoopFixture.engines(), first.events, new LoopFixture.Mock(), LoopFixture.producer());

    private static long marks(LoopFixture fixture) {
        return fixture.commands().stream().filter(SocketCommand.Mark.class::isInstance).count();
    }

    private void speakingTheMenu() throws Exception {
        first.start(1);
        first.running(CALL, 1, SCRIPT);
        first.workUntil(() -> marks(first) == 1);
        first.arrive(Topics.CALL_MEDIA, 1, CALL, new MediaFrame.MarkReached(CALL, 10, first.nowMs.get(), 1, "turn-1"));
        first.workUntil(() -> marks(first) == 2);
    }

    @Test
    void aLineThatWasBeingSpokenIsSaidAgainByTheNextWorker() throws Exception {
        // given a conversation in its second line, whose worker goes away
        speakingTheMenu();
        first.audio(CALL, 1, 11, EchoLoopTest.frame(1, 160));
        first.work();
        first.loop.onClose();

        // when another worker gets the partition, and the call goes on a second later
        second.start(1);
        second.nowMs.addAndGet(1_000);
        second.arrive(Topics.CALL_MEDIA, 1, CALL,
                new MediaFrame.Audio(CALL, 12, second.nowMs.get() - 900, 240, EchoLoopTest.frame(1, 160)));
        second.workUntil(() -> marks(second) == 1);

        // then the old turn is cleared, and its line is said in a new one
        assertEquals(new SocketCommand.Clear(CALL, 2), second.commands().getFirst());
        SocketCommand.Play play = (SocketCommand.Play) second.commands().get(1);
        assertEquals(3, play.turn());
        assertEquals(0, play.seq());
        ConversationEvent.Resumed resumed = second.conversationEvents().stream()
                .filter(ConversationEvent.Resumed.class::isInstance).map(ConversationEvent.Resumed.class::cast).findFirst().orElseThrow();
        assertEquals(900, resumed.gapMs());
        List<Long> numbers = second.conversationEvents().stream().map(ConversationEvent::number).toList();
        assertEquals(numbers.stream().sorted().distinct().toList(), numbers);
    }

    @Test
    void theLeavingWorkerCommitsWhatItHasReadAndKeepsNothing() throws Exception {
        // given a conversation
        speakingTheMenu();

        // when its partition goes to somebody else
        first.assign(2);

        // then the snapshot is written, the offsets are committed, and the conversation is gone
        assertTrue(first.snapshots().getLast().state().path("turn").intValue() == 2);
        TopicPartition media = new TopicPartition(Topics.CALL_MEDIA.name(), 1);
        assertEquals(0, first.loop.conversations());
        assertEquals(1, first.committed(media));
    }

    @Test
    void aCallWithoutASignOfLifeIsTakenUpAfterAWhile() throws Exception {
        // given a conversation that was left behind
        speakingTheMenu();
        first.loop.onClose();
        second.start(1);
        assertEquals(0, second.commands().size());

        // when its provider sends nothing
        second.nowMs.addAndGet(Beginnings.RESUME_AFTER_MS);

        // then the line is said again all the same
        second.workUntil(() -> marks(second) == 1);
    }

    @Test
    void aCallThatEndedMeanwhileIsNotTakenUp() throws Exception {
        // given a conversation that was left behind
        speakingTheMenu();
        first.loop.onClose();
        second.start(1);

        // when its end is read first
        second.ended(CALL, 1, 20);
        second.work();
        second.nowMs.addAndGet(Beginnings.RESUME_AFTER_MS);
        second.work();

        // then nothing is said, and nobody takes it up again
        assertEquals(0, second.commands().size());
        assertEquals(null, second.snapshots().getLast());
        LoopFixture third = new LoopFixture(LoopFixture.engines(), first.events, new LoopFixture.Mock(), LoopFixture.producer());
        assertEquals(0, third.start(1).loop.conversations());
    }

    @Test
    void anEchoFlowsOnInANewTurn() throws Exception {
        // given an echo whose worker goes away
        first.start(1);
        first.running(CALL, 1, "{\"engine\":\"echo\"}");
        first.audio(CALL, 1, 10, EchoLoopTest.frame(1, 160));
        first.work();
        first.loop.onClose();

        // when the same and the next frame come to the next worker
        second.start(1);
        second.audio(CALL, 1, 10, EchoLoopTest.frame(1, 160));
        second.audio(CALL, 1, 11, EchoLoopTest.frame(2, 160));
        second.work();

        // then only the next one is answered
        assertEquals(
                List.of(new SocketCommand.Play(CALL, 2, 0, 160, EchoLoopTest.frame(2, 160))), second.commands());
    }

    private void leaves(String state, String definition) {
        RunEvent.Running run = new RunEvent.Running(
                CALL, 2, Instant.ofEpochMilli(first.nowMs.get()), new RunEvent.RunRef(1, "WR-AGS-00000001", 1, 1, 1, LoopFixture.SLOT),
                MediaFormat.MULAW_8K, Json.MAPPER.readTree(definition), Json.MAPPER.createObjectNode(), null);
        leaves(Topics.CONVERSATION_SNAPSHOTS.codec().encode(new ConversationSnapshot(
                CALL, 9, Instant.ofEpochMilli(first.nowMs.get()), 4, run, Json.MAPPER.readTree(state), 1)));
    }

    private void leaves(byte[] snapshot) {
        first.events.send(new ProducerRecord<>(Topics.CONVERSATION_SNAPSHOTS.name(), 1, CALL.toKey(), snapshot));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"phase\":\"DANCING\",\"turn\":1}", "{}", "[]", "7", "{\"phase\":\"LISTENING\",\"turn\":1}"})
    void aSnapshotOfAnotherVersionClosesItsCall(String state) throws Exception {
        // given
        leaves(state, SCRIPT);

        // when
        second.start(1);

        // then
        assertEquals(List.of(CLOSED), second.commands());
    }

    @Test
    void aSnapshotThatIsNoneClosesItsCallAtEveryGateway() throws Exception {
        // given
        leaves(new byte[] {1, 2, 3});

        // when
        second.start(1);

        // then
        assertEquals(Collections.nCopies(LoopFixture.PARTITIONS, CLOSED), second.commands());
    }

    @Test
    void anEngineThatThereIsNotAfterAnUpgradeClosesItsCallAndNotTheWorker() throws Exception {
        // given
        leaves(
                """
                {"phase": "LISTENING", "turn": 1,
                 "manners": {"interruptible": true, "speech": true, "digits": "", "silence_after_ms": 1}}
                """,
                "{\"engine\":\"fax\"}");
        second.start(1);

        // when its frames come
        second.audio(CALL, 1, 10, EchoLoopTest.frame(1, 160));
        second.audio(CALL, 1, 11, EchoLoopTest.frame(1, 160));
        second.work();

        // then
        assertEquals(List.of(CLOSED), second.commands());
    }

    @Test
    void whoTakesOverHasALargerEpochThanWhoHadItBefore() throws Exception {
        // given an echo that was begun in a later generation than the one in which it is taken over
        first.consumer.generation = 5;
        first.start(1);
        first.running(CALL, 1, "{\"engine\":\"echo\"}");
        first.audio(CALL, 1, 10, EchoLoopTest.frame(1, 160));
        first.work();
        first.loop.onClose();

        // when
        second.consumer.generation = 2;
        second.start(1);
        second.audio(CALL, 1, 11, EchoLoopTest.frame(2, 160));
        second.work();

        // then
        assertEquals(5, first.written().getLast().epoch());
        assertEquals(6, second.written().getLast().epoch());
        assertEquals(6, second.conversationEvents().getLast().epoch());
        assertEquals(6, second.snapshots().getLast().epoch());
        ProducerRecord<byte[], byte[]> snapshot = second.events.history().stream()
                .filter(each -> each.topic().equals(Topics.CONVERSATION_SNAPSHOTS.name()) && each.value() != null)
                .toList().getLast();
        assertEquals("6", new String(snapshot.headers().lastHeader("epoch").value(), StandardCharsets.US_ASCII));
    }

    @Test
    void aSnapshotOfAWorkerThatHadLostTheConversationIsNotBelieved() throws Exception {
        // given a conversation that was taken over, and whose first worker writes once more without knowing it
        speakingTheMenu();
        first.loop.onClose();
        byte[] old = first.events.history().stream()
                .filter(each -> each.topic().equals(Topics.CONVERSATION_SNAPSHOTS.name())).reduce((a, b) -> b).orElseThrow().value();
        second.consumer.generation = 2;
        second.start(1);
        second.audio(CALL, 1, 11, EchoLoopTest.frame(1, 160));
        second.workUntil(() -> marks(second) == 1);
        second.loop.onClose();
        int turn = second.snapshots().getLast().state().path("turn").intValue();
        leaves(old);

        // when a third one takes over
        LoopFixture third = new LoopFixture(LoopFixture.engines(), first.events, new LoopFixture.Mock(), LoopFixture.producer());
        third.start(1);
        third.audio(CALL, 1, 12, EchoLoopTest.frame(1, 160));
        third.workUntil(() -> marks(third) == 1);

        // then it goes on from where the second one was
        assertEquals(new SocketCommand.Clear(CALL, turn), third.commands().getFirst());
    }

    @Test
    void aLoopThatStoodStillAndLostItsPartitionsSaysNothingMore() throws Exception {
        // given a line that waits for its mark, and offsets that were committed
        speakingTheMenu();
        aSecondPasses();
        int commands = first.commands().size();
        int events = first.events.history().size();

        // when the process is frozen for half a minute in which somebody else took over, and finds deadlines and a mark
        first.consumer.notAMember = new CommitFailedException();
        first.nowMs.addAndGet(30_000);
        first.arrive(Topics.CALL_MEDIA, 1, CALL, new MediaFrame.MarkReached(CALL, 11, first.nowMs.get(), 2, "turn-2"));
        first.work();

        // then it writes nothing
        assertEquals(commands, first.commands().size());
        assertEquals(events, first.events.history().size());
        assertEquals(0, first.loop.conversations());
    }

    @Test
    void aLoopThatStoodStillAndIsStillAMemberGoesOn() throws Exception {
        // given
        speakingTheMenu();
        aSecondPasses();

        // when
        first.nowMs.addAndGet(30_000);
        first.work();

        // then the deadline that passed meanwhile is seen to
        assertEquals(1, first.loop.conversations());
        assertEquals(2, first.conversationEvents().stream().filter(ConversationEvent.Said.class::isInstance).count());
    }

    /// In which offsets are committed.
    private void aSecondPasses() {
        first.nowMs.addAndGet(1_000);
        first.work();
    }

    @Test
    void offsetsAreCommittedOnceWhatTheyLedToIsWritten() throws Exception {
        // given a loop whose events are not acknowledged at once
        MockProducer<byte[], byte[]> slow = LoopFixture.producer(false);
        LoopFixture loop = new LoopFixture(LoopFixture.engines(), slow, new LoopFixture.Mock(), LoopFixture.producer());
        loop.start(1);
        loop.running(CALL, 1, SCRIPT);
        loop.work();
        TopicPartition runs = new TopicPartition(Topics.RUN_EVENTS.name(), 1);

        // when seconds pass, and then they are
        for (int n = 0; n < 3; n++) {
            loop.nowMs.addAndGet(1_000);
            loop.work();
        }
        boolean early = loop.consumer.commits.stream().anyMatch(each -> each.containsKey(runs) && each.get(runs).offset() == 1);
        for (int n = 0; n < 3; n++) {
            boolean more = true;
            while (more) {
                more = slow.completeNext();
            }
            loop.nowMs.addAndGet(1_000);
            loop.work();
        }

        // then the run is committed, and was not before
        assertFalse(early);
        assertEquals(1, loop.consumer.commits.getLast().get(runs).offset());
    }

    @Test
    void aPartitionWhoseLeaderDoesNotAnswerHoldsUpNoCallAndEndsNoLoop() throws Exception {
        // given
        LoopFixture loop = new LoopFixture(LoopFixture.engines()).start(1, 2);
        TopicPartition away = new TopicPartition(Topics.RUN_EVENTS.name(), 2);
        TopicPartition there = new TopicPartition(Topics.RUN_EVENTS.name(), 1);
        loop.consumer.unreachable.add(away);

        // when
        loop.running(CALL, 1, SCRIPT);
        for (int n = 0; n < 3; n++) {
            loop.nowMs.addAndGet(1_000);
            loop.work();
        }

        // then
        assertEquals(1, loop.consumer.commits.getLast().get(there).offset());
        assertFalse(loop.consumer.commits.getLast().containsKey(away));
    }

    @Test
    void offsetsOfAPartitionThatStaysAreNotCommittedSoonerBecauseAnotherCame() throws Exception {
        // given a run that was read, and of which nothing is written yet
        MockProducer<byte[], byte[]> slow = LoopFixture.producer(false);
        LoopFixture loop = new LoopFixture(LoopFixture.engines(), slow, new LoopFixture.Mock(), LoopFixture.producer());
        loop.start(1);
        loop.running(CALL, 1, SCRIPT);
        loop.work();
        TopicPartition runs = new TopicPartition(Topics.RUN_EVENTS.name(), 1);

        // when
        loop.assign(1, 2);
        loop.nowMs.addAndGet(1_000);
        loop.work();

        // then
        assertEquals(0, loop.consumer.commits.getLast().get(runs).offset());
        assertTrue(loop.consumer.commits.getLast().containsKey(new TopicPartition(Topics.RUN_EVENTS.name(), 2)));
    }

    @Test
    void aConversationThatStaysIsHeardWhileAnotherGoes() throws Exception {
        // given two echoes
        CallId other = LoopFixture.call(2);
        first.start(1, 2);
        first.running(CALL, 1, "{\"engine\":\"echo\"}");
        first.running(other, 2, "{\"engine\":\"echo\"}");
        first.work();

        // when the partition of one goes
        first.assign(1);
        first.audio(CALL, 1, 10, EchoLoopTest.frame(1, 160));
        first.work();

        // then the other goes on in its turn, and is not written down for it
        assertEquals(List.of(new SocketCommand.Play(CALL, 1, 0, 160, EchoLoopTest.frame(1, 160))), first.commands());
        assertEquals(1, first.snapshots().stream().filter(each -> each.callId().equals(other)).skip(1).count());
        assertEquals(0, first.snapshots().stream().filter(each -> each.callId().equals(CALL)).skip(1).count());
    }

    @Test
    void manyConversationsAreTakenOverWithOneReading() throws Exception {
        // given
        first.start(1, 2);
        for (int n = 1; n <= 8; n++) {
            first.running(LoopFixture.call(n), 1 + n % 2, "{\"engine\":\"echo\"}");
        }
        first.work();
        first.loop.onClose();

        // when
        second.start(1, 2);

        // then
        assertEquals(8, second.loop.conversations());
        assertEquals(1, second.snapshotReadings);
    }

    @Test
    void aPartitionThatStaysKeepsItsConversation() throws Exception {
        // given a conversation
        speakingTheMenu();
        int before = first.commands().size();

        // when partitions move, but not its own
        first.assign(1, 2);
        first.work();

        // then it goes on as if nothing had happened
        assertEquals(1, first.loop.conversations());
        assertEquals(before, first.commands().size());
    }

    /// Agrees for so many polls, once it is told to, and takes no commit meanwhile.
    private static final class Agreeing extends LoopFixture.Mock {
        private int polls;

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration limit) {
            if (polls > 0 && --polls == 0) {
                notAMember = null;
            }
            return super.poll(limit);
        }

        void agrees(int forPolls) {
            polls = forPolls;
            notAMember = new RebalanceInProgressException();
        }
    }

    /// A loop of a call that has just ended, which closes while its group agrees; and how far it has committed.
    private static long closesWhileTheGroupAgrees(int forPolls) throws Exception {
        Agreeing group = new Agreeing();
        LoopFixture loop = new LoopFixture(LoopFixture.engines(), LoopFixture.producer(), group, LoopFixture.producer());
        loop.start(1);
        loop.running(CALL, 1, SCRIPT);
        loop.work();
        loop.ended(CALL, 1, 20);
        loop.work();
        group.agrees(forPolls);

        loop.loop.onClose();

        assertTrue(group.closed());
        var committed = group.committedBefore.get(new TopicPartition(Topics.RUN_EVENTS.name(), 1));
        return committed == null ? 0 : committed.offset();
    }

    @Test
    void whoClosesWhileTheGroupAgreesCommitsWhatIsDone() throws Exception {
        assertEquals(1, closesWhileTheGroupAgrees(3));
    }

    @Test
    void whoClosesDoesNotWaitWithoutEndForAGroupThatAgrees() throws Exception {
        assertEquals(0, closesWhileTheGroupAgrees(1_000_000));
    }
}
