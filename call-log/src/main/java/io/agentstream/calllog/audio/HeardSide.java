package io.agentstream.calllog.audio;

import io.agentstream.schemas.MediaFrame;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/// What the caller heard: the stretches that the gateway told, filled with the audio that it took. Samples are asked for in order, and
/// not before everything that bears on them is known ([#KNOWN_AFTER_US]). One thread.
final class HeardSide {

    /// So long after a time the gateway has told what was heard at it: half a second after a stretch ran out, and a tick later.
    static final long KNOWN_AFTER_US = 2_000_000;

    private static final int BLOCK = 4_096;

    /// More than one for each frame of the time that they are held for.
    private static final int MOST_STRETCHES = 5_000;

    private static final class Stretch {
        final int epoch;
        final int turn;
        final long fromByte;
        final long start;
        long until = Long.MAX_VALUE;
        long untilByte = Long.MAX_VALUE;

        Stretch(MediaFrame.Playing told, long start) {
            this.epoch = told.epoch();
            this.turn = told.turn();
            this.fromByte = told.fromByte();
            this.start = start;
        }
    }

    private final TimeLine line;
    private final SampleDecoder decoder;
    private final AcceptedAudio accepted;
    private final byte[] bytes = new byte[BLOCK];
    /// Oldest first; what is over is taken out.
    private final Deque<Stretch> stretches = new ArrayDeque<>();

    HeardSide(TimeLine line, SampleDecoder decoder, AcceptedAudio accepted) {
        this.line = line;
        this.decoder = decoder;
        this.accepted = accepted;
    }

    void playing(MediaFrame.Playing told) {
        Stretch last = stretches.peekLast();
        if (last != null && last.turn == told.turn() && last.epoch == told.epoch()) {
            last.untilByte = told.fromByte();
        }
        stretches.addLast(new Stretch(told, line.sample(told.startsAtUs())));
        if (stretches.size() > MOST_STRETCHES) {
            stretches.removeFirst();
        }
    }

    void silence(MediaFrame.Silence told) {
        long from = line.sample(told.fromUs());
        stretches.removeIf(stretch -> stretch.start >= from); // told while the turn before it sounded
        for (Stretch stretch : stretches) {
            stretch.until = Math.min(stretch.until, from);
        }
    }

    /// Puts the samples from `from` on into `to`, whose other values are 0.
    void render(long from, int count, short[] to) throws IOException {
        long at = from;
        long end = from + count;
        while (at < end) {
            Stretch current = current(at);
            if (current == null) {
                return;
            }
            if (current.start >= end) {
                return;
            }
            at = Math.max(at, current.start);
            Stretch next = second();
            long until = Math.min(end, Math.min(current.until, next == null ? Long.MAX_VALUE : next.start));
            long byteAt = current.fromByte + (at - current.start);
            int most = Math.clamp(Math.min(until - at, current.untilByte - byteAt), 0, BLOCK);
            int found = most == 0 ? 0 : accepted.read(current.epoch, current.turn, byteAt, bytes, most);
            if (found == 0) { // nothing more of it is heard
                stretches.removeFirst();
                continue;
            }
            for (int i = 0; i < found; i++) {
                to[(int) (at - from) + i] = decoder.decode(bytes[i]);
            }
            at += found;
        }
    }

    /// The stretch that sounds at that sample, or the one that begins next.
    private @Nullable Stretch current(long at) {
        Stretch next = second();
        while (next != null && next.start <= at) {
            stretches.removeFirst();
            next = second();
        }
        return stretches.peekFirst();
    }

    private @Nullable Stretch second() {
        Iterator<Stretch> each = stretches.iterator();
        if (!each.hasNext()) {
            return null;
        }
        each.next();
        return each.hasNext() ? each.next() : null;
    }
}
