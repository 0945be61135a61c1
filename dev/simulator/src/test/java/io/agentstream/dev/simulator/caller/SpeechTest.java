package io.agentstream.dev.simulator.caller;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.audio.MuLaw;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class SpeechTest {

    private static final int LOUD = 0x80;

    /// Silence of so many milliseconds, with a sound from one of them to another.
    private static Speech sounding(int lengthMs, int fromMs, int toMs) {
        byte[] mulaw = new byte[lengthMs * MuLaw.BYTES_PER_MS];
        Arrays.fill(mulaw, MuLaw.SILENCE);
        Arrays.fill(mulaw, fromMs * MuLaw.BYTES_PER_MS, toMs * MuLaw.BYTES_PER_MS, (byte) LOUD);
        return Speech.ofMulaw(mulaw);
    }

    @Test
    void isOverWithItsLastSoundAndNotWithTheSilenceBehindIt() {
        assertEquals(420, sounding(1_000, 100, 405).soundsUntilMs());
        assertEquals(1_000, sounding(1_000, 990, 1_000).soundsUntilMs());
        assertEquals(50, sounding(50, 0, 50).soundsUntilMs());
        assertEquals(0, sounding(1_000, 0, 0).soundsUntilMs());
        assertEquals(0, sounding(0, 0, 0).soundsUntilMs());
    }
}
