package io.agentstream.dev.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KneeTest {

    @Test
    void thereIsNoneWhereTheLargestLoadBehavesAsTheSmallest() {
        Optional<Knee> knee = Knee.of(List.of(Points.system(50, 20, 0, 0.5), Points.system(100, 25, 0, 0.9)));

        assertEquals(Optional.of(new Knee(100, null, "none up to 100 calls")), knee);
    }

    @Test
    void itIsWhereTheLatencyDoubles() {
        Knee knee = Knee.of(List.of(
                        Points.system(50, 20, 0, 0.5), Points.system(100, 25, 0, 0.9), Points.system(200, 41, 0, 1.4)))
                .orElseThrow();

        assertEquals(100, knee.upTo());
        assertEquals(200, knee.from());
        assertEquals("between 100 and 200 calls: at 200 p99 was 41.0 ms, with 50 calls 20.0 ms", knee.says());
    }

    @Test
    void itIsWhereFramesAreLost() {
        Knee knee = Knee.of(List.of(Points.system(50, 20, 3, 0.5))).orElseThrow();

        assertEquals(null, knee.upTo());
        assertEquals(50, knee.from());
        assertTrue(knee.says().contains("3 frames were lost"), knee.says());
    }

    @Test
    void itIsWhereTheMachineIsFullAlthoughThoseFiguresDoNotCount() {
        Knee knee = Knee.of(List.of(Points.system(50, 20, 0, 0.5), Points.system(100, 21, 0, 1.99))).orElseThrow();

        assertEquals("between 50 and 100 calls: at 100 the machine was full", knee.says());
    }

    @Test
    void nothingIsSaidWhereTheSystemWasNotMeasured() {
        assertEquals(
                Optional.empty(),
                Knee.of(List.of(Point.of(50, Optional.empty(), Optional.of(Points.sample(50, 1, 0, 0.1)), Optional.empty(), Optional.empty()))));
    }
}
