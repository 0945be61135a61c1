package io.agentstream.worker.service.fallback;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.junit.jupiter.api.Test;

final class StandingsTest {

    private final Standings standings = new Standings(() -> 0);

    @Test
    void ofTooManyRowsTheOneUsedLongestAgoIsForgotten() {
        Standing first = standings.of(0, "ear", List.of("one"));
        Standing second = standings.of(1, "ear", List.of("one"));
        for (int row = 2; row < Standings.CAPACITY; row++) {
            standings.of(row, "ear", List.of("one"));
        }
        assertSame(first, standings.of(0, "ear", List.of("one")));

        standings.of(Standings.CAPACITY, "ear", List.of("one"));

        assertSame(first, standings.of(0, "ear", List.of("one")));
        assertNotSame(second, standings.of(1, "ear", List.of("one")));
    }
}
