package io.agentstream.orchestrator.intake;

import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// How far one assigned partition is done. Records are begun in the order of their offsets by the loop, and done in any order by
/// anybody. Any thread.
final class Progress {

    private final TreeSet<Long> underWay = new TreeSet<>();
    private final CountDownLatch revoked = new CountDownLatch(1);
    private long next = -1;
    private long committed = -1;

    synchronized void begin(long offset) {
        underWay.add(offset);
        next = offset + 1;
    }

    synchronized void done(long offset) {
        underWay.remove(offset);
    }

    /// The offset up to which everything is done, where more is done than is committed.
    synchronized OptionalLong committable() {
        long upTo = underWay.isEmpty() ? next : underWay.first();
        return upTo > committed ? OptionalLong.of(upTo) : OptionalLong.empty();
    }

    synchronized void committed(long upTo) {
        committed = Math.max(committed, upTo);
    }

    /// The partition is somebody else's now: what is not done is left to them.
    void revoke() {
        revoked.countDown();
    }

    boolean isRevoked() {
        return revoked.getCount() == 0;
    }

    /// Waits; true where the partition is revoked by then.
    boolean awaitRevoked(long ms) throws InterruptedException {
        return revoked.await(ms, TimeUnit.MILLISECONDS);
    }
}
