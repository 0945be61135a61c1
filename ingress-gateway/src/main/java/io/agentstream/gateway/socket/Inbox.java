package io.agentstream.gateway.socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.conduits.ConduitStreamSourceChannel;

/// The way in of one socket: reads what came, in turns of a bounded size, so that a peer that sends without end leaves the others
/// of its thread theirs. Confined to its socket's thread.
final class Inbox {

    /// Bytes of one turn. What is left waits until the selector has given every other socket its turn.
    static final int TURN_BYTES = 64 << 10;

    /// Takes what was read, which is in the loop's buffer from its beginning.
    interface Taker {

        /// @return false where nothing more is wanted
        boolean take(int count);
    }

    private final ConduitStreamSourceChannel source;
    private final IoLoop loop;
    private final boolean tls;
    private boolean stopped;

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
        ByteBuffer in = loop.inBuffer;
        int left = TURN_BYTES;
        while (left > 0) {
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
            left -= count; // a record may be left inside, of which the selector knows nothing
        }
        takeTurns();
        return true;
    }

    /// A task that is put back at once would come before all sockets again; one of a little later comes after them.
    private void takeTurns() {
        source.suspendReads();
        loop.afterTheOthers(() -> {
            if (!stopped && source.isOpen()) {
                source.wakeupReads();
            }
        });
    }
}
