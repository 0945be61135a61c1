package io.agentstream.worker.service.fallback;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

final class StandingsTest {

    private final Standings standings = new Standings(() -> 0);

    @Test
    void ofTooManyRowsTheOneUsedLongestAgoIsForgotten() {
        Standing first = standings.of(0, 1);
        Standing second = standings.of(1, 1);
        for (int row = 2; row < Standings.CAPACITY; row++) {
            standings.of(row, 1);
        }
        assertSame(first, standings.of(0, 1));

        standings.of(Standings.CAPACITY, 1);

        assertSame(first, standings.of(0, 1));
        assertNotSame(second, standings.of(1, 1));
    }
}
