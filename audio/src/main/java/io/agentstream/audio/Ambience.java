package io.agentstream.audio;

import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A place that is heard behind a voice: noise of which a few seconds are made once, the same in every process, and go round. So the same audio at the
/// same point sounds the same whenever it is made. Safe for any thread.
public final class Ambience {

    /// Samples that go round: eight seconds, so that nobody hears that they do.
    static final int LOOP = 8 * MuLaw.SAMPLE_RATE_HZ;

    /// Root mean square of a voice on the telephone.
    static final int VOICE_RMS = 2_500;

    /// Samples over which the end of the loop goes over into its beginning.
    private static final int SEAM = MuLaw.SAMPLE_RATE_HZ / 4;

    private static final int SEED = 20_261_128;

    /// Which place.
    public enum Place {
        /// Only so loud that the line does not seem dead.
        ROOM(0.25, 0.06, 0, 0),
        /// A murmur behind the hum of a room.
        OFFICE(1, 0.25, 0.5, 2.7),
        /// A rumble that comes and goes.
        STREET(1, 0.03, 0.6, 0.25);

        private final double loudness;
        private final double brightness;
        private final double swell;
        private final double swellHz;

        /// @param loudness of a voice, before what is asked for
        /// @param brightness how much of the treble there is, 0 to 1
        /// @param swell by how much it comes and goes, 0 to 1
        /// @param swellHz how often, in cycles a second
        Place(double loudness, double brightness, double swell, double swellHz) {
            this.loudness = loudness;
            this.brightness = brightness;
            this.swell = swell;
            this.swellHz = swellHz;
        }
    }

    /// Made once and never written again.
    private static final Map<Place, short[]> NOISE = Stream.of(Place.values()).collect(Collectors.toUnmodifiableMap(place -> place, Ambience::noise));

    private final short[] noise;
    /// In 256ths.
    private final int volume;

    private Ambience(short[] noise, int volume) {
        this.noise = noise;
        this.volume = volume;
    }

    /// @param volumePercent of a voice's volume, 1 to 100
    public static Ambience of(Place place, int volumePercent) {
        return new Ambience(Objects.requireNonNull(NOISE.get(place)), (int) Math.round(256 * place.loudness * volumePercent / 100));
    }

    /// A copy of telephone audio (mu-law, 8 kHz) with the place behind it.
    ///
    /// @param at sample at which it begins; any
    public byte[] behind(byte[] muLaw, int offset, int length, long at) {
        byte[] mixed = new byte[length];
        int from = (int) Math.floorMod(at, (long) LOOP);
        for (int i = 0; i < length; i++) {
            int sample = MuLaw.decode(muLaw[offset + i]) + ((noise[from] * volume) >> 8);
            mixed[i] = MuLaw.encode((short) Math.clamp(sample, Short.MIN_VALUE, Short.MAX_VALUE));
            from = from + 1 == LOOP ? 0 : from + 1;
        }
        return mixed;
    }

    private static short[] noise(Place place) {
        Random random = new Random(SEED);
        double[] made = new double[LOOP + SEAM];
        double low = 0;
        double lower = 0;
        for (int i = -MuLaw.SAMPLE_RATE_HZ; i < made.length; i++) { // a second for the filters
            low += place.brightness * (random.nextGaussian() - low);
            lower += 0.004 * (low - lower); // what the telephone does not carry anyway
            if (i >= 0) {
                double phase = 2 * Math.PI * place.swellHz * i / MuLaw.SAMPLE_RATE_HZ;
                made[i] = (low - lower) * (1 + place.swell * Math.sin(phase) * Math.sin(phase * 0.37));
            }
        }
        double[] loop = new double[LOOP];
        double power = 0;
        for (int i = 0; i < LOOP; i++) {
            double in = i < SEAM ? (double) i / SEAM : 1;
            loop[i] = Math.sqrt(in) * made[i] + (i < SEAM ? Math.sqrt(1 - in) * made[LOOP + i] : 0);
            power += loop[i] * loop[i];
        }
        double gain = VOICE_RMS / Math.sqrt(power / LOOP);
        short[] samples = new short[LOOP];
        for (int i = 0; i < LOOP; i++) {
            samples[i] = (short) Math.clamp(Math.round(loop[i] * gain), Short.MIN_VALUE, Short.MAX_VALUE);
        }
        return samples;
    }
}
