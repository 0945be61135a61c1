package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationInput.BrainSaid;
import io.agentstream.agents.conversation.ConversationInput.EngineFailed;
import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import io.agentstream.agents.conversation.Manners;
import io.agentstream.agents.conversation.Prompt;
import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.engine.ReplySink;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The written bounds of a loop, and what happens beyond them.
class LimitsTest {

    private static final CallId CALL = LoopFixture.call(1);
    private static final String ECHO = "{\"engine\":\"echo\"}";

    private final LoopFixture fixture = new LoopFixture(LoopFixture.engines());

    private static MediaFrame frame(CallId call, long seq) {
        return new MediaFrame.Audio(call, seq, 0, 0, Slice.of(new byte[160]));
    }

    @Test
    void earlyFramesAreBoundedForEachCallInAllAndInTime() {
        // given
        EarlyFrames early = new EarlyFrames();
        for (int n = 0; n < EarlyFrames.MAX_FRAMES_PER_CALL; n++) {
            assertTrue(early.hold(frame(CALL, n), 0));
        }

        // then a call has no more than its share
        assertFalse(early.hold(frame(CALL, 99), 0));

        // and all together no more than theirs
        int calls = EarlyFrames.MAX_FRAMES / EarlyFrames.MAX_FRAMES_PER_CALL;
        for (int call = 2; call <= calls; call++) {
            for (int n = 0; n < EarlyFrames.MAX_FRAMES_PER_CALL; n++) {
                assertTrue(early.hold(frame(LoopFixture.call(call), n), 0));
            }
        }
        assertFalse(early.hold(frame(LoopFixture.call(calls + 1), 0), 0));

        // and for no longer
        assertEquals(0, early.expire(EarlyFrames.KEEP_MS - 1));
        assertEquals(EarlyFrames.MAX_FRAMES, early.expire(EarlyFrames.KEEP_MS));
        assertTrue(early.hold(frame(CALL, 0), EarlyFrames.KEEP_MS));
    }

    @Test
    void endedCallsAreForgottenInTheEnd() {
        // given
        EndedCalls ended = new EndedCalls();

        // when
        for (int n = 0; n <= EndedCalls.CAPACITY; n++) {
            ended.add(LoopFixture.call(n));
        }

        // then
        assertFalse(ended.contains(LoopFixture.call(0)));
        assertTrue(ended.contains(LoopFixture.call(1)));
    }

    static LiveConversation conversation(int n) {
        return new LiveConversation(
                new RunEvent.Running(
                        LoopFixture.call(n), 2, Instant.EPOCH, new RunEvent.RunRef(n, "WR-AGS-00000001", 1, 1, 1, 0),
                        MediaFormat.MULAW_8K, Json.MAPPER.readTree(ECHO), Json.MAPPER.createObjectNode(), null),
                0, 1, 0);
    }

    @Test
    void anEngineThatPostsTooManyRepliesIsToldNoAndGivenAway() {
        // given
        Mailbox mailbox = new Mailbox();
        LiveConversation greedy = conversation(1);
        for (int n = 0; n < Mailbox.MAX_REPLIES; n++) {
            assertTrue(mailbox.post(greedy, new EngineFailed()));
        }

        // when
        boolean taken = mailbox.post(greedy, new EngineFailed());

        // then it is told once, and another conversation has its room
        assertFalse(taken);
        assertFalse(mailbox.post(greedy, new EngineFailed()));
        assertEquals(greedy, mailbox.takeOverflowed());
        assertEquals(null, mailbox.takeOverflowed());
        assertTrue(mailbox.post(conversation(2), new EngineFailed()));
    }

    @Test
    void anAnswerThatComesInOneBurstIsNoReasonToEndACall() {
        Mailbox mailbox = new Mailbox();
        LiveConversation conversation = conversation(1);

        for (int n = 0; n < 2_000; n++) {
            assertTrue(mailbox.post(conversation, new BrainSaid(1, 1, "word ")));
        }

        assertEquals(null, mailbox.takeOverflowed());
    }

    @Test
    void theAudioThatWaitsForOneConversationIsBoundedInBytes() {
        // given
        Mailbox mailbox = new Mailbox();
        LiveConversation greedy = conversation(1);
        Slice megabyte = Slice.of(new byte[1 << 20]);
        for (int n = 0; n < 4; n++) {
            assertTrue(mailbox.post(greedy, new ReplyPart(1, "", megabyte)));
        }

        // when
        boolean taken = mailbox.post(greedy, new ReplyPart(1, "", megabyte));

        // then
        assertFalse(taken);
        assertEquals(greedy, mailbox.takeOverflowed());
    }

