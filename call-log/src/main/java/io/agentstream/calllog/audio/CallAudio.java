package io.agentstream.calllog.audio;

import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A call as it sounded, piece by piece: what the caller said, where it belongs, and what the caller heard, when it was heard. Both begin
/// where the socket was accepted and end where the call did, or where what there is of it ends. In constant memory: the frames of some
/// seconds and one command. One thread.
public final class CallAudio {

    /// Samples of a second.
    public static final int SAMPLE_RATE_HZ = 8_000;

    /// Samples of a piece, of each side.
    static final int BLOCK = 4_096;

    /// What is read at most for one piece.
    private static final int RECORDS_AT_ONCE = 2_000;

    /// Samples that are passed over at a time: half a minute.
    private static final int PASSED = 1 << 18;

    private final Feed<MediaFrame> frames;
    private final SampleDecoder decoder;
    private final TimeLine line;
    private final long length;
    private final SaidSide saidSide = new SaidSide();
    private final HeardSide heardSide;

    /// What is before is not given out. It is read all the same: where audio belongs, and what of a turn was taken, follows from what was
    /// before.
    private long first;

    private final short[] said = new short[BLOCK];
    private final short[] heard = new short[BLOCK];
    private int count;
    /// The sample behind those that were given out and those that are in `said`.
    private long position;
    private long horizonUs = Long.MIN_VALUE;
    private boolean isRead;
    private SaidSide.@Nullable Placed placed;
    /// Where what is placed begins, and where it ends: the next one, if it goes on with it.
    private long placedStart;
    private long placedEnd;

    /// Samples of both sides, until the next piece is asked for.
    public interface Taker {

        /// @param said what the caller said
        /// @param heard what the caller heard at the same time
        void take(short[] said, short[] heard, int count) throws IOException;
    }

    /// @param frames the call's, in the order of their numbers
    /// @param commands those of the call, in the order in which the gateway read them
    /// @param startUs when the socket was accepted, in microseconds since 1970
    /// @param lengthUs how long the call was
    /// @throws IllegalArgumentException for a format that no call can have
    public CallAudio(Feed<MediaFrame> frames, Feed<SocketCommand> commands, MediaFormat format, long startUs, long lengthUs) {
        this.frames = frames;
        this.decoder = SampleDecoder.of(format).orElseThrow(() -> new IllegalArgumentException("no call has the format " + format));
        this.line = new TimeLine(startUs);
        this.length = lengthUs / TimeLine.SAMPLE_US;
        this.heardSide = new HeardSide(line, decoder, new AcceptedAudio(commands));
    }

    /// Samples of each side in all.
    public static long samples(long lengthUs) {
        return lengthUs / TimeLine.SAMPLE_US;
    }

    /// Nothing before this sample is wanted: then it is not made. Before the first piece.
    void beginWith(long sample) {
        first = Math.min(sample, length);
    }

    /// Gives the next samples, none where much had to be read for nothing.
    ///
    /// @return false behind the last
    public boolean next(Taker taker) throws IOException {
        if (isWanted()) {
            Arrays.fill(said, (short) 0);
        }
        count = 0;
        int records = RECORDS_AT_ONCE;
        while (room() > 0 && records > 0) {
            SaidSide.Placed head = head();
            if (head != null) {
                put(head);
            } else if (isRead) {
                quietUntil(length);
            } else if (saidSide.isEmpty() && here() < silentUntil()) {
                quietUntil(silentUntil());
            } else {
                read();
                records--;
            }
        }
        if (isWanted()) {
            Arrays.fill(heard, 0, count, (short) 0);
            heardSide.render(position, count, heard);
            position += count;
            if (count > 0) {
                taker.take(said, heard, count);
            }
        } else if (count > 0) {
            position += count;
            heardSide.render(position - 1, 1, heard); // what was before it is let go
        }
        return position < length;
    }

    private boolean isWanted() {
        return position >= first;
    }

    private long here() {
        return position + count;
    }

    private int room() {
        return (int) Math.min(isWanted() ? BLOCK - count : Math.min(PASSED, first - position) - count, length - here());
    }

    private void quietUntil(long sample) {
        count += Math.clamp(sample - here(), 0, room());
    }

    /// Nothing that still comes stands before this.
    private long silentUntil() {
        return horizonUs == Long.MIN_VALUE ? 0 : line.sample(horizonUs - SaidSide.WINDOW_US);
    }

    private SaidSide.@Nullable Placed head() {
        if (placed == null) {
            placed = saidSide.next(isRead ? Long.MAX_VALUE : horizonUs);
            if (placed != null) {
                placedStart = placed.goesOn() ? placedEnd : line.sample(placed.atUs());
                placedEnd = placedStart + placed.frame().payload().length();
            }
        }
        return placed;
    }

    /// Puts silence before a frame, or what fits of it; what stands before the samples that were given out is not heard twice.
    private void put(SaidSide.Placed head) {
        if (placedStart > here()) {
            quietUntil(placedStart);
            return;
        }
        Slice audio = head.frame().payload();
        int from = Math.clamp(here() - placedStart, 0, audio.length());
        int samples = Math.min(room(), audio.length() - from);
        for (int i = 0; i < samples && isWanted(); i++) {
            said[count + i] = decoder.decode(audio.array()[audio.offset() + from + i]);
        }
        count += samples;
        if (from + samples == audio.length()) {
            placed = null;
        }
    }

    private void read() throws IOException {
        MediaFrame frame = frames.next();
        if (frame == null) {
            isRead = true;
            return;
        }
        horizonUs = Math.max(horizonUs, frame.atMs() * 1_000);
        switch (frame) {
            case MediaFrame.Audio audio -> saidSide.heard(audio);
            case MediaFrame.Playing playing -> heardSide.playing(playing);
            case MediaFrame.Silence silence -> heardSide.silence(silence);
            case MediaFrame.SealedAudio _, MediaFrame.SealedDigit _, MediaFrame.Digit _, MediaFrame.MarkReached _, MediaFrame.Played _ -> {}
        }
    }
}
