package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.FrameSeal;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Calls of a gateway that seals, with the call's keys and without.
final class SealedLoopTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final CallId CALL = LoopFixture.call(1);
    private static final String ECHO = "{\"engine\":\"echo\"}";

    private final LoopFixture fixture = new LoopFixture(LoopFixture.engines());
    private final CallSecrets secrets = CallSecrets.generate(RANDOM);
    private final FrameSeal gateway = new FrameSeal(Objects.requireNonNull(secrets.media()), RANDOM);

    private void runs() {
        fixture.arrive(Topics.RUN_EVENTS, 1, CALL, Sealing.seal(fixture.run(CALL, ECHO), Objects.requireNonNull(secrets.words())));
        fixture.work();
    }

    private void talks(long seq) {
        Slice audio = EchoLoopTest.frame((int) seq, 160);
        fixture.arrive(Topics.CALL_MEDIA, 1, CALL, gateway.seal(new MediaFrame.Audio(CALL, seq, fixture.nowMs.get(), seq * 20, audio)));
        fixture.work();
    }

    private List<SocketCommand> plays() {
        return fixture.written().stream().filter(each -> !(each instanceof SocketCommand.Close)).toList();
    }

    @Test
    void whatIsHeardAndSaidOfASealedCallIsSealed() throws Exception {
        // given
        fixture.keys.put(CALL, secrets);
        fixture.start(1);
        runs();

        // when
        talks(10);

        // then the gateway can open what is played, and nothing is to be read of it
        SocketCommand.SealedPlay played = assertInstanceOf(SocketCommand.SealedPlay.class, plays().getFirst());
        assertEquals(EchoLoopTest.frame(10, 160), Objects.requireNonNull(gateway.open(played)).payload());
        fixture.events.history().stream().filter(each -> each.value() != null).forEach(each -> assertFalse(
                new String(each.value(), StandardCharsets.UTF_8).contains("+15550100"), each.topic()));
    }

    @Test
    void aConversationWaitsForKeysThatAreOnTheirWay() throws Exception {
        // given a run that came before its keys
        fixture.start(1);
        runs();
        talks(10);
        List<SocketCommand> before = plays();

        // when
        fixture.keys.put(CALL, secrets);
        fixture.nowMs.addAndGet(Beginnings.KEY_RETRY_MS);
        fixture.work();

        // then what was heard meanwhile is answered
        assertEquals(List.of(), before);
        assertEquals(1, plays().size());
    }

    @Test
    void aCallWhoseKeysDoNotComeIsClosedWithACauseAndNothingIsPlayed() throws Exception {
        // given
        fixture.start(1);
        runs();
        talks(10);

        // when
        fixture.nowMs.addAndGet(Beginnings.DEFINITION_LIMIT_MS);
        fixture.work();

        // then
        assertEquals(List.of(), plays());
        SocketCommand.Close close = assertInstanceOf(SocketCommand.Close.class, fixture.written().getFirst());
        assertEquals(Failure.INTERNAL_ERROR, close.failure());
    }

    @Test
    void framesThatNobodyHereCanOpenEndTheCallWithACauseAndNothingIsPlayed() throws Exception {
        // given a run of an orchestrator that does not seal, and a gateway that does
        fixture.start(1);
        fixture.running(CALL, 1, ECHO);
        fixture.work();

        // when
        talks(10);

        // then
        assertEquals(List.of(), plays());
        assertTrue(fixture.written().getFirst() instanceof SocketCommand.Close close && close.failure() == Failure.INTERNAL_ERROR);
    }

    @Test
    void aFrameThatWasChangedIsPassedOver() throws Exception {
        // given
        fixture.keys.put(CALL, secrets);
        fixture.start(1);
        runs();
        MediaFrame.SealedAudio frame = gateway.seal(
                new MediaFrame.Audio(CALL, 10, fixture.nowMs.get(), 200, EchoLoopTest.frame(1, 160)));
        byte[] changed = frame.sealed().copy();
        changed[40] ^= 1;

        // when
        fixture.arrive(Topics.CALL_MEDIA, 1, CALL, new MediaFrame.SealedAudio(CALL, 10, frame.atMs(), 200, Slice.of(changed)));
        fixture.work();
        talks(11);

        // then
        assertEquals(1, plays().size());
    }

    private LoopFixture another() {
        LoopFixture other = new LoopFixture(LoopFixture.engines(), fixture.events, new LoopFixture.Mock(), LoopFixture.producer());
        other.nowMs.set(fixture.nowMs.get());
        return other;
    }

    private void goesOn(LoopFixture other, long seq) {
        other.arrive(Topics.CALL_MEDIA, 1, CALL, gateway.seal(
                new MediaFrame.Audio(CALL, seq, other.nowMs.get(), seq * 20, EchoLoopTest.frame((int) seq, 160))));
        other.work();
    }

    @Test
    void whoTakesASealedCallOverGoesOnWithItsKeys() throws Exception {
        // given
        fixture.keys.put(CALL, secrets);
        fixture.start(1);
        runs();
        talks(10);

        // when
        LoopFixture other = another();
        other.keys.put(CALL, secrets);
        other.start(1);
        goesOn(other, 11);

        // then
        assertEquals(1, other.loop.conversations());
        assertTrue(other.written().stream().anyMatch(each -> each instanceof SocketCommand.SealedPlay));
    }

    @Test
    void whoTakesASealedCallOverBeforeItKnowsTheKeysWaitsForThem() throws Exception {
        // given a conversation that another worker left
        fixture.keys.put(CALL, secrets);
        fixture.start(1);
        runs();
        talks(10);
        LoopFixture other = another();
        other.start(1);
        goesOn(other, 11);
        List<SocketCommand> before = other.written();

        // when
        other.keys.put(CALL, secrets);
        other.nowMs.addAndGet(Beginnings.KEY_RETRY_MS);
        other.work();
        goesOn(other, 12);

        // then what was heard meanwhile is answered too, and nothing of what was left was written in the clear
        assertEquals(List.of(), before);
        other.snapshots().forEach(each -> assertNotNull(each.sealed()));
        assertEquals(2, other.written().stream().filter(each -> each instanceof SocketCommand.SealedPlay).count());
    }

    @Test
    void whoTakesASealedCallOverAndNeverLearnsItsKeysClosesItWithACause() throws Exception {
        // given
        fixture.keys.put(CALL, secrets);
        fixture.start(1);
        runs();
        talks(10);
        LoopFixture other = another();
        other.start(1);

        // when
        other.nowMs.addAndGet(Beginnings.RESUME_AFTER_MS + Beginnings.DEFINITION_LIMIT_MS);
        other.work();

        // then
        SocketCommand.Close close = assertInstanceOf(SocketCommand.Close.class, other.written().getFirst());
        assertEquals(Failure.INTERNAL_ERROR, close.failure());
    }

    @Test
    void takesNoCallsBeforeTheKeysOfThoseThatThereAreWereRead() throws Exception {
        // given
        fixture.keysRead = false;
        fixture.loop.onStart();
        fixture.work();
        boolean before = fixture.consumer.subscription().isEmpty();

        // when
        fixture.keysRead = true;
        fixture.work();

        // then
        assertTrue(before);
        assertFalse(fixture.consumer.subscription().isEmpty());
    }
}
