package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.runtime.Secret;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// How many keys that open nothing an address may try: so many at once, and so many a minute. Whoever has used that up is told to
/// come again later, before anything is looked up; except with a key that has opened something lately, so that guests who share an
/// address with a guesser (a proxy, a balancer that nobody named) do not suffer for it. Remembers [#MAX_ADDRESSES] addresses and
/// [#MAX_KEYS] keys, by their hash; of more it forgets those that were quiet for longest. Any thread.
final class FailedKeys {
    static final int MAX_ADDRESSES = 10_000;
    static final int MAX_KEYS = 10_000;

    private static final double NANOS_PER_MINUTE = 60e9;
    private static final double NANOS_PER_SECOND = 1e9;

    private final int perMinute;
    private final LongSupplier nanoTime;
    private final Map<String, Tries> addresses = new Newest<>(MAX_ADDRESSES);
    private final Map<String, Boolean> opened = new Newest<>(MAX_KEYS);

    /// What was left at a time.
    private record Tries(double left, long atNanos) {}

    /// @param perMinute at least one
    FailedKeys(int perMinute, LongSupplier nanoTime) {
        this.perMinute = perMinute;
        this.nanoTime = nanoTime;
    }

    /// For how long `address` has to wait before it may try `key`, in seconds; 0: not at all.
    synchronized int waitSeconds(String address, Secret key) {
        double left = left(address);
        if (left >= 1 || opened.get(hash(key)) != null) {
            return 0;
        }
        return (int) Math.ceil((1 - left) * NANOS_PER_MINUTE / perMinute / NANOS_PER_SECOND);
    }

    synchronized void failed(String address, Secret key) {
        opened.remove(hash(key));
        addresses.put(address, new Tries(Math.max(0, left(address) - 1), nanoTime.getAsLong()));
    }

    synchronized void opened(Secret key) {
        opened.put(hash(key), true);
    }

    /// How many are remembered.
    synchronized int addresses() {
        return addresses.size();
    }

    private double left(String address) {
        Tries tries = addresses.get(address);
        if (tries == null) {
            return perMinute;
        }
        double minutes = (nanoTime.getAsLong() - tries.atNanos()) / NANOS_PER_MINUTE;
        return Math.min(perMinute, tries.left() + minutes * perMinute);
    }

    private static String hash(Secret key) {
        return HexFormat.of().formatHex(ApiKeys.hash(key));
    }

    /// Keeps the entries that were asked for last.
    private static final class Newest<V> extends LinkedHashMap<String, V> {
        private static final long serialVersionUID = 1L;

        private final int max;

        Newest(int max) {
            super(16, 0.75f, true);
            this.max = max;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
            return size() > max;
        }
    }
}
