package io.agentstream.audio;

/// How much a frame of 20 ms repeats itself as a voice does: 80 to 400 times a second. Breath, a cough, a knock, hiss and a chord of several notes
/// hardly do. Looks at 4,000 samples a second, which is enough for that. One thread at a time; makes no object.
final class PitchDetector {

    private static final int FRAME = VoiceActivityDetector.FRAME_SAMPLES / 2;
    private static final int WINDOW = 120;
    private static final int SHORTEST = 10;
    private static final int LONGEST = 50;

    private final float[] heard = new float[WINDOW + LONGEST + 1];

    /// Takes a frame, which is to be the next one.
    void hear(short[] frame) {
        System.arraycopy(heard, FRAME, heard, 0, heard.length - FRAME);
        int at = heard.length - FRAME;
        for (int i = 0; i < FRAME; i++) {
            heard[at + i] = (frame[2 * i] + frame[2 * i + 1]) * 0.5f;
        }
    }

    /// How alike the newest 30 ms and what was a period before are, at the period that fits best: 1 is the same, 0 where none fits better than those beside it.
    double likeness() {
        int from = heard.length - WINDOW;
        float own = 1;
        for (int i = from; i < heard.length; i++) {
            own += heard[i] * heard[i];
        }
        double best = 0;
        double before = 0;
        double last = 0;
        for (int lag = SHORTEST - 1; lag <= LONGEST + 1; lag++) {
            double now = alike(from, lag, own);
            if (last > before && last >= now && lag > SHORTEST) {
                best = Math.max(best, last);
            }
            before = last;
            last = now;
        }
        return best;
    }

    private double alike(int from, int lag, float own) {
        float product = 0;
        float then = 1;
        for (int i = from; i < heard.length; i++) {
            float earlier = heard[i - lag];
            product += heard[i] * earlier;
            then += earlier * earlier;
        }
        return product / Math.sqrt((double) own * then);
    }
}
