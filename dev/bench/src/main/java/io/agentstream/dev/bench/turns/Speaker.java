package io.agentstream.dev.bench.turns;

import io.agentstream.audio.MuLaw;
import io.agentstream.audio.Pcm;
import io.agentstream.audio.Resampler;
import io.agentstream.audio.voice.Voice;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// A caller's voice: what is said begins with its first sound and ends with its last, so that labels are true. Keeps what was said. One
/// thread.
final class Speaker {

    /// What is quieter than this in 10 ms is no sound of the voice, of 32,768: it would not be heard over a line's own noise.
    static final double SOUND = 150;

    private static final int WINDOW = 10 * MuLaw.BYTES_PER_MS;

    private final Voice voice;
    private final int rateHz;
    private final Map<String, short[]> said = new HashMap<>();

    /// @param higher how much higher and faster than the voice is, 1 for as it is; a second person on the line
    Speaker(Voice voice, double higher) {
        this.voice = voice;
        rateHz = (int) Math.round(MuLaw.SAMPLE_RATE_HZ * higher / 100) * 100;
    }

    /// Not to be changed by whoever lays it on a line.
    short[] say(String text) {
        return said.computeIfAbsent(text, this::speak);
    }

    private short[] speak(String text) {
        short[] spoken = MuLaw.decode(voice.speak(text));
        if (rateHz != MuLaw.SAMPLE_RATE_HZ) {
            spoken = Resampler.resample(new Pcm(rateHz, spoken), MuLaw.SAMPLE_RATE_HZ).samples();
        }
        spoken = levelled(spoken);
        int from = 0;
        while (from + WINDOW < spoken.length && !sounds(spoken, from)) {
            from += WINDOW;
        }
        int to = spoken.length;
        while (to - WINDOW > from && !sounds(spoken, to - WINDOW)) {
            to -= WINDOW;
        }
        to -= (to - from) % MuLaw.BYTES_PER_MS;
        short[] trimmed = Arrays.copyOfRange(spoken, from, to);
        if (trimmed.length < WINDOW) {
            throw new IllegalStateException("nothing is heard of a line of the set");
        }
        return trimmed;
    }

    private static boolean sounds(short[] samples, int from) {
        return rms(samples, from, from + WINDOW) > SOUND;
    }

    /// Every line is equally loud.
    private static short[] levelled(short[] samples) {
        double gain = Sounds.VOICE / Math.max(1, rms(samples, 0, samples.length));
        short[] levelled = new short[samples.length];
        for (int i = 0; i < samples.length; i++) {
            levelled[i] = (short) Math.clamp(Math.round(samples[i] * gain), Short.MIN_VALUE, Short.MAX_VALUE);
        }
        return levelled;
    }

    private static double rms(short[] samples, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += (double) samples[i] * samples[i];
        }
        return Math.sqrt(sum / (to - from));
    }
}
