package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.NextPartition;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.SocketCommand;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How a loop comes by partitions that another one holds.
class MovesTest {

    private static final CallId CALL = LoopFixture.call(1);
    private static final String ECHO = "{\"engine\":\"echo\"}";
    private static final long A_WHILE_MS = 500;
    private static final long AN_HOUR_MS = 3_600_000;

    private final LoopFixture former = new LoopFixture(LoopFixture.engines());
    private final LoopFixture fixture = new LoopFixture(
            LoopFixture.engines(), former.events, new LoopFixture.Mock("latest"), LoopFixture.producer());
    private final HeldBack beside = new HeldBack();

    private void passes(long ms) {
        fixture.nowMs.addAndGet(ms);
        fixture.loop.work();
    }

    /// Whether it has asked since the last time.
    private boolean hasAsked() {
        boolean asked = fixture.consumer.shouldRebalance();
        fixture.consumer.resetShouldRebalance();
        return asked;
    }

    private void joinsAndIsTold(int number) {
        fixture.next.tell(number, false);
        fixture.joins();
    }

    @Test
    void whatIsToComeIsReadBeforehandAndOnlyThenAskedFor() {
        // given
        fixture.beside = beside;
        joinsAndIsTold(2);
        boolean early = hasAsked();

        // when
        beside.doAll();
        passes(1);

        // then
        assertFalse(early);
        assertEquals(1, fixture.snapshotReadings);
        assertTrue(hasAsked());
        assertEquals(2, fixture.next.prepared());
    }

    @Test
    void itsCallsGoOnWithWhatWasWrittenLast() throws Exception {
        // given a call whose worker goes on with it while another one prepares itself, and lets go of it then
        former.start(2);
        former.running(CALL, 2, ECHO);
        former.audio(CALL, 2, 10, EchoLoopTest.frame(1, 160));
        former.work();
        joinsAndIsTold(2);
        former.audio(CALL, 2, 11, EchoLoopTest.frame(2, 160));
        former.work();
        former.assign();
        fixture.next.tell(NextPartition.NONE, false);

        // when
        fixture.assign(2);
        fixture.running(CALL, 2, ECHO);
        fixture.audio(CALL, 2, 11, EchoLoopTest.frame(2, 160));
        fixture.audio(CALL, 2, 12, EchoLoopTest.frame(3, 160));
        fixture.work();

        // then
        assertEquals(List.of(new SocketCommand.Play(CALL, 2, 0, 160, EchoLoopTest.frame(3, 160))), fixture.commands());
        assertTrue(fixture.loop.ready());
    }

    @Test
    void theNextIsNotAskedForBeforeTheCallsOfTheFirstGoOn() {
        // given
        joinsAndIsTold(2);
        hasAsked();

        // when it is given that one, is told of another, and can take the first a while later
        fixture.beside = beside;
        fixture.next.tell(3, false);
        fixture.assign(2);
        passes(A_WHILE_MS);
        beside.doAll();
        passes(1);
        fixture.beside = Runnable::run;
        passes(A_WHILE_MS - 1);
        boolean early = hasAsked();
        int preparedEarly = fixture.next.prepared();
        passes(1);

        // then
        assertFalse(early);
        assertEquals(NextPartition.NONE, preparedEarly);
        assertTrue(hasAsked());
        assertEquals(3, fixture.next.prepared());
    }

    @Test
    void whatComesByItselfIsTakenFirst() {
        // given a partition that nobody has any more, and a broker that does not say for long what others left in it
        fixture.beside = beside;
        joinsAndIsTold(3);
        fixture.assign(2);
        beside.doOne();
        passes(A_WHILE_MS);
        int underWay = beside.size();

        // when
        beside.doAll();
        passes(1);
        passes(A_WHILE_MS);
        beside.doAll();
        boolean early = hasAsked();
        passes(1);

        // then
        assertEquals(1, underWay);
        assertFalse(early);
        assertTrue(hasAsked());
        assertEquals(3, fixture.next.prepared());
    }

    @Test
    void itAsksOnceAndWaitsForTheGroup() {
        joinsAndIsTold(2);
        boolean asked = hasAsked();

        passes(AN_HOUR_MS);
        passes(AN_HOUR_MS);

        assertTrue(asked);
        assertFalse(hasAsked());
    }

    @Test
    void whatItsHolderLetsGoOfIsNotAskedForAgain() {
        // given
        joinsAndIsTold(2);
        hasAsked();

        // when
        fixture.next.tell(2, true);
        fixture.consumer.joined();
        passes(AN_HOUR_MS);

        // then
        assertFalse(hasAsked());
        assertEquals(2, fixture.next.prepared());
        assertFalse(fixture.loop.ready());
    }

    @Test
    void aGroupThatNeverGivesWhatItTellsOfIsAskedSeldomAndNotForEver() {
        // given
        joinsAndIsTold(2);
        int asked = hasAsked() ? 1 : 0;
        int inTheFirstSeconds = 0;
        fixture.consumer.joined();

        // when each agreement tells the same
        for (int passes = 0; passes < AN_HOUR_MS / 100; passes++) {
            passes(100);
            if (hasAsked()) {
                asked++;
                inTheFirstSeconds += passes < 40 ? 1 : 0;
                fixture.consumer.joined();
            }
        }

        // then it is content with what it has
        assertEquals(6, asked);
        assertEquals(2, inTheFirstSeconds);
        assertTrue(fixture.loop.ready());
    }

    @Test
    void aLoopIsNotReadyBeforeAllThatIsToComeHasCome() {
        // given
        joinsAndIsTold(2);
        fixture.next.tell(3, false);
        fixture.assign(2);
        fixture.work();
        boolean early = fixture.loop.ready();

        // when
        fixture.next.tell(NextPartition.NONE, false);
        fixture.assign(2, 3);
        fixture.work();

        // then
        assertFalse(early);
        assertTrue(fixture.loop.ready());
    }

    @Test
    void aLoopThatClosesAsksForNothing() throws Exception {
        fixture.beside = beside;
        joinsAndIsTold(2);

        fixture.loop.onClose();
        beside.doAll();

        assertFalse(hasAsked());
    }
}
