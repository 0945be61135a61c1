package io.agentstream.orchestrator.replay;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Whose runs' pasts are read for followers: [#AT_ONCE] at a time, so that they leave room for the calls that this process decides on, and
/// one of an organisation. Turns are taken in the order in which they were asked for, and long ones are left to whoever waits after
/// [#TURN_NS]. As many wait as there are runs that are followed. Any thread.
final class CatchingUp {

    static final int AT_ONCE = 2;

    private static final long TURN_NS = TimeUnit.SECONDS.toNanos(1);

    /// So often who waits looks whether it still has to.
    private static final long LOOK_MS = 200;

    // Guarded by this.
    private final Set<Long> owners = new HashSet<>();
    private final List<Turn> line = new ArrayList<>();

    /// One run's. One thread, but for `isGivenUp`.
    final class Turn implements AutoCloseable {
        private final long owner;
        private final BooleanSupplier isGivenUp;
        private boolean isTaken;
        private long sinceNs;

        private Turn(long owner, BooleanSupplier isGivenUp) {
            this.owner = owner;
            this.isGivenUp = isGivenUp;
        }

        /// Waits for it; false where it is given up.
        boolean take() throws InterruptedException {
            isTaken = await(this);
            sinceNs = System.nanoTime();
            return isTaken;
        }

        /// Asked now and then while it is had: goes on, after others where they wait; false where it is given up.
        boolean goesOn() throws InterruptedException {
            if (isGivenUp.getAsBoolean()) {
                return false;
            }
            if (System.nanoTime() - sinceNs < TURN_NS || !isWaitedFor()) {
                return true;
            }
            close();
            return take();
        }

        @Override
        public void close() {
            if (isTaken) {
                isTaken = false;
                leave(owner);
            }
        }
    }

    /// @param owner whose run it is
    Turn turn(long owner, BooleanSupplier isGivenUp) {
        return new Turn(owner, isGivenUp);
    }

    private synchronized boolean await(Turn turn) throws InterruptedException {
        line.add(turn);
        try {
            while (!isNext(turn)) {
                if (turn.isGivenUp.getAsBoolean()) {
                    return false;
                }
                wait(LOOK_MS);
            }
            owners.add(turn.owner);
            return true;
        } finally {
            line.remove(turn);
            notifyAll();
        }
    }

    private boolean isNext(Turn turn) {
        if (owners.size() >= AT_ONCE) {
            return false;
        }
        for (Turn each : line) {
            if (!owners.contains(each.owner)) {
                return each == turn;
            }
        }
        return false;
    }

    private synchronized boolean isWaitedFor() {
        return !line.isEmpty();
    }

    private synchronized void leave(long owner) {
        owners.remove(owner);
        notifyAll();
    }
}
