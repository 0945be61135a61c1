package io.agentstream.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

final class EnergyGateTest {

    private static final int FRAMES_BEFORE = 10;

    private final short[] frame = new short[160];
    private final Watched behind = new Watched();
    private final EnergyGate gate = new EnergyGate(frame, behind);

    /// Says what it is told to say, and counts.
    private static final class Watched implements FrameDetector {

        private boolean says;
        private int asked;
        private int forgot;
        private boolean closed;

        @Override
        public boolean speech() {
            asked++;
            return says;
        }

        @Override
        public void reset() {
            forgot++;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private int hear(int amplitude, int frames) {
        Arrays.fill(frame, (short) amplitude);
        int before = behind.asked;
        for (int i = 0; i < frames; i++) {
            gate.speech();
        }
        return behind.asked - before;
    }

    @Test
    void aSilentLineIsLookedAtForAFifthOfASecondOnly() {
        assertEquals(FRAMES_BEFORE, hear(0, 1_000));
        assertEquals(0, hear(30, 100), "-61 dB");
        assertFalse(gate.speech());
    }

    @Test
    void whateverMayBeHeardIsLookedAt() {
        hear(0, 100);

        assertEquals(100, hear(36, 100), "-59 dB");
        assertEquals(100, hear(-3_000, 100));
    }

    @Test
    void theEndOfWordsIsTheDetectorsToSay() {
        hear(0, 100);
        behind.says = true;
        hear(3_000, 1);

        assertEquals(50, hear(0, 50));
        assertTrue(gate.speech());
        behind.says = false;
        assertEquals(FRAMES_BEFORE, hear(0, 50));
    }

    @Test
    void anotherCallIsListenedToFromItsBeginning() {
        hear(0, 100);

        gate.reset();

        assertEquals(1, behind.forgot);
        assertEquals(FRAMES_BEFORE, hear(0, 100));
        gate.close();
        assertTrue(behind.closed);
    }

    /// On a line with the quietest hiss that mu-law has, and then somebody speaks.
    @Test
    void speechIsFoundAsWithoutIt() {
        short[] line = Tones.noise(5, 12, 8 * 4_000);
        short[] voice = Tones.sine(8_000, 170, 9_000, 8 * 600);
        for (int at : new int[] {8 * 1_000, 8 * 2_500}) {
            for (int i = 0; i < voice.length; i++) {
                line[at + i] += (short) (voice[i] * (1 + Math.sin(i / 400.0)) / 2);
            }
        }

        assertEquals(verdicts(line, false), verdicts(line, true));
        assertFalse(verdicts(line, true).isEmpty());
    }

    private static BitSet verdicts(short[] line, boolean gated) {
        short[] frame = new short[160];
        BitSet verdicts = new BitSet();
        try (FrameDetector webRtc = WebRtcDetector.open(frame).orElseThrow()) {
            FrameDetector detector = gated ? new EnergyGate(frame, webRtc) : webRtc;
            for (int i = 0; i < line.length / frame.length; i++) {
                System.arraycopy(line, i * frame.length, frame, 0, frame.length);
                verdicts.set(i, detector.speech());
            }
        }
        return verdicts;
    }
}
