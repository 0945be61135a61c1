package io.agentstream.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/// Two loops: what the one leaves, the other takes over. They share the producer of events, so that the snapshots which the
/// first writes are the ones that the second reads.
class HandOverTest {

    private static final CallId CALL = LoopFixture.call(1);
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
}
