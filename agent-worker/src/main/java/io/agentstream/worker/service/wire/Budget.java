package io.agentstream.worker.service.wire;

import java.util.concurrent.TimeUnit;

/// Watches how much a service brings over one connection, in bytes. A voice brings five minutes of audio (3.2 MB on the wire) in one go, and
/// a realtime session's answers come several times faster than they sound, but nothing goes on like that. What a frame costs us beyond its
/// bytes is charged to it, so that empty ones, and pings, are no way round. One thread; pure.
final class Budget {

    static final int BYTES_PER_SECOND = 1 << 20;

    /// What a service may be ahead of the rate.
    static final long BURST_BYTES = 32L << 20;

    /// Charged for each frame on top of its bytes.
    static final int FRAME_BYTES = 512;

    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long BURST_NS = BURST_BYTES / BYTES_PER_SECOND * SECOND_NS;

    private long aheadUntilNs;

    Budget(long nowNs) {
        aheadUntilNs = nowNs;
    }

    /// Counts a frame.
    ///
    /// @return false where it is too much
    boolean takes(long payloadBytes, long nowNs) {
        long costNs = (payloadBytes + FRAME_BYTES) * SECOND_NS / BYTES_PER_SECOND;
        aheadUntilNs = (aheadUntilNs - nowNs > 0 ? aheadUntilNs : nowNs) + costNs;
        return aheadUntilNs - nowNs <= BURST_NS;
    }
}
