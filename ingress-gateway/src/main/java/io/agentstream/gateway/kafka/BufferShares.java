package io.agentstream.gateway.kafka;

import io.agentstream.schemas.SocketCommand;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// Who has how much of the buffer in which audio waits for Kafka. All organisations share it, and each leaves the others room: it may have no
/// more of it than is free. So one that floods has half of it at most, two that do a third each, and however many they are, whoever comes
/// on top finds room. One that is alone may have more, and leaves a quarter for the next.
///
/// Whose a call is, the gateway hears with the first decision on it; until then it is a stranger's, and strangers share as one organisation
/// does. A frame costs a few additions; coming and going, once a call, takes a lock. Any thread.
final class BufferShares {

    /// Of the producer's 64 MiB. The rest is for batches that are not full.
    static final long BYTES = 56L << 20;

    private static final long ALONE_BYTES = BYTES / 4 * 3;

    /// What a record takes beside its value: its key, and what Kafka writes around both.
    static final int AROUND_BYTES = 36 + 16;

    private static final int SWEEP_FROM = 1_000;

    /// One organisation's. Whoever came gives it back with [#leave].
    static final class Part {
        private final AtomicLong bytes = new AtomicLong();
        /// Guarded by the shares.
        private int calls;

        private boolean isForgettable() {
            return calls == 0 && bytes.get() == 0;
        }
    }

    private final AtomicLong held = new AtomicLong();
    private final Part strangers = new Part();
    private final Map<Long, Part> parts = new HashMap<>();
    private int sweepAt = SWEEP_FROM;
    private volatile int withCalls;

    /// Of calls of which nobody has said whose they are.
    Part strangers() {
        return strangers;
    }

    /// One more call of an organisation is there.
    ///
    /// @param organization [SocketCommand#NO_ORGANIZATION]: it is not known which
    synchronized Part come(long organization) {
        if (organization == SocketCommand.NO_ORGANIZATION) {
            return strangers;
        }
        if (parts.size() >= sweepAt) {
            parts.values().removeIf(Part::isForgettable);
            sweepAt = Math.max(SWEEP_FROM, 2 * parts.size());
        }
        Part part = parts.computeIfAbsent(organization, absent -> new Part());
        if (part.calls++ == 0) {
            withCalls++;
        }
        return part;
    }

    /// One call of those that came is over. What it has in the buffer counts until Kafka has it.
    synchronized void leave(Part part) {
        if (part != strangers && --part.calls == 0) {
            withCalls--;
        }
    }

    /// Organisations that have calls here.
    int withCalls() {
        return withCalls;
    }

    /// Organisations that are remembered.
    synchronized int size() {
        return parts.size();
    }

    /// Takes room for a record, to be given back once Kafka has it or never will.
    ///
    /// @param valueBytes of the record's value
    /// @return false where it is more than the organisation may have now; then nothing is taken
    boolean take(Part part, int valueBytes) {
        int count = valueBytes + AROUND_BYTES;
        long all = held.addAndGet(count);
        long own = part.bytes.addAndGet(count);
        boolean alone = withCalls == (part == strangers ? 0 : 1);
        if (own <= BYTES - all || (alone && all <= ALONE_BYTES)) {
            return true;
        }
        giveBack(part, valueBytes);
        return false;
    }

    void giveBack(Part part, int valueBytes) {
        int count = valueBytes + AROUND_BYTES;
        part.bytes.addAndGet(-count);
        held.addAndGet(-count);
    }
}
