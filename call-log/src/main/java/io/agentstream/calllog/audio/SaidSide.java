package io.agentstream.calllog.audio;

import io.agentstream.schemas.MediaFrame;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Where the caller's audio belongs. What a provider's stream says of itself is exact to the sample, but its clock begins anywhere and
/// may stand still while nobody speaks; when a frame came is true, but as uneven as the network. So a frame stands by the former, and
/// the former is held to the latter: the frame that came soonest for what it says of itself, of those that come within [#WINDOW_US],
/// is taken to be in time. A burst after an outage falls where it belongs, since what comes behind it is in time again; a clock that
/// stood still is seen by nothing's being in time any more. Holds the frames of the window, [#MOST_WAITING] at most and about
/// [#MOST_BYTES], and takes about the same time for each, whatever a stranger sends. One thread.
final class SaidSide {

    /// As long as a network may be away: a gateway takes no more than sixteen seconds at once.
    static final long WINDOW_US = 17_000_000;

    /// By how much the two clocks may differ until the next pause, and at most.
    private static final long LOOSE_US = 60_000;
    private static final long MOST_US = 500_000;

    /// A stream's clock has milliseconds, its frames may not.
    private static final long STREAM_CLOCK_US = 1_000;

    /// More than a gateway lets anybody bring within the window: then the oldest is placed by what is known.
    static final int MOST_WAITING = 20_000;

    /// A window of what the widest format brings is a thirtieth of it.
    static final long MOST_BYTES = 16 << 20;

    /// Frames that are looked at where a clock has jumped: those of a window, and as many again.
    private static final int MOST_LOOKED_AT = 2_000;

    private final ArrayDeque<MediaFrame.Audio> waiting = new ArrayDeque<>();
    /// Those of the waiting ones that came sooner, for what they say of themselves, than all behind them: the soonest stands first.
    private final ArrayDeque<Sooner> sooner = new ArrayDeque<>();
    private long waitingBytes;
    private long heard;
    private long placed;
    private boolean isAnchored;
    /// What a time of the stream is, in microseconds since 1970, less that time.
    private long anchorUs;
    /// What the stream's clock should say next, counted in samples since it last said something else.
    private long nextStreamUs;

    /// A frame and the time of its first sample.
    ///
    /// @param goesOn whether that is where the frame before it ended, to the sample
    record Placed(MediaFrame.Audio frame, long atUs, boolean goesOn) {}

    /// @param number of the frame, counted from 0
    private record Sooner(long number, long offUs) {}

    void heard(MediaFrame.Audio frame) {
        waiting.addLast(frame);
        waitingBytes += frame.payload().length();
        long offUs = offUs(frame);
        while (!sooner.isEmpty() && sooner.getLast().offUs() >= offUs) {
            sooner.removeLast();
        }
        sooner.addLast(new Sooner(heard++, offUs));
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /// The next frame that can be placed, once nothing that came by `horizonUs` is missing; null where there is none yet.
    @Nullable Placed next(long horizonUs) {
        MediaFrame.Audio first = waiting.peekFirst();
        boolean isKnown = first != null && (first.atMs() * 1_000 <= horizonUs - WINDOW_US || waiting.size() > MOST_WAITING || waitingBytes > MOST_BYTES);
        if (first == null || !isKnown) {
            return null;
        }
        long streamUs = first.timestampMs() * 1_000;
        long soonestUs = soonest(offUs(first));
        waiting.removeFirst();
        waitingBytes -= first.payload().length();
        if (sooner.getFirst().number() == placed++) {
            sooner.removeFirst();
        }
        boolean goesOn = isAnchored && Math.abs(streamUs - nextStreamUs) < STREAM_CLOCK_US;
        if (!isAnchored || Math.abs(soonestUs - anchorUs) > (goesOn ? MOST_US : LOOSE_US)) {
            isAnchored = true;
            goesOn = false;
            anchorUs = soonestUs;
        }
        nextStreamUs = (goesOn ? nextStreamUs : streamUs) + first.payload().length() * TimeLine.SAMPLE_US;
        return new Placed(first, anchorUs + streamUs, goesOn);
    }

    /// Of the frame and those that come within the window; what is sooner by more than a window is of a clock that has jumped.
    private long soonest(long offUs) {
        long soonest = sooner.getFirst().offUs();
        if (offUs - soonest <= WINDOW_US) {
            return soonest;
        }
        soonest = offUs;
        int left = MOST_LOOKED_AT;
        for (MediaFrame.Audio frame : waiting) {
            long candidate = offUs(frame);
            if (candidate < soonest && offUs - candidate <= WINDOW_US) {
                soonest = candidate;
            }
            if (--left == 0) {
                break;
            }
        }
        return soonest;
    }

    private static long offUs(MediaFrame.Audio frame) {
        return (frame.atMs() - frame.timestampMs()) * 1_000;
    }
}
