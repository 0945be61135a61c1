package io.agentstream.dev.bench.load;

/// Marked audio as it comes back in pieces of any length: finds where frames begin, and finds it again where the server dropped or
/// added samples. Holds two frames at most. One thread.
final class MarkedStream {

    /// One more than two, to look one sample further.
    private static final int KEPT = 2 * MarkedAudio.BYTES + 1;
    /// So many frames in a row that cannot be read say that the cut is wrong.
    private static final int MOST_MISSES = 3;
    /// An echo takes at most 10 s.
    private static final int MOST_ON_THEIR_WAY = 500;

    private final byte[] kept = new byte[KEPT];
    private int length;
    private boolean aligned;
    private int misses;

    /// @param sent how many frames were sent
    void take(byte[] bytes, int offset, int count, int sent, Dialect.Ear ear) {
        int at = offset;
        int end = offset + count;
        while (at < end) {
            int more = Math.min(end - at, KEPT - length);
            System.arraycopy(bytes, at, kept, length, more);
            length += more;
            at += more;
            cut(sent, ear);
        }
    }

    private void cut(int sent, Dialect.Ear ear) {
        while (length >= MarkedAudio.BYTES) {
            int number = MarkedAudio.read(kept, 0);
            if (isPossible(number, sent)) {
                aligned = true;
                misses = 0;
                ear.frame(MarkedAudio.newest(number, sent));
                drop(MarkedAudio.BYTES);
            } else if (aligned && number == MarkedAudio.SILENCE) {
                drop(MarkedAudio.BYTES);
            } else if (aligned && ++misses < MOST_MISSES) {
                ear.corrupt();
                drop(MarkedAudio.BYTES);
            } else {
                // A frame begins within the next 160 samples, or this is silence.
                aligned = false;
                misses = 0;
                if (length < KEPT) {
                    return;
                }
                drop(beginning(sent));
            }
        }
    }

    /// Cut a few samples early or late a frame can be read as well: in the middle of these is where it begins.
    private int beginning(int sent) {
        for (int at = 1; at < MarkedAudio.BYTES; at++) {
            int number = MarkedAudio.read(kept, at);
            if (isPossible(number, sent)) {
                int last = at;
                while (last < MarkedAudio.BYTES && MarkedAudio.read(kept, last + 1) == number) {
                    last++;
                }
                return Math.min((at + last) / 2, MarkedAudio.BYTES);
            }
        }
        return MarkedAudio.BYTES;
    }

    /// One pattern in sixteen passes for a number by chance; few of those are numbers that are on their way.
    private static boolean isPossible(int number, int sent) {
        return number >= 0 && MarkedAudio.newest(number, sent) >= Math.max(0, sent - MOST_ON_THEIR_WAY);
    }

    private void drop(int count) {
        length -= count;
        System.arraycopy(kept, count, kept, 0, length);
    }
}
