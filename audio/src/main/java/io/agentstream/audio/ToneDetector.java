package io.agentstream.audio;

/// Hears keys that are sent as tones in the audio: the two frequencies of a key (ITU-T Q.23) by Goertzel's algorithm, of frames of 20 ms. One
/// thread at a time; makes no object.
///
/// A frame holds a key where nearly all of its energy is in one low and one high frequency, of about the same strength (Q.24): a voice spreads
/// its own. Two such frames in a row are a pressed key, and two others in a row release it.
final class ToneDetector {

    /// No key.
    static final char NONE = 0;

    private static final double[] LOW_HZ = {697, 770, 852, 941};
    private static final double[] HIGH_HZ = {1_209, 1_336, 1_477, 1_633};
    private static final String KEYS = "123A456B789C*0#D";

    private static final int FRAMES = 2;

    /// Share of a frame's energy that its two tones have. At the edges of a tone there is less of both, and of nothing else.
    private static final double PURE = 0.75;

    /// How much stronger one of the two may be: 9 dB.
    private static final double TWIST = 8;

    private static final double[] LOW = coefficients(LOW_HZ);
    private static final double[] HIGH = coefficients(HIGH_HZ);

    private char heard = NONE;
    private int inARow;
    private char pressed = NONE;
    private int others;

    private static double[] coefficients(double[] hz) {
        double[] all = new double[hz.length];
        for (int i = 0; i < hz.length; i++) {
            all[i] = 2 * Math.cos(2 * Math.PI * hz[i] / MuLaw.SAMPLE_RATE_HZ);
        }
        return all;
    }

    /// Takes a frame.
    ///
    /// @param loud whether there is anything in it; else it is not looked at
    /// @return a key that is now known to be pressed, once for each time; [#NONE] otherwise
    char hear(short[] frame, boolean loud) {
        char key = loud ? key(frame) : NONE;
        inARow = key == heard ? inARow + 1 : 1;
        heard = key;
        if (pressed != NONE && key != pressed && ++others >= FRAMES) {
            pressed = NONE;
        } else if (key == pressed) {
            others = 0;
        }
        if (key == NONE || inARow < FRAMES || key == pressed) {
            return NONE;
        }
        pressed = key;
        others = 0;
        return key;
    }

    /// Whether the newest frame holds a tone.
    boolean sounds() {
        return heard != NONE;
    }

    private static char key(short[] frame) {
        double energy = 1;
        for (short sample : frame) {
            energy += (double) sample * sample;
        }
        int low = strongest(frame, LOW);
        double lowPower = power(frame, LOW[low]);
        if (lowPower < energy * frame.length / 2 * PURE / (1 + TWIST)) { // the weaker one may have as little as that
            return NONE;
        }
        int high = strongest(frame, HIGH);
        double highPower = power(frame, HIGH[high]);
        double share = 2 * (lowPower + highPower) / (energy * frame.length);
        boolean isTwisted = lowPower > TWIST * highPower || highPower > TWIST * lowPower;
        return share < PURE || isTwisted ? NONE : KEYS.charAt(low * HIGH.length + high);
    }

    private static int strongest(short[] frame, double[] coefficients) {
        int best = 0;
        double most = -1;
        for (int i = 0; i < coefficients.length; i++) {
            double power = power(frame, coefficients[i]);
            if (power > most) {
                most = power;
                best = i;
            }
        }
        return best;
    }

    private static double power(short[] frame, double coefficient) {
        double one = 0;
        double two = 0;
        for (short sample : frame) {
            double next = sample + coefficient * one - two;
            two = one;
            one = next;
        }
        return one * one + two * two - coefficient * one * two;
    }
}
