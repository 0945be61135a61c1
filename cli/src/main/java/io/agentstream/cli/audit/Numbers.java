package io.agentstream.cli.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Which numbers were seen, as ranges, so that a whole call is one. One thread.
final class Numbers {

    private final TreeMap<Long, Long> ranges = new TreeMap<>();

    /// A range of numbers, both ends included.
    record Range(long first, long last) {
        @Override
        public String toString() {
            return first == last ? Long.toString(first) : first + "-" + last;
        }
    }

    /// Takes a number in; false where it was seen before.
    boolean add(long number) {
        Map.Entry<Long, Long> below = ranges.floorEntry(number);
        if (below != null && below.getValue() >= number) {
            return false;
        }
        long first = number;
        long last = number;
        if (below != null && below.getValue() == number - 1) {
            first = below.getKey();
        }
        Long above = ranges.get(number + 1);
        if (above != null) {
            ranges.remove(number + 1);
            last = above;
        }
        ranges.put(first, last);
        return true;
    }

    /// How much of memory it takes, in ranges.
    int size() {
        return ranges.size();
    }

    /// What is missing from 1 to `last`.
    List<Range> missing(long last) {
        List<Range> missing = new ArrayList<>();
        long next = 1;
        for (Map.Entry<Long, Long> range : ranges.entrySet()) {
            if (range.getKey() > last) {
                break;
            }
            if (range.getKey() > next) {
                missing.add(new Range(next, range.getKey() - 1));
            }
            next = Math.max(next, range.getValue() + 1);
        }
        if (next <= last) {
            missing.add(new Range(next, last));
        }
        return missing;
    }

    /// The smallest; 0 where there is none.
    long smallest() {
        return ranges.isEmpty() ? 0 : ranges.firstKey();
    }

    /// The largest; 0 where there is none.
    long largest() {
        return ranges.isEmpty() ? 0 : ranges.lastEntry().getValue();
    }
}
