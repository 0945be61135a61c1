package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import io.agentstream.worker.takeover.Partitions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/// What becomes of calls while partitions come: of those that stay, and of those that come with them.
class ArrivalsTest {

    private static final CallId STAYS = LoopFixture.call(1);
    private static final CallId COMES = LoopFixture.call(2);
    private static final String ECHO = "{\"engine\":\"echo\"}";
    private static final TopicPartition RUNS = new TopicPartition(Topics.RUN_EVENTS.name(), 2);

    private final LoopFixture former = new LoopFixture(LoopFixture.engines());
    private final LoopFixture fixture = new LoopFixture(
            LoopFixture.engines(), former.events, new LoopFixture.Mock("latest"), LoopFixture.producer());
    private final HeldBack beside = new HeldBack();

    /// Another worker has had the call in partition 2.
    private void formerHasLeft() throws Exception {
        former.start(2);
        former.running(COMES, 2, ECHO);
        former.audio(COMES, 2, 10, EchoLoopTest.frame(1, 160));
        former.work();
        former.loop.onClose();
    }

    private void holdsACall() throws Exception {
        fixture.start(1);
        fixture.running(STAYS, 1, ECHO);
        fixture.workUntil(() -> fixture.loop.conversations() == 1);
    }

    private void passes(long ms) {
        fixture.nowMs.addAndGet(ms);
        fixture.work();
    }

    @Test
    void aCallThatStaysIsHeardWhileItIsAskedWhatComes() throws Exception {
        // given a loop that has a call, and a broker that does not say what others left until that is heard
        holdsACall();
        CountDownLatch heard = new CountDownLatch(1);
        AtomicBoolean inVain = new AtomicBoolean();
        fixture.beside = task -> Thread.ofPlatform().daemon().start(task);
        fixture.whileLooking = () -> await(heard, inVain);

        // when another partition comes, and the caller speaks
        fixture.assign(1, 2);
        fixture.audio(STAYS, 1, 10, EchoLoopTest.frame(1, 160));
        fixture.workUntil(() -> !fixture.commands().isEmpty());
        Set<TopicPartition> paused = fixture.consumer.paused();
        heard.countDown();

        // then what came is read once the answer is there
        assertEquals(Partitions.TOPICS.size(), paused.size());
        fixture.workUntil(() -> fixture.consumer.paused().isEmpty());
        assertFalse(inVain.get());
        assertEquals(List.of(new SocketCommand.Play(STAYS, 1, 0, 160, EchoLoopTest.frame(1, 160))), fixture.commands());
    }

