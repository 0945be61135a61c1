package io.agentstream.orchestrator.api;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// How many requests an API key may make, and how many an organisation with all of its keys: so many a second, and a burst after a
/// pause. One that is refused costs nothing. A bucket that is full again is as good as none and is forgotten: there are never more than
/// twice as many as there were askers in the time that one takes to fill. Any thread.
final class RequestRates {
    private static final int FEW = 1024;

    private final Limit ofKey;
    private final Limit ofOrganization;
    private final LongSupplier nanoTime;
    private final Map<Asker, Bucket> buckets = new HashMap<>();
    private int sweepAt = FEW;

    /// @param perSecond requests that come back each second
    /// @param burst as many as may come at once
    record Limit(int perSecond, int burst) {}

    private record Asker(boolean isKey, long id) {}

    /// What was left at a time.
    private record Bucket(double tokens, long atNs) {

        double now(Limit limit, long nowNs) {
            return Math.min(limit.burst(), tokens + (nowNs - atNs) / 1e9 * limit.perSecond());
        }
    }

    RequestRates(Limit ofKey, Limit ofOrganization, LongSupplier nanoTime) {
        this.ofKey = ofKey;
        this.ofOrganization = ofOrganization;
        this.nanoTime = nanoTime;
    }

    /// 0 where the request may be made, and is counted; otherwise the seconds after which it may be tried again.
    synchronized int ask(long keyId, long organizationId) {
        long nowNs = nanoTime.getAsLong();
        Asker key = new Asker(true, keyId);
        Asker organization = new Asker(false, organizationId);
        double left = left(key, ofKey, nowNs);
        double leftOfAll = left(organization, ofOrganization, nowNs);
        int waitSeconds = Math.max(wait(left, ofKey), wait(leftOfAll, ofOrganization));
        if (waitSeconds == 0) {
            buckets.put(key, new Bucket(left - 1, nowNs));
            buckets.put(organization, new Bucket(leftOfAll - 1, nowNs));
            sweep(nowNs);
        }
        return waitSeconds;
    }

    synchronized int size() {
        return buckets.size();
    }

    private double left(Asker asker, Limit limit, long nowNs) {
        Bucket bucket = buckets.get(asker);
        return bucket == null ? limit.burst() : bucket.now(limit, nowNs);
    }

    private static int wait(double left, Limit limit) {
        return left >= 1 ? 0 : Math.max(1, (int) Math.ceil((1 - left) / limit.perSecond()));
    }

    private void sweep(long nowNs) {
        if (buckets.size() < sweepAt) {
            return;
        }
        buckets.entrySet().removeIf(entry -> {
            Limit limit = entry.getKey().isKey() ? ofKey : ofOrganization;
            return entry.getValue().now(limit, nowNs) >= limit.burst();
        });
        sweepAt = Math.max(FEW, 2 * buckets.size());
    }
}
