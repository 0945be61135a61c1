package io.agentstream.calllog.audio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A call as a WAV file of 16 bits, or a part of its bytes. Of a call that is longer than the form can say (37 hours of both sides) the
/// header says the most that it can. One thread.
public final class CallWav {

    /// Bytes before the samples.
    static final int HEADER_BYTES = 44;

    private static final int SAMPLE_BYTES = 2;

    private static final long MOST_DATA_BYTES = 0xFFFF_FFFFL - HEADER_BYTES;

    /// Which sides there are in it.
    public enum Channels {
        /// Left the caller, right what the caller heard.
        BOTH(2),
        CALLER(1),
        AGENT(1);

        private final int count;

        Channels(int count) {
            this.count = count;
        }

        private int frameBytes() {
            return count * SAMPLE_BYTES;
        }
    }

    private final CallAudio audio;
    private final Channels channels;
    private final long until;
    private final byte[] block;
    private int blockBytes;
    private final long from;
    private long position;
    private boolean isOver;

    /// @param audio from its beginning
    /// @param samples of each side, in all
    /// @param from the first byte of the file that is wanted
    /// @param until the one behind the last
    public CallWav(CallAudio audio, Channels channels, long samples, long from, long until) {
        this.audio = audio;
        this.channels = channels;
        this.until = until;
        this.from = from;
        this.block = new byte[CallAudio.BLOCK * channels.frameBytes()];
        if (from < HEADER_BYTES) {
            byte[] header = header(channels, samples);
            System.arraycopy(header, 0, block, 0, header.length);
            this.blockBytes = header.length;
        } else {
            long first = (from - HEADER_BYTES) / channels.frameBytes();
            audio.beginWith(first);
            this.position = HEADER_BYTES + first * channels.frameBytes();
        }
    }

    /// Bytes of the whole file.
    public static long bytes(Channels channels, long samples) {
        return HEADER_BYTES + samples * channels.frameBytes();
    }

    /// The next bytes, which may be none; null behind the last.
    public byte @Nullable [] next() throws IOException {
        if (position >= until || isOver) {
            return null;
        }
        if (position > 0) {
            blockBytes = 0;
            isOver = !audio.next(this::take);
        }
        long start = position;
        position += blockBytes;
        int first = Math.clamp(from - start, 0, blockBytes);
        int end = Math.clamp(until - start, first, blockBytes);
        return Arrays.copyOfRange(block, first, end);
    }

    private void take(short[] said, short[] heard, int count) {
        ByteBuffer out = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            switch (channels) {
                case BOTH -> out.putShort(said[i]).putShort(heard[i]);
                case CALLER -> out.putShort(said[i]);
                case AGENT -> out.putShort(heard[i]);
            }
        }
        blockBytes = out.position();
    }

    private static byte[] header(Channels channels, long samples) {
        long data = Math.min(samples * channels.frameBytes(), MOST_DATA_BYTES);
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.put(tag("RIFF")).putInt((int) (HEADER_BYTES - 8 + data)).put(tag("WAVE"));
        out.put(tag("fmt ")).putInt(16).putShort((short) 1).putShort((short) channels.count);
        out.putInt(CallAudio.SAMPLE_RATE_HZ).putInt(CallAudio.SAMPLE_RATE_HZ * channels.frameBytes());
        out.putShort((short) channels.frameBytes()).putShort((short) (8 * SAMPLE_BYTES));
        return out.put(tag("data")).putInt((int) data).array();
    }

    private static byte[] tag(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }
}