    private static void await(CountDownLatch latch, AtomicBoolean inVain) {
        try {
            inVain.set(!latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void nothingThatComesIsReadBeforeItIsKnownWhatOthersLeft() throws Exception {
        // given a call that another worker had, whose beginning will be read once more
        formerHasLeft();
        fixture.beside = beside;
        fixture.start(2);
        fixture.running(COMES, 2, ECHO);
        fixture.audio(COMES, 2, 11, EchoLoopTest.frame(2, 160));
        fixture.work();
        int early = fixture.loop.conversations();

        // when
        beside.doAll();
        fixture.work();

        // then it goes on, and does not begin anew
        assertEquals(0, early);
        assertEquals(List.of(new SocketCommand.Play(COMES, 2, 0, 160, EchoLoopTest.frame(2, 160))), fixture.commands());
        assertEquals(1, fixture.conversationEvents().stream().filter(ConversationEvent.Began.class::isInstance).count());
    }

    @Test
    void whatGoesAwayWhileItIsAskedIsNotTaken() throws Exception {
        // given
        formerHasLeft();
        fixture.beside = beside;
        fixture.start(1, 2);

        // when
        fixture.assign(1);
        beside.doAll();
        passes(1_000);

        // then the other is read
        assertEquals(0, fixture.loop.conversations());
        assertFalse(fixture.consumer.paused().contains(new TopicPartition(Topics.RUN_EVENTS.name(), 1)));
    }

    @Test
    void whatWentAwayAndCameBackIsAskedAnew() throws Exception {
        // given a partition that goes, while somebody still tells what was in it, to another with whom its call ends, and comes back
        formerHasLeft();
        fixture.beside = beside;
        fixture.start(2);
        fixture.onceRead = () -> {
            fixture.onceRead = () -> {};
            fixture.assign(1);
            former.events.send(new ProducerRecord<>(Topics.CONVERSATION_SNAPSHOTS.name(), 2, COMES.toKey(), null));
            fixture.assign(1, 2);
        };

        // when
        beside.doAll();
        fixture.work();
        beside.doAll();
        fixture.work();

        // then
        assertEquals(0, fixture.loop.conversations());
        assertEquals(Set.of(), fixture.consumer.paused());
    }

    @Test
    void whatIsLostWhileItIsAskedIsNotTaken() throws Exception {
        // given a loop that stands still until somebody else has all that it had, and all that was coming
        formerHasLeft();
        holdsACall();
        passes(1_000);
        fixture.beside = beside;
        fixture.assign(1, 2);
        fixture.consumer.notAMember = new CommitFailedException();

        // when
        passes(30_000);
        beside.doAll();
        passes(1_000);

        // then
        assertEquals(0, fixture.loop.conversations());
    }

    @Test
    void whoHasNothingElseAsksTheGroupBeforeItTakesWhatCameBeforeItStoodStill() throws Exception {
        // given an answer that is there when a loop thaws whose place in the group somebody else has
        formerHasLeft();
        fixture.beside = beside;
        fixture.start(2);
        beside.doAll();
        fixture.consumer.notAMember = new CommitFailedException();

        // when
        passes(30_000);

        // then
        assertEquals(0, fixture.loop.conversations());
        assertFalse(fixture.consumer.paused().isEmpty());
    }

    @Test
    void whoStoodStillAndIsStillAMemberTakesWhatCame() throws Exception {
        // given
        formerHasLeft();
        fixture.beside = beside;
        fixture.start(2);
        beside.doAll();

        // when
        passes(30_000);

        // then
        assertEquals(1, fixture.loop.conversations());
    }

    @Test
    void whatIsAskedWhenTheLoopClosesIsNotTaken() throws Exception {
        // given
        formerHasLeft();
        fixture.beside = beside;
        fixture.start(2);

        // when
        fixture.loop.onClose();
        beside.doAll();

        // then nothing of it is ours to say
        assertEquals(0, fixture.loop.conversations());
        assertFalse(fixture.consumer.committedBefore.containsKey(RUNS));
    }

    @Test
    void whatOthersLeftIsNotWaitedForWithoutEnd() throws Exception {
        // given snapshots that nobody can read
        fixture.snapshotsAway = true;
        fixture.start(2);
        fixture.running(COMES, 2, ECHO);
        passes(1_000);
        int early = fixture.loop.conversations();

        // when
        for (int s = 0; s < 60; s++) {
            fixture.nowMs.addAndGet(1_000);
            fixture.work();
        }
        fixture.running(STAYS, 2, ECHO);
        fixture.workUntil(() -> fixture.loop.conversations() > 0);

        // then
        assertEquals(0, early);
        assertTrue(fixture.conversationEvents().stream().allMatch(each -> each.callId().equals(STAYS)));
    }

    @Test
    void aNewcomerIsReadyOnceItReadsItsShare() throws Exception {
        // given a member that the others have not given anything yet
        fixture.beside = beside;
        fixture.joins();
        boolean withoutAny = fixture.loop.ready();

        // when
        fixture.assign(1, 2);
        fixture.work();
        boolean asking = fixture.loop.ready();
        beside.doAll();
        fixture.work();

        // then
        assertFalse(withoutAny);
        assertFalse(asking);
        assertTrue(fixture.loop.ready());
    }

    @Test
    void aNewcomerForWhomThereIsNothingIsReadyAfterAWhile() throws Exception {
        // given
        fixture.joins();
        boolean early = fixture.loop.ready();

        // when
        for (int s = 0; s < 5; s++) {
            passes(1_000);
        }

        // then
        assertFalse(early);
        assertTrue(fixture.loop.ready());
    }
}
