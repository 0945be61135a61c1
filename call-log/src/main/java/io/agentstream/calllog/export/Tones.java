package io.agentstream.calllog.export;

import io.agentstream.audio.MuLaw;
import io.agentstream.schemas.Slice;

/// Turns a voice into a tone of the same length that is silent, low or loud, as the voice was on the average of a frame of 20 ms. Nothing
/// finer of it is left: of pieces that are shorter the next ones bear what was measured over 20 ms. One voice, one thread.
final class Tones {

    private static final int FRAME_BYTES = 20 * MuLaw.BYTES_PER_MS;

    /// Mean magnitudes of samples, above which a frame is no silence, and above which it is loud.
    private static final int LOW = 150;
    private static final int LOUD = 2_000;

    private static final short LOW_AMPLITUDE = 1_000;
    private static final short LOUD_AMPLITUDE = 8_000;

    private final byte[][] tones;
    private final int period;
    private long samples;
    private long gathered;
    private int gatheredCount;
    private int lastClass;

    /// @param periodSamples samples of a wave: 20 is 400 Hz
    Tones(int periodSamples) {
        this.period = periodSamples;
        this.tones = new byte[][] {wave(0), wave(LOW_AMPLITUDE), wave(LOUD_AMPLITUDE)};
    }

    private byte[] wave(int amplitude) {
        short[] wave = new short[period];
        for (int i = 0; i < period; i++) {
            wave[i] = (short) Math.round(amplitude * Math.sin(2 * Math.PI * i / period));
        }
        return MuLaw.encode(wave);
    }

    /// @param voice mu-law at 8 kHz
    Slice masked(Slice voice) {
        byte[] out = new byte[voice.length()];
        for (int at = 0; at < out.length; at += FRAME_BYTES) {
            int count = Math.min(FRAME_BYTES, out.length - at);
            boolean isFrame = gatheredCount == 0 && count == FRAME_BYTES;
            int before = lastClass;
            for (int i = 0; i < count; i++) {
                hear(voice.array()[voice.offset() + at + i]);
            }
            byte[] tone = tones[isFrame ? lastClass : before];
            for (int i = 0; i < count; i++) {
                out[at + i] = tone[(int) (samples++ % period)];
            }
        }
        return Slice.of(out);
    }

    private void hear(byte sample) {
        gathered += Math.abs(MuLaw.decode(sample));
        if (++gatheredCount == FRAME_BYTES) {
            long mean = gathered / FRAME_BYTES;
            lastClass = mean >= LOUD ? 2 : mean >= LOW ? 1 : 0;
            gathered = 0;
            gatheredCount = 0;
        }
    }
}
