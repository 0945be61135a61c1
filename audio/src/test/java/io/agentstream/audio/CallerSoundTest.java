package io.agentstream.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.agentstream.audio.SpeechEvent.Started;
import io.agentstream.audio.SpeechEvent.Stopped;
import io.agentstream.audio.voice.FreeTtsVoice;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What is heard of a caller.
final class CallerSoundTest {

    private static short[] sentence;

    private final List<SpeechEvent> events = new ArrayList<>();
    private final List<Long> knownMs = new ArrayList<>();
    private final StringBuilder keys = new StringBuilder();
    private final CallerSound sound = new CallerSound(new CallerSound.Listener() {
        @Override
        public void speech(SpeechEvent event) {
            events.add(event);
            knownMs.add(lineMs);
        }

        @Override
        public void key(char key) {
            keys.append(key);
        }
    });
    private long lineMs;

    @BeforeAll
    static void speak() {
        sentence = MuLaw.decode(new FreeTtsVoice().speak("I would like to change my appointment"));
    }

    private void hear(short[] line) {
        byte[] muLaw = MuLaw.encode(line);
        for (int at = 0; at + 160 <= muLaw.length; at += 160) {
            lineMs += 20;
            sound.hear(muLaw, at, 160, lineMs - 20);
        }
    }

    private void silence(int ms) {
        hear(Tones.noise(2, 10, ms * 8));
    }

    private static short[] quieter(short[] line, double times) {
        short[] quiet = new short[line.length];
        for (int i = 0; i < line.length; i++) {
            quiet[i] = (short) (line[i] / times);
        }
        return quiet;
    }

    @Test
    void aSentenceBeginsAndEnds() {
        silence(600);
        hear(sentence);
        silence(600);

        assertTrue(Math.abs(assertInstanceOf(Started.class, events.getFirst()).atMs() - 600) <= 120, events::toString);
        long beforeTheEndMs = 600 + sentence.length / 8 - assertInstanceOf(Stopped.class, events.getLast()).atMs();
        assertTrue(beforeTheEndMs >= 0 && beforeTheEndMs <= 500, beforeTheEndMs + " ms"); // the voice ends with some silence
        assertTrue(knownMs.getFirst() <= 600 + 240, "known after " + (knownMs.getFirst() - 600));
    }

    @Test
    void whatHasNoPitchIsNoVoice() {
        silence(600);
        hear(Tones.noise(4, 3_000, 12_000));
        silence(600);
        hear(Tones.noise(4, 8_000, 1_600));
        silence(600);

        assertEquals(List.of(), events);
    }

    @Test
    void aChordIsNoVoice() {
        silence(600);
        short[] chord = new short[16_000];
        for (double hz : new double[] {196, 246.9, 293.7}) {
            for (int overtone = 1; overtone <= 4; overtone++) {
                short[] note = Tones.sine(8_000, hz * overtone, 2_000.0 / overtone, chord.length);
                for (int i = 0; i < chord.length; i++) {
                    chord[i] = (short) (chord[i] + note[i]);
                }
            }
        }
        hear(chord);

        assertEquals(List.of(), events);
    }

    @Test
    void somebodyElseInTheRoomIsNotTheCaller() {
        hear(sentence);
        silence(400);
        int before = events.size();

        hear(quieter(sentence, 24));
        silence(400);

        assertEquals(before, events.size(), events::toString);
    }

    @Test
    void aCallerWhoSpeaksLowFromTheBeginningIsHeard() {
        silence(600);
        hear(quieter(sentence, 8));
        silence(400);

        assertTrue(events.size() >= 2, events::toString);
    }

    @Test
    void aCallerWhoGoesAwayFromTheTelephoneIsHeardAgainAfterSomeSeconds() {
        hear(sentence);
        silence(400);
        int before = events.size();

        for (int n = 0; n < 6; n++) {
            hear(quieter(sentence, 18));
            silence(300);
        }

        assertTrue(events.size() > before, events::toString);
    }

    @Test
    void keysAreHeardAndAreNoSpeech() {
        for (char key : "12#".toCharArray()) {
            hear(Tones.key(key, 4_000, 800));
            silence(100);
        }

        assertEquals("12#", keys.toString());
        assertEquals(List.of(), events);
    }

    @Test
    void aKeyThatIsPressedInTheMiddleOfSpeechIsHeard() {
        hear(sentence);
        hear(Tones.key('5', 4_000, 800));
        silence(600);

        assertEquals("5", keys.toString());
        assertInstanceOf(Stopped.class, events.getLast());
    }

    @Test
    void listeningMakesNoObjects() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] quiet = MuLaw.encode(Tones.noise(2, 10, 160));
        for (int n = 0; n < 20_000; n++) {
            sound.hear(quiet, 0, 160, n * 20L);
        }
        long before = threads.getCurrentThreadAllocatedBytes();

        for (int n = 0; n < 5_000; n++) {
            sound.hear(quiet, 0, 160, (20_000L + n) * 20);
        }

        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 5_000, allocated + " bytes");
    }
}
