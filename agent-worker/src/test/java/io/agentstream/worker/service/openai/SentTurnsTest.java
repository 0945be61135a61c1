package io.agentstream.worker.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.Slice;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SentTurnsTest {

    private final SentTurns sent = new SentTurns(1_000);

    private void send(int turn, int frames) {
        for (int n = 0; n < frames; n++) {
            sent.add(Slice.of(new byte[100]));
        }
        sent.over(turn);
    }

    private static int bytes(List<Slice> sound) {
        return sound.stream().mapToInt(Slice::length).sum();
    }

    @Test
    void aTurnIsKeptUntilItsWordsAreKnown() {
        send(1, 2);
        send(2, 3);

        assertEquals(200, bytes(sent.sound(1)));
        sent.known(1);

        assertFalse(sent.has(1));
        assertTrue(sent.has(2));
    }

    @Test
    void ofMoreThanThereIsRoomForTheOldestIsDropped() {
        send(1, 5);
        send(2, 5);
        send(3, 1);

        assertFalse(sent.has(1));
        assertTrue(sent.has(2) && sent.has(3));
        send(4, 20);
        assertEquals(1_000, bytes(sent.sound(4)));
        assertFalse(sent.has(2) || sent.has(3));
    }

    @Test
    void whatIsKnownOrForgottenMakesRoom() {
        send(1, 5);
        sent.known(1);
        sent.add(Slice.of(new byte[500]));
        sent.forget();
        send(2, 9);
        sent.add(Slice.of(new byte[100]));

        assertTrue(sent.has(2));
        assertEquals(100, bytes(sent.unfinished()));
    }

    @Test
    void aTurnOfWhichNothingWasSentIsNone() {
        sent.over(1);

        assertFalse(sent.has(1));
    }
}
