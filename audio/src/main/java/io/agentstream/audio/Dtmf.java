package io.agentstream.audio;

import java.util.Arrays;

/// The tones of a telephone's keys, two frequencies each (ITU-T Q.23), as long as every receiver takes them for a key (Q.24 wants 40 ms of
/// each). Pure; any thread.
public final class Dtmf {

    /// All keys, in the rows and columns of [#ROWS_HZ] and [#COLUMNS_HZ].
    private static final String KEYS = "123A456B789C*0#D";

    /// Length of a tone, and of the silence behind it.
    static final int TONE_MS = 100;
    static final int PAUSE_MS = 100;

    private static final double[] ROWS_HZ = {697, 770, 852, 941};
    private static final double[] COLUMNS_HZ = {1_209, 1_336, 1_477, 1_633};

    /// Of each of the two, of a full scale of 32,767: -9 dBm0 each is what telephones send; together they do not clip.
    private static final double AMPLITUDE = 8_000;

    private Dtmf() {}

    /// The keys one after the other, as mu-law at 8 kHz.
    ///
    /// @throws IllegalArgumentException where one is no key
    public static byte[] muLaw(String keys) {
        int each = (TONE_MS + PAUSE_MS) * MuLaw.BYTES_PER_MS;
        byte[] audio = new byte[keys.length() * each];
        Arrays.fill(audio, MuLaw.SILENCE);
        for (int n = 0; n < keys.length(); n++) {
            tone(keys.charAt(n), audio, n * each);
        }
        return audio;
    }

    private static void tone(char key, byte[] to, int offset) {
        int at = KEYS.indexOf(key);
        if (at < 0) {
            throw new IllegalArgumentException("not a key");
        }
        double row = 2 * Math.PI * ROWS_HZ[at / 4] / MuLaw.SAMPLE_RATE_HZ;
        double column = 2 * Math.PI * COLUMNS_HZ[at % 4] / MuLaw.SAMPLE_RATE_HZ;
        for (int i = 0; i < TONE_MS * MuLaw.BYTES_PER_MS; i++) {
            to[offset + i] = MuLaw.encode((short) Math.round(AMPLITUDE * (Math.sin(row * i) + Math.sin(column * i))));
        }
    }
}
