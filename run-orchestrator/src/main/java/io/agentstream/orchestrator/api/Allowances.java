package io.agentstream.orchestrator.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// What each of many may do: so much at once, and so much in a time. A bucket of tokens each, which fills while it is quiet. Remembers
/// so many of them; of more it forgets those that were quiet for longest, whose buckets are the fullest. Any thread.
///
/// @param <K> by what they are known
final class Allowances<K> {
    private static final double NANOS_PER_SECOND = 1e9;

    private final double atOnce;
    private final double perSecond;
    private final LongSupplier nanoTime;
    private final Map<K, Bucket> buckets;

    /// What was left at a time.
    private record Bucket(double left, long atNanos) {}

    /// @param atOnce at least one
    /// @param perSecond above zero
    /// @param max how many are remembered
    Allowances(double atOnce, double perSecond, int max, LongSupplier nanoTime) {
        this.atOnce = atOnce;
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
        this.buckets = new Newest<>(max);
    }

    /// For how long `one` has to wait for the next, in seconds; 0: not at all.
    synchronized int waitSeconds(K one) {
        double left = left(one);
        return left >= 1 ? 0 : (int) Math.ceil((1 - left) / perSecond);
    }

    /// Takes one, whether there is one left or not.
    synchronized void use(K one) {
        buckets.put(one, new Bucket(Math.max(0, left(one) - 1), nanoTime.getAsLong()));
    }

    /// Takes so much, be it more than is left: the rest is owed.
    synchronized void owe(K one, double much) {
        buckets.put(one, new Bucket(left(one) - much, nanoTime.getAsLong()));
    }

    /// Takes one where there is one left; else as [#waitSeconds].
    synchronized int take(K one) {
        int waitSeconds = waitSeconds(one);
        if (waitSeconds == 0) {
            use(one);
        }
        return waitSeconds;
    }

    /// How many are remembered.
    synchronized int remembered() {
        return buckets.size();
    }

    private double left(K one) {
        Bucket bucket = buckets.get(one);
        if (bucket == null) {
            return atOnce;
        }
        return Math.min(atOnce, bucket.left() + (nanoTime.getAsLong() - bucket.atNanos()) / NANOS_PER_SECOND * perSecond);
    }

    /// Keeps the entries that were asked for last.
    static final class Newest<K, V> extends LinkedHashMap<K, V> {
        private static final long serialVersionUID = 1L;

        private final int max;

        Newest(int max) {
            super(16, 0.75f, true);
            this.max = max;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > max;
        }
    }
}
