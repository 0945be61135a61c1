package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.errors.InvalidSessionTimeoutException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/// What a loop does with calls of which it is not certain that they are its own, and what it does when it cannot write.
class OwnershipTest {

    private static final CallId CALL = LoopFixture.call(1);
    private static final String ECHO = "{\"engine\":\"echo\"}";
    private static final TopicPartition RUNS = new TopicPartition(Topics.RUN_EVENTS.name(), 1);

    private final LoopFixture fixture = new LoopFixture(LoopFixture.engines());

    private void passes(LoopFixture of, long ms) {
        of.nowMs.addAndGet(ms);
        of.work();
    }

    /// Half seconds in which the call talks to a worker that has no conversation for it.
    private void talks(LoopFixture to, int halfSeconds) {
        for (int n = 0; n < halfSeconds; n++) {
            to.audio(CALL, 1, 10 + n, EchoLoopTest.frame(1, 160));
            passes(to, 500);
        }
    }

    @Test
    void takesNoPartitionsBeforeTheDefinitionsAreRead() throws Exception {
        // given
        fixture.definitionsRead = false;
        fixture.loop.onStart();
        fixture.loop.work();
        Set<String> early = fixture.consumer.subscription();

        // when
        fixture.definitionsRead = true;
        fixture.assignAfterSubscribing(1);

        // then
        assertEquals(Set.of(), early);
        assertFalse(fixture.consumer.subscription().isEmpty());
    }

    @Test
    void whereNobodySaysHowFarWasReadTheLoopGoesOnAndReadsOnceItIsKnown() throws Exception {
        // given
        LoopFixture away = new LoopFixture(
                LoopFixture.engines(), LoopFixture.producer(), new LoopFixture.Mock("latest"), LoopFixture.producer());
        away.consumer.coordinatorAway = true;
        away.start(1);
        away.running(CALL, 1, ECHO);
        passes(away, 1_000);
        passes(away, 1_000);
        int before = away.loop.conversations();

        // when
        away.consumer.coordinatorAway = false;
        passes(away, 1_000);
        away.workUntil(() -> away.loop.conversations() == 1);

        // then
        assertEquals(0, before);
        assertFalse(away.consumer.commits.stream().anyMatch(commit -> commit.containsKey(RUNS) && commit.get(RUNS).offset() == 0));
    }

    @Test
    void readsNothingMoreOfPartitionsThatItLostUntilTheGroupHasSpoken() throws Exception {
        // given a loop that stood still while somebody else took over
        fixture.start(1);
        passes(fixture, 1_000);
        fixture.consumer.notAMember = new CommitFailedException();
        passes(fixture, 30_000);

        // when
        fixture.running(CALL, 1, ECHO);
        talks(fixture, 12);

        // then
        assertEquals(0, fixture.loop.conversations());
        assertEquals(List.of(), fixture.commands());
        fixture.assign(1, 2);
        assertEquals(Set.of(), fixture.consumer.paused());
    }

    @Test
    void whatItGaveUpInDoubtAndStillHasIsReadAnew() throws Exception {
        // given a loop that the group did not answer when it had stood still, and a run that it read and did not believe to be its own
        fixture.start(1);
        passes(fixture, 1_000);
        fixture.running(CALL, 1, ECHO);
        fixture.consumer.notAMember = new TimeoutException("nobody answers");
        passes(fixture, 30_000);
        long read = fixture.consumer.position(RUNS);

        // when the group has not taken the partition away
        fixture.consumer.notAMember = null;
        fixture.assign(1, 2);

        // then
        assertEquals(1, read);
        assertEquals(0, fixture.consumer.position(RUNS));
    }

    @Test
    void asksTheGroupWhereItStoodStillForShorterThanTheSession() throws Exception {
        // given a loop whose partitions somebody else has by now
        fixture.start(1);
        passes(fixture, 1_000);
        fixture.consumer.notAMember = new CommitFailedException();

        // when
        passes(fixture, LoopFixture.LIMITS.sureMs() + 1);

        // then it has let go of them before the session of the one that stood still could have been over
        assertTrue(LoopFixture.LIMITS.sureMs() < LoopFixture.LIMITS.sessionMs());
        assertFalse(fixture.consumer.paused().isEmpty());
    }

    @Test
    void whoStoodStillForLongWhileTheGroupAgreedHoldsNothing() throws Exception {
        // given a conversation, and a group that agrees, which the client says without asking it
        fixture.start(1);
        fixture.running(CALL, 1, ECHO);
        fixture.workUntil(() -> fixture.loop.conversations() == 1);
        fixture.consumer.notAMember = new RebalanceInProgressException();

        // when
        passes(fixture, LoopFixture.LIMITS.sessionMs());

        // then
        assertEquals(0, fixture.loop.conversations());
    }

    @Test
    void whoStoodStillForAMomentWhileTheGroupAgreedGoesOn() throws Exception {
        // given
        fixture.start(1);
        fixture.running(CALL, 1, ECHO);
        fixture.workUntil(() -> fixture.loop.conversations() == 1);
        fixture.consumer.notAMember = new RebalanceInProgressException();

        // when
        passes(fixture, LoopFixture.LIMITS.missedMs());

        // then
        assertTrue(LoopFixture.LIMITS.missedMs() >= LoopFixture.LIMITS.sureMs());
        assertEquals(1, fixture.loop.conversations());
    }

