package io.agentstream.gateway.socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.xnio.conduits.ConduitStreamSourceChannel;

/// The way in of one socket: reads what came, in turns of a bounded size, so that a peer that sends without end leaves the others
/// of its thread theirs. Confined to its socket's thread.
final class Inbox {

    /// Bytes of one turn. What is left waits until the selector has given every other socket its turn.
    static final int TURN_BYTES = 64 << 10;

    /// Reads of one turn, and how long one is at most, where it is not the selector that calls.
    private static final int TURN_READS = 32;
    private static final long MOMENT_NS = TimeUnit.MILLISECONDS.toNanos(20);

    /// Takes what was read, which is in the loop's buffer from its beginning.
    interface Taker {

        /// @return false where nothing more is wanted
        boolean take(int count);
    }

    private final ConduitStreamSourceChannel source;
    private final IoLoop loop;
    private final boolean tls;
    private boolean stopped;
    /// It had its turn, and the next one is still to come.
    private boolean waiting;
    private long turnNs;
    private int turnBytes;
    private int turnReads;

    Inbox(ConduitStreamSourceChannel source, IoLoop loop, boolean tls) {
        this.source = source;
        this.loop = loop;
        this.tls = tls;
    }

    void open(Runnable onReadable) {
        source.setReadListener(channel -> onReadable.run());
        source.wakeupReads(); // the first messages may have come with the request
    }

    /// Reads nothing until [#resume].
    void stop() {
        stopped = true;
        source.suspendReads();
    }

    void resume() {
        stopped = false;
        source.resumeReads();
    }

    /// Reads what is there, a turn's worth at most.
    ///
    /// @return false where nothing comes any more
    boolean read(Taker taker) {
        if (waiting) {
            return true; // TLS calls once more for each record of the last turn
        }
        ByteBuffer in = loop.inBuffer;
        while (true) {
            int count;
            try {
                in.clear();
                count = source.read(in);
            } catch (IOException gone) {
                count = -1;
            }
            if (count < 0) {
                stop();
                return false;
            }
            if (count == 0 || !taker.take(count)) {
                return true;
            }
            if (!tls) {
                return true; // the selector tells of what is left, after the others
            }
            if (isTurnOver(count)) {
                takeTurns();
                return true;
            }
            // A record may be left inside, of which the selector knows nothing.
        }
    }

    /// With TLS it is not the selector that calls again but a task, as often as a record comes out while another is under way, and tasks come before all
    /// sockets: what a turn takes is counted over all calls of a moment. A call that talks takes a few reads in it.
    private boolean isTurnOver(int bytes) {
        long nowNs = System.nanoTime();
        if (nowNs - turnNs > MOMENT_NS) {
            turnNs = nowNs;
            turnBytes = 0;
            turnReads = 0;
        }
        turnBytes += bytes;
        turnReads++;
        return turnBytes >= TURN_BYTES || turnReads >= TURN_READS;
    }

    /// A task that is put back at once would come before all sockets again; one of a little later comes after them.
    private void takeTurns() {
        waiting = true;
        turnBytes = 0;
        turnReads = 0;
        source.suspendReads();
        loop.afterTheOthers(() -> {
            waiting = false;
            if (!stopped && source.isOpen()) {
                source.wakeupReads();
            }
        });
    }
}
