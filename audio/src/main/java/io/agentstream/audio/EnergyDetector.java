package io.agentstream.audio;

import java.util.Arrays;

/// Speech is what stands out of the noise: the fallback where WebRTC's detector cannot run.
///
/// The noise floor is the quietest frame of the last second and a half, so it follows a line that gets noisier within that
/// time, and a steady tone becomes noise as well. Hissing frames have to stand out further, as noise hisses too.
final class EnergyDetector implements FrameDetector {

    private static final int BLOCKS = 5;
    private static final int FRAMES_PER_BLOCK = 15;

    private static final float SILENCE_DB = (float) Loudness.SILENCE_DB;

    private static final float MARGIN_DB = 8;
    private static final float HISSING_MARGIN_DB = 14;

    /// Crossings of zero per frame: white noise has 80, a vowel below 40.
    private static final int HISSING_CROSSINGS = 56;

    private final short[] frame;
    private final float[] blockFloors = new float[BLOCKS];
    private int block;
    private int framesInBlock;

    EnergyDetector(short[] frame) {
        this.frame = frame;
        forget();
    }

    @Override
    public boolean speech() {
        int mean = mean(frame);
        float energy = energyDb(frame, mean);
        float margin = crossings(frame, mean) > HISSING_CROSSINGS ? HISSING_MARGIN_DB : MARGIN_DB;
        return energy > Math.max(SILENCE_DB, follow(energy) + margin);
    }

    @Override
    public void reset() {
        forget();
    }

    @Override
    public void close() {
        // Nothing is held outside of the heap.
    }

    private void forget() {
        Arrays.fill(blockFloors, Float.MAX_VALUE);
        block = 0;
        framesInBlock = 0;
    }

    /// The quietest frame of the blocks that are remembered, `energy` among them.
    private float follow(float energy) {
        if (framesInBlock == FRAMES_PER_BLOCK) {
            block = (block + 1) % BLOCKS;
            blockFloors[block] = Float.MAX_VALUE;
            framesInBlock = 0;
        }
        framesInBlock++;
        blockFloors[block] = Math.min(blockFloors[block], energy);
        float floor = blockFloors[0];
        for (int i = 1; i < BLOCKS; i++) {
            floor = Math.min(floor, blockFloors[i]);
        }
        return floor;
    }

    private static int mean(short[] frame) {
        int sum = 0;
        for (short sample : frame) {
            sum += sample;
        }
        return sum / frame.length;
    }

    private static float energyDb(short[] frame, int mean) {
        long sum = 1;
        for (short sample : frame) {
            int centred = sample - mean;
            sum += (long) centred * centred;
        }
        return (float) (10 * Math.log10(sum / (frame.length * 32_768.0 * 32_768.0)));
    }

    private static int crossings(short[] frame, int mean) {
        int crossings = 0;
        for (int i = 1; i < frame.length; i++) {
            crossings += frame[i - 1] >= mean == frame[i] >= mean ? 0 : 1;
        }
        return crossings;
    }
}
