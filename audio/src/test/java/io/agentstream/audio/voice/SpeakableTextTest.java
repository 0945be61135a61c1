package io.agentstream.audio.voice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SpeakableTextTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Press 1, or say 'help'! | Press 1, or say 'help'!",
        "na\u00efve caf\u00e9, \u00c5ngstr\u00f6m, Stra\u00dfe, \u0142\u00f3d\u017a | naive cafe, Angstrom, Strasse, lodz",
        "don\u2019t \u201cquote\u201d me \u2014 ever | don't quote me, ever",
        "R&B at 20\u00b0, 5 \u00d7 3 = 15 | R and B at 20 degrees, 5 times 3 equals 15",
        "you@example.com | you at example.com",
        "press # or *, row #5 | press pound or star, row number 5",
        "25% of $5.20 at 10:05 | 25% of $5.20 at 10:05",
        "code 0042, call 5551234567 | code 0 0 4 2, call 5 5 5 1 2 3 4 5 6 7",
        "in 2026, 1,234,567 of 3.05 | in 2026, 1,234,567 of 3.05",
        "room 12345. | room 1 2 3 4 5.",
        "a_b <c> [d] {e} | a b c d e",
        "hi \ud83d\ude00\ud83c\udffd there | hi there",
        "soft\u00adhyphen zero\u200bwidth | softhyphen zerowidth",
        "\u041f\u0440\u0438\u0432\u0435\u0442 \u4f60\u597d | ''",
        "\uff11\uff12 \ufb01sh \u2460 | 12 fish 1",
    })
    void readsAs(String text, String expected) {
        assertEquals(expected, SpeakableText.of(text));
    }

    @Test
    void makesControlCharactersSpaces() {
        assertEquals("a b c", SpeakableText.of("\u0000a\tb\r\n\u0007c\u007f"));
    }

    @Test
    void breaksWordsNobodySays() {
        String broken = SpeakableText.of("x".repeat(2_000));

        assertTrue(broken.startsWith("x".repeat(40) + " x"));
        assertFalse(broken.contains("x".repeat(41)));
    }

    @Test
    void givesPrintableAsciiForAnything() {
        SplittableRandom random = new SplittableRandom(8);
        for (int round = 0; round < 2_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                // Lone surrogates are among them.
                text.append((char) random.nextInt(0x10000));
            }
            assertTrue(SpeakableText.of(text.toString()).chars().allMatch(c -> c >= ' ' && c < 0x7F));
        }
    }
}
