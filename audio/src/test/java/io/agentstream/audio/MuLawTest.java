package io.agentstream.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MuLawTest {

    /// Decision values x1 to x127 of G.711, table 2a, on its scale of 0 to 8159.
    private static final List<Integer> DECISION_VALUES = decisionValues();

    @Test
    void encodesEverySampleByTheDecisionValuesOfTheStandard() {
        for (int sample = Short.MIN_VALUE; sample <= Short.MAX_VALUE; sample++) {
            double level = Math.abs(sample) / 4.0;
            boolean positive = sample >= 0;
            long steps = DECISION_VALUES.stream().filter(x -> positive ? level >= x : level > x).count();
            long expected = (positive ? 0xFF : 0x7F) - steps;

            assertEquals(expected, MuLaw.encode((short) sample) & 0xFF, "sample " + sample);
        }
    }

    @Test
    void decodesEveryByteToTheMiddleOfItsInterval() {
        for (int muLaw = 0; muLaw < 256; muLaw++) {
            int step = 0x7F - (muLaw & 0x7F);
            double low = step == 0 ? -1 : DECISION_VALUES.get(step - 1);
            double high = step == 127 ? 8159 : DECISION_VALUES.get(step);
            long expected = Math.round((low + high) / 2 * 4);

            assertEquals(muLaw < 0x80 ? -expected : expected, MuLaw.decode((byte) muLaw), "byte " + muLaw);
        }
    }

    @Test
    void knowsTheValuesEveryoneKnows() {
        assertEquals(MuLaw.SILENCE, MuLaw.encode((short) 0));
        assertEquals(0, MuLaw.decode(MuLaw.SILENCE));
        assertEquals((byte) 0x80, MuLaw.encode(Short.MAX_VALUE));
        assertEquals((byte) 0x00, MuLaw.encode(Short.MIN_VALUE));
        assertEquals(32124, MuLaw.decode((byte) 0x80));
        assertEquals(-32124, MuLaw.decode((byte) 0x00));
        assertEquals((byte) 0x7F, MuLaw.encode((short) -1));
    }

    @Test
    void givesEveryByteBackButNegativeZero() {
        for (int muLaw = 0; muLaw < 256; muLaw++) {
            int expected = muLaw == 0x7F ? 0xFF : muLaw;

            assertEquals(expected, MuLaw.encode(MuLaw.decode((byte) muLaw)) & 0xFF);
        }
    }

    @Test
    void convertsAPieceOfAnArrayAndLeavesTheRest() {
        // given
        short[] samples = {1, 0, 32767, -32768, 2};
        byte[] muLaw = {5, 5, 5, 5, 5, 5};
        short[] back = new short[4];

        // when
        MuLaw.encode(samples, 1, muLaw, 2, 3);
        MuLaw.decode(muLaw, 2, back, 1, 3);

        // then
        assertArrayEquals(new byte[] {5, 5, (byte) 0xFF, (byte) 0x80, 0, 5}, muLaw);
        assertArrayEquals(new short[] {0, 0, 32124, -32124}, back);
    }

    @Test
    void writesNothingWhenARangeDoesNotFit() {
        byte[] muLaw = {5, 5};

        assertThrows(IndexOutOfBoundsException.class, () -> MuLaw.encode(new short[4], 0, muLaw, 0, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> MuLaw.decode(muLaw, -1, new short[4], 0, 2));

        assertArrayEquals(new byte[] {5, 5}, muLaw);
    }

    private static List<Integer> decisionValues() {
        List<Integer> values = new ArrayList<>();
        int value = 1;
        values.add(value);
        for (int segment = 0; segment < 8; segment++) {
            // The first interval of the first segment is half as wide, hence one fewer here.
            for (int interval = segment == 0 ? 1 : 0; interval < 16; interval++) {
                value += 2 << segment;
                values.add(value);
            }
        }
        values.removeLast();
        return values;
    }
}
