package io.agentstream.dev.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.dev.bench.measure.PauseWatch.Pause;
import org.junit.jupiter.api.Test;

class PauseWatchTest {

    private static final long MS = 1_000_000;

    private final PauseWatch watch = new PauseWatch();

    private void heardAt(long... ms) {
        for (long each : ms) {
            watch.heard(each * MS);
        }
    }

    @Test
    void theLongestPauseIsKept() {
        heardAt(100, 120, 3_120, 3_140, 3_900);

        Pause longest = watch.longest(7, 4_000 * MS, 1_000_004_000);

        assertEquals(new Pause(7, 1_000_000_120, 1_000_003_120, 100), longest);
        assertEquals(3_000, longest.lengthMs());
    }

    @Test
    void aPauseThatGoesOnCounts() {
        heardAt(100, 120, 620);

        assertEquals(new Pause(7, 1_000_000_620, 1_000_004_000, 3_380), watch.longest(7, 4_000 * MS, 1_000_004_000));
    }

    @Test
    void whatWasBeforeSomebodyListenedDoesNotCount() {
        heardAt(100, 5_100);

        watch.anew();

        heardAt(5_120, 5_160);
        assertEquals(new Pause(7, 1_000_005_120, 1_000_005_160, 10), watch.longest(7, 5_170 * MS, 1_000_005_170));
    }
}
