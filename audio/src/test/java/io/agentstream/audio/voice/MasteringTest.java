package io.agentstream.audio.voice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.audio.Tones;
import org.junit.jupiter.api.Test;

final class MasteringTest {

    private static final double TARGET = 32_768 * Math.pow(10, -16.0 / 20);

    @Test
    void bringsQuietAndLoudSpeechToTheSameLevel() {
        assertEquals(TARGET, Mastering.speechRms(Mastering.master(Tones.sine(8_000, 440, 800, 8_000))), 60);
        assertEquals(TARGET, Mastering.speechRms(Mastering.master(Tones.sine(8_000, 440, 30_000, 8_000))), 60);
    }

    @Test
    void doesNotLetPausesMakeSpeechLouder() {
        short[] speech = new short[24_000];
        System.arraycopy(Tones.sine(8_000, 440, 2_000, 8_000), 0, speech, 0, 8_000);
        System.arraycopy(Tones.sine(8_000, 440, 2_000, 8_000), 0, speech, 16_000, 8_000);

        short[] mastered = Mastering.master(speech);

        assertEquals(TARGET, Mastering.speechRms(mastered), 60);
        assertEquals(-16, Tones.rmsDbfs(mastered, 1_000, 7_000), 0.2);
    }

    @Test
    void turnsPeaksDownWithoutClippingThem() {
        // given quiet speech with one loud syllable
        short[] speech = Tones.sine(8_000, 440, 1_000, 16_000);
        System.arraycopy(Tones.sine(8_000, 440, 20_000, 400), 0, speech, 8_000, 400);

        short[] mastered = Mastering.master(speech);

        // then no sample is over -1 dBFS, and the tops are still round: no two neighbours at the ceiling
        for (int i = 1; i < mastered.length; i++) {
            assertTrue(Math.abs(mastered[i]) <= 29_205);
            assertTrue(mastered[i] != mastered[i - 1] || Math.abs(mastered[i]) < 29_000, "flat at " + i);
        }
    }

    @Test
    void cutsTheSilenceAround() {
        short[] speech = new short[24_000];
        System.arraycopy(Tones.sine(8_000, 440, 5_000, 8_000), 0, speech, 8_000, 8_000);

        short[] mastered = Mastering.master(speech);

        assertEquals(8_000 + 20 * 8 + 120 * 8, mastered.length, 16);
    }

    @Test
    void leavesNothingOfSilence() {
        assertEquals(0, Mastering.master(new short[8_000]).length);
        assertEquals(0, Mastering.master(new short[0]).length);
    }
}
