package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.runtime.Secret;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.LongSupplier;

/// How many keys that open nothing an address may try: so many at once, and so many a minute. Whoever has used that up is told to
/// come again later, before anything is looked up; except with a key that has opened something lately, so that guests who share an
/// address with a guesser (a proxy, a balancer that nobody named) do not suffer for it. Remembers [#MAX_ADDRESSES] addresses and
/// [#MAX_KEYS] keys, by their hash; of more it forgets those that were quiet for longest. Any thread.
final class FailedKeys {
    static final int MAX_ADDRESSES = 10_000;
    static final int MAX_KEYS = 10_000;

    private static final double SECONDS_PER_MINUTE = 60;

    private final Allowances<String> tries;
    private final Map<String, Boolean> opened = new Allowances.Newest<>(MAX_KEYS);

    /// @param perMinute at least one
    FailedKeys(int perMinute, LongSupplier nanoTime) {
        this.tries = new Allowances<>(perMinute, perMinute / SECONDS_PER_MINUTE, MAX_ADDRESSES, nanoTime);
    }

    /// For how long `address` has to wait before it may try `key`, in seconds; 0: not at all.
    synchronized int waitSeconds(String address, Secret key) {
        int waitSeconds = tries.waitSeconds(address);
        return waitSeconds > 0 && opened.get(hash(key)) != null ? 0 : waitSeconds;
    }

    synchronized void failed(String address, Secret key) {
        opened.remove(hash(key));
        tries.use(address);
    }

    synchronized void opened(Secret key) {
        opened.put(hash(key), true);
    }

    /// How many are remembered.
    int addresses() {
        return tries.remembered();
    }

    private static String hash(Secret key) {
        return HexFormat.of().formatHex(ApiKeys.hash(key));
    }
}