    @Test
    void waitsWhereWorkersOfAnotherVersionHaveTheGroup() throws Exception {
        // given
        fixture.start(1);
        fixture.consumer.setPollException(new InconsistentGroupProtocolException("on purpose"));

        // when
        fixture.work();
        fixture.running(CALL, 1, ECHO);
        talks(fixture, 12);

        // then it has tried again
        assertEquals(1, fixture.loop.conversations());
    }

    @Test
    void aSessionTimeoutThatTheBrokersDoNotTakeIsSaidWithItsVariable() throws Exception {
        // given
        fixture.start(1);
        fixture.consumer.setPollException(new InvalidSessionTimeoutException("on purpose"));

        // when
        IllegalStateException refused = assertThrows(IllegalStateException.class, fixture::work);

        // then
        assertTrue(String.valueOf(refused.getMessage()).contains("AGENT_STREAM_WORKER_SESSION_TIMEOUT"), refused.getMessage());
    }

    @Test
    void closesNoCallAsNobodysWhileTheGroupDoesNotAnswer() throws Exception {
        // given
        fixture.start(1);
        fixture.consumer.groupAnswers = false;

        // when
        talks(fixture, 30);

        // then
        assertEquals(List.of(), fixture.commands());
    }

    @Test
    void closesACallThatIsNobodysWithItsGeneration() throws Exception {
        // given
        fixture.consumer.generation = 7;
        fixture.start(1);

        // when
        talks(fixture, 12);

        // then
        assertEquals(LoopFixture.PARTITIONS, fixture.written().size());
        assertTrue(fixture.written().stream().allMatch(each -> each.epoch() == 7));
    }

    @Test
    void aRefusalIsSentAgainUntilItIsDelivered() throws Exception {
        // given a run that is too old, and a close that does not arrive
        MockProducer<byte[], byte[]> media = LoopFixture.producer(false);
        LoopFixture slow = new LoopFixture(LoopFixture.engines(), LoopFixture.producer(), new LoopFixture.Mock(), media);
        slow.start(1);
        slow.running(CALL, 1, ECHO);
        passes(slow, Beginnings.STALE_RUN_MS + 1);
        media.errorNext(new TimeoutException("late"));

        // when
        passes(slow, CommandWriter.RESEND_AFTER_MS);
        media.completeNext();
        passes(slow, CommandWriter.RESEND_AFTER_MS);

        // then
        assertEquals(2, slow.commands().stream().filter(SocketCommand.Close.class::isInstance).count());
    }

    @Test
    void handsOverNoMoreThanIsWritten() throws Exception {
        // given a conversation whose first event is not written
        MockProducer<byte[], byte[]> events = LoopFixture.producer(false);
        LoopFixture slow = new LoopFixture(LoopFixture.engines(), events, new LoopFixture.Mock(), LoopFixture.producer());
        slow.start(1);
        slow.running(CALL, 1, ECHO);
        slow.work();
        events.errorNext(new TimeoutException("late"));

        // when its partition goes to somebody else
        slow.assign(2);

        // then the run is read once more
        assertEquals(0, slow.committed(RUNS));
    }

    @Test
    void aSnapshotThatCouldNotBeLoadedIsLoadedLater() throws Exception {
        // given a conversation that was left behind, and a worker that cannot read snapshots
        fixture.start(1);
        fixture.running(CALL, 1, ECHO);
        fixture.work();
        fixture.loop.onClose();
        LoopFixture second = new LoopFixture(LoopFixture.engines(), fixture.events, new LoopFixture.Mock(), LoopFixture.producer());
        second.snapshotsAway = true;
        second.start(1);
        talks(second, 9);
        int early = second.loop.conversations();

        // when
        second.snapshotsAway = false;
        passes(second, 1_000);

        // then the call was not closed as nobody's, and is taken up
        assertEquals(0, early);
        assertEquals(List.of(), second.commands());
        assertEquals(1, second.loop.conversations());
    }

    @Test
    void aLoopWhoseProducerIsDeadEnds() throws Exception {
        // given
        MockProducer<byte[], byte[]> media = LoopFixture.producer(false);
        LoopFixture dead = new LoopFixture(LoopFixture.engines(), LoopFixture.producer(), new LoopFixture.Mock(), media);
        dead.start(1);
        dead.running(CALL, 1, ECHO);
        dead.audio(CALL, 1, 10, EchoLoopTest.frame(1, 160));
        dead.work();

        // when
        media.errorNext(new KafkaException("cannot go on"));
        dead.nowMs.addAndGet(1_000);

        // then
        assertThrows(IllegalStateException.class, dead::work);
    }

    @Test
    void aProducerThatWritesNothingForAMinuteWhileKafkaAnswersIsDead() {
        // given
        ProducerHealth health = new ProducerHealth();
        for (long ms = 0; ms < ProducerHealth.LIMIT_MS; ms += 1_000) {
            health.report(new TimeoutException("late"));
            assertFalse(health.isDead(ms, true));
        }

        // when
        health.report(new TimeoutException("late"));

        // then
        assertTrue(health.isDead(ProducerHealth.LIMIT_MS, true));
    }

    @Test
    void keysHaveTheirRoomBesideTheAudioThatCameBeforeThem() {
        // given
        EarlyFrames early = new EarlyFrames();
        for (int n = 0; n < EarlyFrames.MAX_FRAMES_PER_CALL; n++) {
            early.hold(new MediaFrame.Audio(CALL, n, 0, 0, Slice.of(new byte[160])), 0);
        }

        // when
        boolean held = early.hold(new MediaFrame.Digit(CALL, 99, 0, '1'), 0);

        // then
        assertTrue(held);
        assertEquals(99, early.take(CALL).getLast().seq());
    }
}
