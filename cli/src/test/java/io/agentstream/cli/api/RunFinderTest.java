package io.agentstream.cli.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// From what a person has of a run to the run.
final class RunFinderTest {

    /// As the database makes them: column `name` of the table of runs.
    private static long digits(long id) {
        return id % 100_000_000 * 61_803_399 % 100_000_000;
    }

    @Test
    void aNameLeadsBackToItsNumber() {
        LongStream.of(1, 2, 12, 99_999_999, 12_345_678, 100_000_000).forEach(id -> assertEquals(id, RunFinder.numberOf(digits(id))));
    }
}
