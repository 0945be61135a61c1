package io.agentstream.gateway.kafka;

/// How long Kafka has been refusing to let commands be read: from the first refusal until reading has gone well for a while. A poll that brings
/// nothing proves little, for a client that was refused leaves the broker alone for a moment. One thread's.
final class RefusedReading {

    /// Who is refused for so long is not refused by a broker that begins, nor while a right or a login is being replaced. Less than what workers
    /// that are gone have before their calls are ended (12 s), which sounds the same to the caller.
    static final long LASTS_MS = 10_000;

    /// Longer than a client leaves a broker alone.
    static final long WELL_MS = 2_000;

    private static final long NOT = -1;

    private long sinceMs = NOT;
    private long wellSinceMs = NOT;
    private boolean said;

    /// Reading was refused.
    ///
    /// @return whether it has been for so long that the calls have to be ended; once
    boolean refused(long nowMs) {
        wellSinceMs = NOT;
        if (sinceMs == NOT) {
            sinceMs = nowMs;
        }
        boolean lasts = !said && nowMs - sinceMs >= LASTS_MS;
        said |= lasts;
        return lasts;
    }

    /// Reading went well.
    ///
    /// @param brought whether there was something to read, which leaves no doubt
    void well(boolean brought, long nowMs) {
        if (wellSinceMs == NOT) {
            wellSinceMs = nowMs;
        }
        if (brought || nowMs - wellSinceMs >= WELL_MS) {
            over();
        }
    }

    /// What keeps commands from being read, if anything does, is no refusal.
    void over() {
        sinceMs = NOT;
        wellSinceMs = NOT;
        said = false;
    }

    boolean isRefused() {
        return sinceMs != NOT;
    }

    /// How long it may go on until the calls have to be ended.
    long leftMs(long nowMs) {
        return sinceMs == NOT || said ? Long.MAX_VALUE : Math.max(0, sinceMs + LASTS_MS - nowMs);
    }
}
