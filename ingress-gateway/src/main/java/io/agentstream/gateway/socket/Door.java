package io.agentstream.gateway.socket;

import io.agentstream.gateway.telephony.TelephonyProviders;
import io.agentstream.schemas.Failure;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Says which sockets the gateway refuses by itself, and counts those that it let in. Any thread.
final class Door {

    private final int maxCalls;
    private final int maxPerAddress;
    private final int maxPerAgent;
    private final Supplier<Optional<String>> unable;

    private final AtomicInteger calls = new AtomicInteger();
    private final ConcurrentMap<String, Integer> greetingByAddress = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Integer> greetingByAgent = new ConcurrentHashMap<>();
    private volatile boolean draining;

    /// @param unable why no call can be served now, or nothing
    Door(int maxCalls, int maxPerAddress, int maxPerAgent, Supplier<Optional<String>> unable) {
        this.maxCalls = maxCalls;
        this.maxPerAddress = maxPerAddress;
        this.maxPerAgent = maxPerAgent;
        this.unable = unable;
    }

    /// Lets a call in, or says why not. Who is let in, and only who is, calls [#greeted] and [#leave], each once.
    @Nullable Failure enter(StreamRequest request, String address) {
        String provider = request.provider();
        if (provider == null) {
            return Failure.MISSING_PROVIDER;
        }
        if (TelephonyProviders.find(provider) == null) {
            return TelephonyProviders.isKnown(provider) ? Failure.UNSUPPORTED_PROVIDER : Failure.UNKNOWN_PROVIDER;
        }
        if (unable.get().isPresent()) {
            return Failure.INTERNAL_ERROR;
        }
        if (draining || !take(calls)) {
            return Failure.TRY_AGAIN_LATER;
        }
        if (!take(greetingByAddress, address, maxPerAddress)) {
            calls.decrementAndGet();
            return Failure.TRY_AGAIN_LATER;
        }
        if (!take(greetingByAgent, request.agentDigest(), maxPerAgent)) {
            giveBack(greetingByAddress, address);
            calls.decrementAndGet();
            return Failure.TRY_AGAIN_LATER;
        }
        return null;
    }

    /// The handshake of a call is over, one way or the other.
    void greeted(StreamRequest request, String address) {
        giveBack(greetingByAddress, address);
        giveBack(greetingByAgent, request.agentDigest());
    }

    /// The call is over.
    void leave() {
        calls.decrementAndGet();
    }

    /// From now on nobody is let in.
    void drain() {
        draining = true;
    }

    boolean isDraining() {
        return draining;
    }

    int calls() {
        return calls.get();
    }

    private boolean take(AtomicInteger count) {
        if (count.incrementAndGet() > maxCalls) {
            count.decrementAndGet();
            return false;
        }
        return true;
    }

    private static boolean take(ConcurrentMap<String, Integer> counts, String key, int most) {
        if (counts.merge(key, 1, Integer::sum) > most) {
            giveBack(counts, key);
            return false;
        }
        return true;
    }

    private static void giveBack(ConcurrentMap<String, Integer> counts, String key) {
        counts.computeIfPresent(key, (k, count) -> count == 1 ? null : count - 1);
    }
}
