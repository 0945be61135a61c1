package io.agentstream.audio;

/// Keeps from another detector what is certainly nothing: a line on which nobody has spoken of late, and which is quieter than the hiss of a
/// telephone. Most of a call is that, while its caller listens, and looking at it takes a hundredth of the other's time.
///
/// The other one sees everything until it has said for a while that nobody speaks, so that its own rules about the ends of words stand, and
/// so that it knows the line.
final class EnergyGate implements FrameDetector {

    /// What passes is louder than this, in dB of full scale: far below [Loudness#SILENCE_DB], below which nothing is a sound.
    private static final double GATE_DB = -60;

    /// Frames without speech, one after the other, before the gate may close: 200 ms.
    private static final int FRAMES_BEFORE = 10;

    private final short[] frame;
    private final FrameDetector detector;
    private final long mostEnergy;
    private int without;

    EnergyGate(short[] frame, FrameDetector detector) {
        this.frame = frame;
        this.detector = detector;
        mostEnergy = (long) (Math.pow(10, GATE_DB / 10) * 32_768 * 32_768 * frame.length);
    }

    @Override
    public boolean speech() {
        if (without >= FRAMES_BEFORE && isQuiet()) {
            return false;
        }
        boolean speech = detector.speech();
        without = speech ? 0 : Math.min(without + 1, FRAMES_BEFORE);
        return speech;
    }

    private boolean isQuiet() {
        long energy = 0;
        for (short sample : frame) {
            energy += (long) sample * sample;
        }
        return energy <= mostEnergy;
    }

    @Override
    public void reset() {
        without = 0;
        detector.reset();
    }

    @Override
    public void close() {
        detector.close();
    }
}
