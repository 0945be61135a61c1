package io.agentstream.cli.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class NumbersTest {

    private final Numbers numbers = new Numbers();

    @Test
    void aWholeCallIsOneRange() {
        for (long number = 1; number <= 10_000; number++) {
            assertTrue(numbers.add(number));
        }

        assertEquals(1, numbers.size());
        assertEquals(List.of(), numbers.missing(10_000));
    }

    @Test
    void saysWhatIsMissingAndWhatIsThereTwice() {
        for (long number : new long[] {2, 3, 7, 9, 8}) {
            assertTrue(numbers.add(number));
        }

        assertFalse(numbers.add(3));
        assertFalse(numbers.add(8));
        assertEquals("[1, 4-6, 10-12]", numbers.missing(12).toString());
        assertEquals(2, numbers.smallest());
        assertEquals(9, numbers.largest());
    }

    @Test
    void inWhateverOrderTheyCome() {
        long seed = Long.getLong("audit.seed", System.nanoTime());
        System.out.println("seed " + seed + " (-Daudit.seed)");
        SplittableRandom random = new SplittableRandom(seed);
        TreeSet<Long> right = new TreeSet<>();
        for (int i = 0; i < 5_000; i++) {
            long number = random.nextLong(1, 2_000);
            assertEquals(right.add(number), numbers.add(number));
        }

        long missing = numbers.missing(2_000).stream().mapToLong(range -> range.last() - range.first() + 1).sum();

        assertEquals(2_000 - right.size(), missing);
    }
}
