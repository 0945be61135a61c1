package io.agentstream.dev.simulator.caller;

import java.nio.ByteBuffer;
import org.HdrHistogram.Histogram;

/// Numbers the frames that go out and knows them when they come back. Confined to the thread of its call.
final class EchoProbe {

    /// No voice begins a frame like this.
    private static final int MAGIC = 0x5A00FE11;

    private static final int HEADER_BYTES = 8;

    private final long[] sentNanos;
    private final Histogram histogram = new Histogram(EchoLatency.HIGHEST_US, 3);
    private int sent;
    private long returned;
    private long outOfOrder;
    private int newest = -1;

    EchoProbe(int maxFrames) {
        sentNanos = new long[maxFrames];
    }

    /// The next frame: a number, then silence. Plain silence once all numbers are used.
    byte[] next(long nowNanos) {
        byte[] frame = TelephoneFrame.silence();
        if (sent < sentNanos.length) {
            ByteBuffer.wrap(frame).putInt(MAGIC).putInt(sent);
            sentNanos[sent++] = nowNanos;
        }
        return frame;
    }

    /// Looks for numbered frames in `payload`, however it was cut.
    void returned(byte[] payload, long nowNanos) {
        ByteBuffer buffer = ByteBuffer.wrap(payload);
        int at = 0;
        while (at + HEADER_BYTES <= payload.length) {
            if (buffer.getInt(at) == MAGIC) {
                frame(buffer.getInt(at + Integer.BYTES), nowNanos);
                at += TelephoneFrame.BYTES;
            } else {
                at++;
            }
        }
    }

    private void frame(int number, long nowNanos) {
        if (number < 0 || number >= sent || sentNanos[number] == 0) {
            return;
        }
        long micros = Math.clamp((nowNanos - sentNanos[number]) / 1_000, 0, EchoLatency.HIGHEST_US);
        // A number counts once.
        sentNanos[number] = 0;
        histogram.recordValue(micros);
        returned++;
        if (number < newest) {
            outOfOrder++;
        }
        newest = Math.max(newest, number);
    }

    /// Whether frames come back, and the last ones have not yet.
    boolean isAwaitingFrames() {
        return newest >= 0 && newest < sent - 1;
    }

    EchoLatency latency() {
        return new EchoLatency(sent, returned, outOfOrder, histogram);
    }
}
