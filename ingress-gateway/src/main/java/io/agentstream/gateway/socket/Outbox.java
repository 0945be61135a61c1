package io.agentstream.gateway.socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.conduits.ConduitStreamSinkChannel;

/// The way out of one socket: writes at once what the peer takes, and keeps the rest, within a bound. Confined to its socket's
/// thread.
final class Outbox {

    private static final byte[] NOTHING = {};

    private final ConduitStreamSinkChannel sink;
    private final int maxUnsentBytes;

    private byte[] unsent = NOTHING;
    private int from;
    private int to;
    private boolean dirty;
    /// When the peer last took something, while it owes.
    private long waitingSinceUs;

    Outbox(ConduitStreamSinkChannel sink, int maxUnsentBytes) {
        this.sink = sink;
        this.maxUnsentBytes = maxUnsentBytes;
    }

    /// Sends what is in `buffer`, or keeps it.
    ///
    /// @return false where more is kept than may be: the peer does not read
    boolean send(ByteBuffer buffer, long nowUs) throws IOException {
        if (isEmpty()) {
            while (buffer.hasRemaining() && sink.write(buffer) > 0) {
                dirty = true;
            }
            if (!buffer.hasRemaining()) {
                return flush(nowUs);
            }
            waitingSinceUs = nowUs;
        }
        keep(buffer);
        sink.resumeWrites();
        return to - from <= maxUnsentBytes;
    }

    private boolean flush(long nowUs) throws IOException {
        if (dirty && !sink.flush()) {
            waitingSinceUs = nowUs;
            sink.resumeWrites();
        } else {
            dirty = false;
        }
        return true;
    }

    private void keep(ByteBuffer buffer) {
        int count = buffer.remaining();
        if (unsent.length - to < count) {
            byte[] roomier = unsent.length - (to - from) >= count
                    ? unsent
                    : new byte[Math.max(to - from + count, Math.min(2 * unsent.length, 2 * maxUnsentBytes))];
            System.arraycopy(unsent, from, roomier, 0, to - from);
            unsent = roomier;
            to -= from;
            from = 0;
        }
        buffer.get(unsent, to, count);
        to += count;
    }

    /// The peer takes something again.
    void onWritable(long nowUs) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(unsent, from, to - from);
        while (rest.hasRemaining() && sink.write(rest) > 0) {
            waitingSinceUs = nowUs;
            dirty = true;
        }
        from = rest.position();
        if (from < to) {
            return;
        }
        from = 0;
        to = 0;
        unsent = NOTHING; // most sockets never need it again
        if (sink.flush()) {
            dirty = false;
            sink.suspendWrites();
        }
    }

    /// Whether everything was handed to the network.
    boolean isEmpty() {
        return from == to && !dirty;
    }

    /// Since when the peer has taken nothing, or [Long#MAX_VALUE] where it owes nothing.
    long waitingSinceUs() {
        return isEmpty() ? Long.MAX_VALUE : waitingSinceUs;
    }
}
