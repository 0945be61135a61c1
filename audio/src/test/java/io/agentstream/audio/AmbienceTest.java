package io.agentstream.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.audio.Ambience.Place;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// What is heard behind a voice.
class AmbienceTest {

    private static final byte[] SILENCE = new byte[Ambience.LOOP];

    static {
        Arrays.fill(SILENCE, MuLaw.SILENCE);
    }

    private static double rms(byte[] muLaw) {
        double power = 0;
        for (byte each : muLaw) {
            power += Math.pow(MuLaw.decode(each), 2);
        }
        return Math.sqrt(power / muLaw.length);
    }

    private static byte[] behind(Ambience ambience, byte[] audio, long at) {
        return ambience.behind(audio, 0, audio.length, at);
    }

    @Test
    void isAsLoudAsItIsAskedForAndARoomIsHardlyHeard() {
        for (Place place : new Place[] {Place.OFFICE, Place.STREET}) {
            assertEquals(0.15 * Ambience.VOICE_RMS, rms(behind(Ambience.of(place, 15), SILENCE, 0)), 0.02 * Ambience.VOICE_RMS, place::name);
            assertEquals(Ambience.VOICE_RMS, rms(behind(Ambience.of(place, 100), SILENCE, 0)), 0.05 * Ambience.VOICE_RMS, place::name);
        }
        double room = rms(behind(Ambience.of(Place.ROOM, 15), SILENCE, 0));
        assertTrue(room > 40 && room < 150, () -> "root mean square " + room);
    }

    /// In whatever pieces it is made, and in whichever process.
    @Test
    void soundsTheSameAtTheSamePoint() {
        Ambience office = Ambience.of(Place.OFFICE, 30);
        byte[] whole = behind(office, SILENCE, 4_000);

        byte[] piece = office.behind(SILENCE, 160, 160, 4_160);

        assertArrayEquals(Arrays.copyOfRange(whole, 160, 320), piece);
        assertArrayEquals(whole, behind(Ambience.of(Place.OFFICE, 30), SILENCE, 4_000L + 1_000_000L * Ambience.LOOP));
    }

    /// A step in it would be heard as a click every eight seconds.
    @Test
    void goesRoundWithoutASeam() {
        for (Place place : Place.values()) {
            byte[] twice = behind(Ambience.of(place, 100), new byte[2 * Ambience.LOOP], 0);
            int largest = 0;
            int atSeam = Math.abs(MuLaw.decode(twice[Ambience.LOOP]) - MuLaw.decode(twice[Ambience.LOOP - 1]));
            for (int i = 1; i < Ambience.LOOP; i++) {
                largest = Math.max(largest, Math.abs(MuLaw.decode(twice[i]) - MuLaw.decode(twice[i - 1])));
            }
            assertTrue(atSeam <= largest, place::name);
        }
    }

    @Test
    void leavesTheVoiceAsItIsButForTheNoiseAndNeverTurnsOver() {
        byte[] loud = new byte[1_600];
        for (int i = 0; i < loud.length; i++) {
            loud[i] = MuLaw.encode((short) (i % 16 < 8 ? 32_000 : -32_000));
        }

        byte[] mixed = behind(Ambience.of(Place.STREET, 100), loud, 0);

        for (int i = 0; i < loud.length; i++) {
            assertTrue((MuLaw.decode(mixed[i]) > 0) == (i % 16 < 8), "sample " + i);
        }
    }

    private static String keysHeard(byte[] muLaw) {
        ToneDetector detector = new ToneDetector();
        StringBuilder keys = new StringBuilder();
        for (int at = 0; at + 160 <= muLaw.length; at += 160) {
            char key = detector.hear(MuLaw.decode(Arrays.copyOfRange(muLaw, at, at + 160)), true);
            if (key != ToneDetector.NONE) {
                keys.append(key);
            }
        }
        return keys.toString();
    }

    /// The place goes on behind the tones of keys, and who listens for these is not kept from them.
    @Test
    void keysAreUnderstoodBehindEveryPlaceHoweverLoud() {
        String keys = "1234567890*#ABCD";
        byte[] tones = Dtmf.muLaw(keys);
        for (Place place : Place.values()) {
            for (int percent : new int[] {15, 100}) {
                for (int at = 0; at < Ambience.LOOP; at += Ambience.LOOP / 16) {
                    assertEquals(keys, keysHeard(behind(Ambience.of(place, percent), tones, at)), place + " at " + percent + " %");
                }
            }
        }
    }
}
