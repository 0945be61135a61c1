package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// A key counts once, whichever way it comes.
final class CallerKeysTest {

    private final CallerKeys keys = new CallerKeys();

    @Test
    void aKeyThatIsOnlyHeardCounts() {
        assertTrue(keys.heard('1', 0));
        assertTrue(keys.heard('1', 300));
    }

    @Test
    void aKeyThatWasHeardDoesNotCountWhenItIsTold() {
        keys.heard('1', 0);
        keys.heard('1', 200);

        assertFalse(keys.told('1', 400));
        assertFalse(keys.told('1', 500));
        assertTrue(keys.told('1', 600), "a third one was pressed");
    }

    @Test
    void aKeyThatWasToldDoesNotCountWhenItIsHeard() {
        assertTrue(keys.told('1', 0));

        assertFalse(keys.heard('1', 100));
    }

    @Test
    void whoTellsKeysIsBelievedFromThenOn() {
        keys.heard('1', 0);
        keys.told('1', 100);

        assertFalse(keys.heard('2', 5_000));
        assertTrue(keys.told('2', 5_100));
    }

    @Test
    void aToneThatWasLongAgoIsAnotherKey() {
        keys.heard('1', 0);

        assertTrue(keys.told('1', CallerKeys.SAME_MS + 1));
    }

    @Test
    void ofManyTonesTheNewestAreKept() {
        for (int n = 0; n < 100; n++) {
            assertTrue(keys.heard('7', n));
        }

        assertFalse(keys.told('7', 200));
    }
}
