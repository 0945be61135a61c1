package io.agentstream.orchestrator.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class TranscriptVectorTest {

    @Test
    void leavesAGapBetweenUtterances() {
        // given
        TranscriptVector words = new TranscriptVector("7 ");

        // when
        words.add(1, "money", new Short[] {2});
        words.add(1, "my", new Short[] {1});
        words.add(2, "my", new Short[] {1, 3});

        // then
        assertEquals("'7 money':2 '7 my':1,4,6 ", words.text());
    }

    @Test
    void keepsWhatPostgresqlWouldTakeForItsOwn() {
        // given
        TranscriptVector words = new TranscriptVector("7 ");

        // when
        words.add(1, "o'clock\\x", new Short[] {1});

        // then
        assertEquals("'7 o''clock\\\\x':1 ", words.text());
    }

    @Test
    void leavesOutWhatDoesNotFit() {
        // given
        TranscriptVector words = new TranscriptVector("7 ");

        // when
        words.add(1, "x".repeat(1_001), new Short[] {1});
        for (int n = 0; n < 200_000; n++) {
            words.add(2 + n, "word" + n, new Short[] {1});
        }

        // then
        String text = words.text();
        assertTrue(text.length() < 1_500_000, text.length() + " characters");
        assertTrue(text.startsWith("'7 word0':3 "), text.substring(0, 20));
        assertTrue(text.contains("'7 word20000' "), "found, but in no phrase");
    }
}
