package io.agentstream.audio;

import java.util.Objects;

/// How loud a piece of audio is: its energy around its mean, in dB of full scale. Pure; any thread.
public final class Loudness {

    /// Below this nothing is a sound: quieter than any usable line.
    public static final double SILENCE_DB = -48;

    private static final double FULL_SCALE = 32_768.0 * 32_768.0;

    private Loudness() {}

    /// Whether there is a sound in a piece of 8 kHz mu-law. An index out of range throws.
    public static boolean isSound(byte[] muLaw, int offset, int length) {
        return db(muLaw, offset, length) > SILENCE_DB;
    }

    /// Of 8 kHz mu-law; of nothing it is that of silence, which is below -100.
    public static double db(byte[] muLaw, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, muLaw.length);
        long sum = 0;
        long squares = 0;
        for (int i = offset; i < offset + length; i++) {
            int sample = MuLaw.decode(muLaw[i]);
            sum += sample;
            squares += (long) sample * sample;
        }
        double energy = length == 0 ? 0 : squares - (double) sum * sum / length;
        return 10 * Math.log10((energy + 1) / (Math.max(1, length) * FULL_SCALE));
    }
}
