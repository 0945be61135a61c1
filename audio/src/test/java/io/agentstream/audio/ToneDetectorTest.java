package io.agentstream.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.audio.voice.FreeTtsVoice;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// Keys in the audio.
final class ToneDetectorTest {

    private static final String KEYS = "123A456B789C*0#D";

    private static String heard(short[] line) {
        ToneDetector detector = new ToneDetector();
        StringBuilder keys = new StringBuilder();
        short[] telephone = MuLaw.decode(MuLaw.encode(line));
        for (int at = 0; at + 160 <= telephone.length; at += 160) {
            char key = detector.hear(Arrays.copyOfRange(telephone, at, at + 160), true);
            if (key != ToneDetector.NONE) {
                keys.append(key);
            }
        }
        return keys.toString();
    }

    /// Keys of such a length, 90 ms apart, over noise.
    private static short[] pressed(String keys, int toneMs, double amplitude, double noise) {
        int each = (toneMs + 90) * 8;
        short[] line = Tones.noise(5, noise, 37 * 8 + keys.length() * each);
        for (int n = 0; n < keys.length(); n++) {
            short[] tone = Tones.key(keys.charAt(n), amplitude, toneMs * 8);
            for (int i = 0; i < tone.length; i++) {
                int at = 37 * 8 + n * each + i;
                line[at] = (short) (line[at] + tone[i]);
            }
        }
        return line;
    }

    @Test
    void hearsEachKeyOnce() {
        assertEquals(KEYS, heard(pressed(KEYS, 100, 4_000, 8)));
    }

    @Test
    void hearsShortAndFaintKeysOnANoisyLine() {
        assertEquals(KEYS, heard(pressed(KEYS, 65, 4_000, 8)));
        assertEquals(KEYS, heard(pressed(KEYS, 100, 500, 60)));
    }

    @Test
    void hearsAKeyThatIsPressedTwiceTwice() {
        assertEquals("1122", heard(pressed("1122", 80, 3_000, 8)));
    }

    @Test
    void hearsALongKeyOnce() {
        assertEquals("7", heard(pressed("7", 2_000, 3_000, 8)));
    }

    @Test
    void hearsNoKeyInAVoiceOrANoiseOrASingleTone() {
        assertEquals("", heard(MuLaw.decode(new FreeTtsVoice().speak("One two three four five six seven eight nine zero. Please call me back."))));
        assertEquals("", heard(Tones.noise(3, 3_000, 80_000)));
        assertEquals("", heard(Tones.sine(8_000, 697, 5_000, 8_000)));
        assertEquals("", heard(Tones.sine(8_000, 1_336, 5_000, 8_000)));
    }
}