    @Test
    void aSnapshotThatNoRecordCanHoldIsNotSentAndCounted() {
        // given
        EventWriter writer = new EventWriter(fixture.events, fixture.meters, () -> {});
        LiveConversation conversation = conversation(1);
        conversation.pending = pending("x".repeat(1 << 20));

        // when
        writer.save(conversation, 0);

        // then
        assertEquals(0, fixture.events.history().size());
        assertEquals(1, fixture.meters.eventsLost().count());

        // and one that fits is
        conversation.pending = pending("x".repeat(900_000));
        writer.save(conversation, 0);
        assertEquals(1, fixture.events.history().size());
    }

    private static LiveConversation.Pending pending(String memory) {
        return new LiveConversation.Pending(
                null,
                new SavedConversation(
                        SavedConversation.Phase.LISTENING, 1, Manners.DEAF, Json.MAPPER.getNodeFactory().stringNode(memory)),
                0);
    }

    @Test
    void aCallBeyondTheMostIsRefused() throws Exception {
        // given as many conversations as there may be
        fixture.start(0);
        for (int n = 0; n < 10; n++) {
            fixture.running(LoopFixture.call(n), 0, ECHO);
        }

        // when one more begins
        fixture.running(LoopFixture.call(10), 0, ECHO);
        fixture.work();

        // then it is closed, and the others go on
        SocketCommand.Close close = (SocketCommand.Close) fixture.commands().getFirst();
        assertEquals(LoopFixture.call(10), close.callId());
        assertEquals(1011, close.closeCode());
        assertEquals(10, fixture.loop.conversations());
    }

    @Test
    void aRunThatBeganLongAgoIsNotBegunAndItsCallIsClosed() throws Exception {
        // given a run event
        fixture.start(0);
        fixture.running(CALL, 0, ECHO);

        // when it is read much later
        fixture.nowMs.addAndGet(Beginnings.STALE_RUN_MS + 1);
        fixture.work();

        // then
        assertEquals(0, fixture.loop.conversations());
        assertEquals(List.of(SocketCommand.Close.because(CALL, Failure.INTERNAL_ERROR, "")), fixture.commands());
    }

    @Test
    void aCallThatGoesQuietIsGivenUp() throws Exception {
        // given a conversation
        fixture.start(0);
        fixture.running(CALL, 0, ECHO);
        fixture.work();

        // when nothing is heard of it for as long as a call may be lost
        for (int second = 0; second <= 91; second++) {
            fixture.nowMs.addAndGet(1_000);
            fixture.work();
        }

        // then
        assertEquals(0, fixture.loop.conversations());
        assertEquals(null, fixture.snapshots().getLast());
    }

    /// Breaks when it is asked.
    private record Broken() implements AgentEngine {
        @Override
        public String name() {
            return "broken";
        }

        @Override
        public boolean takesTurns() {
            return true;
        }

        @Override
        public boolean hears() {
            return false;
        }

        @Override
        public AgentSession open(Opening opening, ReplySink out) {
            return new AgentSession() {
                @Override
                public void hear(MediaFrame.Audio frame) {}

                @Override
                public void think(int turn, Prompt prompt) {
                    throw new IllegalStateException("a bug");
                }

                @Override
                public void stop(int turn) {}

                @Override
                public void close() {}
            };
        }
    }

    @Test
    void aBugInOneCallEndsThatCallOnly() throws Exception {
        // given two calls, the engine of one of which breaks
        LoopFixture broken = new LoopFixture(LoopFixture.engines(new Broken()));
        broken.start(0);
        broken.running(CALL, 0, ECHO);
        broken.running(LoopFixture.call(2), 0, "{\"engine\":\"broken\"}");
        broken.work();

        // when the good one goes on
        broken.audio(CALL, 0, 10, EchoLoopTest.frame(1, 160));
        broken.work();

        // then it is answered, and the other is closed
        assertEquals(
                List.of(SocketCommand.Close.because(LoopFixture.call(2), Failure.INTERNAL_ERROR, ""),
                        new SocketCommand.Play(CALL, 1, 0, 160, EchoLoopTest.frame(1, 160))),
                broken.commands());
        assertEquals(1, broken.meters.failed().count());
    }
}
