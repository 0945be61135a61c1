package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.audio.MuLaw;
import io.agentstream.audio.voice.FreeTtsVoice;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class ScriptedLoopTest {

    private static final CallId CALL = LoopFixture.call(1);
    private static final String SCRIPT = """
            {"engine": "scripted", "start": "greet", "nodes": {
              "greet": {"say": "Hello.", "on_digit": {"any": "bye"}, "on_silence": {"after_ms": 5000, "go": "greet"}},
              "bye": {"say": "Goodbye.", "hang_up": true}}}
            """;

    private final LoopFixture fixture = new LoopFixture(LoopFixture.engines());

    private <C extends SocketCommand> List<C> sent(Class<C> kind) {
        return fixture.commands().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private void greeted() throws Exception {
        fixture.start(0);
        fixture.running(CALL, 0, SCRIPT);
        fixture.workUntil(() -> sent(SocketCommand.Mark.class).size() == 1);
    }

    private void digit(long seq, char digit) {
        fixture.arrive(Topics.CALL_MEDIA, 0, CALL, new MediaFrame.Digit(CALL, seq, fixture.nowMs.get(), digit));
    }

    private void markReached(long seq, int turn) {
        fixture.arrive(Topics.CALL_MEDIA, 0, CALL,
                new MediaFrame.MarkReached(CALL, seq, fixture.nowMs.get(), turn, "turn-" + turn));
    }

    @Test
    void greetsAndAsksWhenTheGreetingWasHeard() throws Exception {
        // when a run begins
        greeted();

        // then the greeting goes out in provider messages of 20 ms, and the mark after it
        SocketCommand.Play play = sent(SocketCommand.Play.class).getFirst();
        assertEquals(1, play.turn());
        assertEquals(0, play.seq());
        assertEquals(160, play.frameBytes());
        assertEquals(new SocketCommand.Mark(CALL, 1, "turn-1"), fixture.commands().getLast());
        assertTrue(fixture.media.history().stream().allMatch(each -> each.partition() == LoopFixture.SLOT));
    }

    @Test
    void aKeyInterruptsClearsAndIsAnswered() throws Exception {
        // given a greeting on its way
        greeted();

        // when a key is pressed
        digit(10, '5');
        fixture.workUntil(() -> sent(SocketCommand.Mark.class).size() == 2);

        // then the greeting is cleared before the answer is played
        List<SocketCommand> commands = fixture.commands();
        int clear = commands.indexOf(new SocketCommand.Clear(CALL, 1));
        assertTrue(clear > 0);
        assertTrue(commands.subList(clear + 1, commands.size()).stream()
                .allMatch(each -> each instanceof SocketCommand.Mark || ((SocketCommand.Play) each).turn() == 2));
        assertEquals("5", fixture.told(ConversationEvent.Heard.class).getFirst().digit());
        assertEquals(1, fixture.told(ConversationEvent.Interrupted.class).size());
        assertEquals(1, fixture.meters.bargeIns().count());
    }

    /// The key 5 as it sounds, for 100 ms.
    private void tone(long seq) {
        short[] samples = new short[800];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (short) (4_000 * (Math.sin(2 * Math.PI * 770 * i / 8_000) + Math.sin(2 * Math.PI * 1_336 * i / 8_000)));
        }
        byte[] muLaw = MuLaw.encode(samples);
        for (int n = 0; n < 5; n++) {
            fixture.nowMs.addAndGet(20);
            fixture.arrive(Topics.CALL_MEDIA, 0, CALL, new MediaFrame.Audio(
                    CALL, seq + n, fixture.nowMs.get(), (seq + n) * 20L, new Slice(muLaw, n * 160, 160)));
            fixture.work();
        }
    }

    @Test
    void aKeyThatCanOnlyBeHeardIsAnsweredAndOnceIfItIsToldToo() throws Exception {
        // given
        greeted();

        // when a key sounds, and is told a little later
        tone(10);
        fixture.workUntil(() -> sent(SocketCommand.Mark.class).size() == 2);
        digit(20, '5');
        fixture.work();

        // then it was pressed once
        assertEquals(List.of("5"), fixture.told(ConversationEvent.Heard.class).stream().map(ConversationEvent.Heard::digit).toList());
        assertEquals(2, sent(SocketCommand.Mark.class).size());
    }

    @Test
    void speechInterruptsAndIsAnsweredWhenItEnds() throws Exception {
        // given a long line that speech may interrupt
        fixture.start(0);
        fixture.running(CALL, 0, """
                {"engine": "scripted", "start": "talk", "nodes": {
                  "talk": {"say": "This is a line that takes a while, so that there is time to interrupt it.", "on_speech": "heard"},
                  "heard": {"say": "I heard you.", "hang_up": true, "outcome": "listened"}}}
                """);
        fixture.workUntil(() -> sent(SocketCommand.Mark.class).size() == 1);

        // when the caller speaks a sentence and falls silent
        byte[] speech = new FreeTtsVoice().speak("Excuse me, may I say something?");
        byte[] audio = Arrays.copyOf(speech, speech.length + 8_000);
        Arrays.fill(audio, speech.length, audio.length, MuLaw.SILENCE);
        for (int n = 0; (n + 1) * 160 <= audio.length; n++) {
            fixture.nowMs.addAndGet(20);
            fixture.arrive(Topics.CALL_MEDIA, 0, CALL, new MediaFrame.Audio(
                    CALL, 10 + n, fixture.nowMs.get(), n * 20L, new Slice(audio, n * 160, 160)));
            fixture.loop.work();
        }
        fixture.workUntil(() -> sent(SocketCommand.Mark.class).size() == 2);

        // then the line was cleared once, and what was heard is told with its length
        assertEquals(List.of(new SocketCommand.Clear(CALL, 1)), sent(SocketCommand.Clear.class));
        ConversationEvent.Heard heard = fixture.told(ConversationEvent.Heard.class).getFirst();
        assertEquals(2, heard.turn());
        assertTrue(Math.abs(speech.length / MuLaw.BYTES_PER_MS - heard.speechMs()) < 500);
        ConversationEvent.NodeEntered entered = fixture.told(ConversationEvent.NodeEntered.class).getLast();
        assertEquals(List.of("heard", "listened"), List.of(entered.node(), Objects.requireNonNull(entered.outcome())));
    }

    private static final String ASKS = """
            {"engine": "scripted", "start": "ask", "nodes": {
              "ask": {"say": "Yes?", "on_speech": "heard", "on_silence": {"after_ms": 8000, "go": "ask"}},
              "heard": {"say": "I heard you.", "hang_up": true}}}
            """;

    /// The caller is asked, and speaks for a second and a half of audio; then nothing comes any more.
    private void interruptedInAWord() throws Exception {
        fixture.start(0);
        fixture.running(CALL, 0, ASKS);
        fixture.workUntil(() -> sent(SocketCommand.Mark.class).size() == 1);
        markReached(9, 1);
        fixture.work();
        byte[] speech = new FreeTtsVoice().speak("Excuse me, may I say something?");
        for (int n = 0; n < 75; n++) {
            fixture.nowMs.addAndGet(20);
            fixture.arrive(Topics.CALL_MEDIA, 0, CALL, new MediaFrame.Audio(
                    CALL, 10 + n, fixture.nowMs.get(), n * 20L, new Slice(speech, n * 160, 160)));
            fixture.loop.work();
        }
    }

    @Test
    void aCallerWhoIsMutedInTheMiddleOfAWordHasSpoken() throws Exception {
        // given
        interruptedInAWord();
        assertEquals(0, fixture.told(ConversationEvent.Heard.class).size());

        // when a second passes
        for (int tick = 0; tick < 10; tick++) {
            fixture.nowMs.addAndGet(100);
            fixture.work();
        }

        // then the turn is over, and answered
        long speechMs = fixture.told(ConversationEvent.Heard.class).getFirst().speechMs();
        assertTrue(speechMs > 700 && speechMs <= 1_500, () -> speechMs + " ms");
        fixture.workUntil(() -> sent(SocketCommand.Mark.class).size() == 2);
    }

    @Test
    void lastWordsAreHeardAndNothingIsDatedAfterTheEnd() throws Exception {
        // given
        interruptedInAWord();
        long endedMs = fixture.nowMs.get();

        // when the caller hangs up, and that is read a little later
        fixture.ended(CALL, 0, 200);
        fixture.nowMs.addAndGet(300);
        fixture.work();

        // then
        ConversationEvent.Heard heard = (ConversationEvent.Heard) fixture.conversationEvents().getLast();
        assertTrue(heard.speechMs() > 700 && heard.speechMs() <= 1_500, () -> heard.speechMs() + " ms");
        assertTrue(fixture.conversationEvents().stream().allMatch(each -> each.at().toEpochMilli() <= endedMs));
    }

    @Test
    void keysThatArePressedBeforeTheRunIsRunningAreAnswered() throws Exception {
        // given a key that is pressed while the call is being admitted, and other frames
        fixture.start(0);
        digit(3, '5');
        fixture.audio(CALL, 0, 4, EchoLoopTest.frame(1, 160));
        for (int tick = 0; tick < 5; tick++) {
            fixture.nowMs.addAndGet(1_000);
            fixture.work();
        }

        // when the run is running
        fixture.running(CALL, 0, SCRIPT);
        fixture.workUntil(() -> sent(SocketCommand.Mark.class).size() == 1);

        // then the menu is left out
        assertEquals("5", fixture.told(ConversationEvent.Heard.class).getFirst().digit());
        assertEquals("bye", fixture.told(ConversationEvent.NodeEntered.class).getLast().node());
    }

    @Test
    void hangsUpWhenTheGoodbyeWasHeard() throws Exception {
        // given a goodbye on its way
        greeted();
        digit(10, '5');
        fixture.workUntil(() -> sent(SocketCommand.Mark.class).size() == 2);

        // when its mark comes
        markReached(11, 2);
        fixture.work();

        // then the call is closed, and that is told
        assertEquals(SocketCommand.Close.because(CALL, End.AGENT_HANGUP), fixture.commands().getLast());
        assertEquals(End.AGENT_HANGUP, fixture.told(ConversationEvent.HungUp.class).getFirst().end());
        List<Boolean> whole = fixture.told(ConversationEvent.Said.class).stream().map(ConversationEvent.Said::whole).toList();
        assertEquals(List.of(false, true), whole);
    }

    @Test
    void aCloseIsSentUntilItArrives() throws Exception {
        // given a goodbye whose close does not reach Kafka
        greeted();
        digit(10, '5');
        fixture.workUntil(() -> sent(SocketCommand.Mark.class).size() == 2);
        markReached(11, 2);
        fixture.media.sendException = new TimeoutException("no room");
        fixture.work();
        assertEquals(0, sent(SocketCommand.Close.class).size());

        // when Kafka is there again
        fixture.media.sendException = null;
        fixture.nowMs.addAndGet(CommandWriter.RESEND_AFTER_MS);
        fixture.work();

        // then it arrives, once
        fixture.nowMs.addAndGet(CommandWriter.RESEND_AFTER_MS);
        fixture.work();
        assertEquals(1, sent(SocketCommand.Close.class).size());
    }

    @Test
    void asksAgainAfterSilence() throws Exception {
        // given a greeting that was heard
        greeted();
        markReached(10, 1);
        fixture.work();

        // when the caller is silent
        fixture.nowMs.addAndGet(5_000);

        // then the greeting comes once more
        fixture.workUntil(() -> sent(SocketCommand.Mark.class).size() == 2);
        assertEquals(2, sent(SocketCommand.Play.class).getLast().turn());
    }

    @Test
    void refusesADefinitionThatItCannotRead() throws Exception {
        // when a run begins whose definition is bad
        fixture.start(0);
        fixture.running(CALL, 0, "{\"engine\":\"scripted\"}");
        fixture.work();

        // then its call is closed
        assertEquals(1011, sent(SocketCommand.Close.class).getFirst().closeCode());
    }

    @Test
    void numbersItsEvents() throws Exception {
        // when a conversation goes from greeting to goodbye
        greeted();
        digit(10, '5');
        fixture.workUntil(() -> sent(SocketCommand.Mark.class).size() == 2);

        // then its events are numbered from 1 without a gap
        List<Long> numbers = fixture.conversationEvents().stream().map(ConversationEvent::number).toList();
        for (int n = 0; n < numbers.size(); n++) {
            assertEquals(n + 1L, numbers.get(n));
        }
    }
}
