package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class EchoLoopTest {

    private static final CallId CALL = LoopFixture.call(1);
    private static final String ECHO = "{\"engine\":\"echo\"}";

    private final LoopFixture fixture = new LoopFixture(LoopFixture.engines());

    @Test
    void returnsEachFrameAsItIsInOrder() throws Exception {
        // given a running call
        fixture.start(0, 1);
        fixture.running(CALL, 1, ECHO);

        // when frames of any length come
        for (int n = 0; n < 5; n++) {
            fixture.audio(CALL, 1, 10 + n, frame(n, 100 + n));
        }
        fixture.work();

        // then each is one play with the same bytes, as one provider message
        assertEquals(5, fixture.commands().size());
        for (int n = 0; n < 5; n++) {
            assertEquals(new SocketCommand.Play(CALL, 1, n, 100 + n, frame(n, 100 + n)), fixture.commands().get(n));
            assertEquals(LoopFixture.SLOT, fixture.media.history().get(n).partition());
        }
    }

    @Test
    void saysThatARunHasItsConversation() throws Exception {
        // given a loop
        fixture.start(0);

        // when it reads of a run that is running
        fixture.running(CALL, 0, ECHO);
        fixture.work();

        // then it says that it holds the conversation, before anything is heard
        assertEquals(
                List.of(CALL),
                fixture.conversationEvents().stream()
                        .filter(ConversationEvent.Began.class::isInstance).map(ConversationEvent::callId).toList());
    }

    @Test
    void holdsFramesThatComeBeforeTheirRun() throws Exception {
        // given frames of a call of which nothing is known
        fixture.start(0);
        fixture.audio(CALL, 0, 10, frame(1, 160));
        fixture.audio(CALL, 0, 11, frame(2, 160));
        fixture.work();

        // when its run is running
        fixture.running(CALL, 0, ECHO);
        fixture.work();

        // then they are answered
        assertEquals(2, fixture.commands().size());
    }

    @Test
    void dropsRepeatedAndLateFrames() throws Exception {
        // given a call whose frame 10 was answered
        fixture.start(0);
        fixture.running(CALL, 0, ECHO);
        fixture.audio(CALL, 0, 10, frame(1, 160));
        fixture.work();

        // when the same comes again, and another comes too late
        fixture.audio(CALL, 0, 10, frame(1, 160));
        fixture.audio(CALL, 0, 11, frame(2, 160));
        fixture.nowMs.addAndGet(Conversations.LATE_MS + 1);
        fixture.work();

        // then neither is answered, and both are counted
        assertEquals(1, fixture.commands().size());
        assertEquals(1, fixture.meters.repeated().count());
        assertEquals(1, fixture.meters.late().count());
    }

    /// Frames of a call, each 20 ms after the one before, of which the last was said just now; and what is answered to them.
    private int answered(int frames) throws Exception {
        fixture.start(0);
        fixture.running(CALL, 0, ECHO);
        fixture.work();
        for (int n = 0; n < frames; n++) {
            fixture.audio(CALL, 0, 10 + n, frame(n, 160));
            fixture.nowMs.addAndGet(20);
        }
        fixture.work();
        return fixture.commands().size();
    }

    @Test
    void anEchoThatStoodStillForLessThanAWorkerIsMissedLeavesNothingOut() throws Exception {
        int twoSeconds = (int) Conversations.FLOW_LATE_MS / 20;

        assertEquals(twoSeconds, answered(twoSeconds));
    }

    @Test
    void anEchoThatHasFallenFurtherBehindLeavesOutAllButTheLastMoment() throws Exception {
        int threeSeconds = 150;

        assertEquals(Conversations.FRESH_MS / 20, answered(threeSeconds));
        assertEquals(threeSeconds - Conversations.FRESH_MS / 20, fixture.meters.late().count());
    }

    @Test
    void forgetsACallThatEnded() throws Exception {
        // given a call
        fixture.start(0);
        fixture.running(CALL, 0, ECHO);
        fixture.work();

        // when it ends and more of it comes
        fixture.ended(CALL, 0, 20);
        fixture.work();
        fixture.running(CALL, 0, ECHO);
        fixture.audio(CALL, 0, 21, frame(1, 160));
        fixture.work();

        // then nothing is answered, and the snapshot says that it is over
        assertEquals(0, fixture.loop.conversations());
        assertEquals(0, fixture.commands().size());
        assertEquals(null, fixture.snapshots().getLast());
    }

    @Test
    void putsAsideWhatItCannotRead() throws Exception {
        // given a running loop
        fixture.start(0);

        // when foreign bytes come
        fixture.arriveBytes(Topics.CALL_MEDIA, 0, CALL, new byte[] {9, 9});
        fixture.arriveBytes(Topics.RUN_EVENTS, 0, CALL, "[]".getBytes(StandardCharsets.UTF_8));
        fixture.work();

        // then they are dead letters and the loop goes on
        assertEquals(2, fixture.events.history().stream().filter(each -> each.topic().equals(Topics.DEAD_LETTERS.name())).count());
        assertTrue(fixture.loop.ready());
    }

    static Slice frame(int seed, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (seed * 31 + i);
        }
        return Slice.of(bytes);
    }
}
