package io.agentstream.gateway.call;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/// Knows of each turn how much of it was heard. A turn is finished when the next one sounds or when nothing of it came for
/// [#GRACE_US] after its last sound. Confined to its call's thread; times in microseconds.
final class TurnClock {

    static final long PROGRESS_US = 1_000_000;
    static final long GRACE_US = 500_000;

    /// Told of progress.
    interface Listener {
        void played(long turn, long playedMs, boolean finished);
    }

    private static final class Turn {
        final long number;
        long sentUs;
        long endUs;

        Turn(long number, long sentUs) {
            this.number = number;
            this.sentUs = sentUs;
        }

        long playedUs(long nowUs) {
            return Math.max(0, sentUs - Math.max(0, endUs - nowUs));
        }

        long playedMs(long nowUs) {
            return playedUs(nowUs) / 1_000;
        }
    }

    private final Listener listener;
    /// Turns of which something was sent and that are not finished, oldest first.
    private final ArrayDeque<Turn> turns = new ArrayDeque<>();

    private @Nullable Turn finished;
    private long progressAtUs;

    TurnClock(Listener listener) {
        this.listener = listener;
    }

    /// Whether more of the turn that sounds, or sounded last, would follow what was sent of it.
    boolean isLatest(long turn) {
        Turn last = turns.peekLast();
        return last != null && last.number == turn;
    }

    /// Something of a turn was sent and will have been heard at `endUs`.
    void sent(long number, long lengthUs, long endUs, long nowUs) {
        Turn turn = turns.peekLast();
        if (turn == null) {
            progressAtUs = nowUs + PROGRESS_US;
        }
        if (turn == null || turn.number != number) {
            turn = new Turn(number, finished != null && finished.number == number ? finished.sentUs : 0);
            turns.addLast(turn);
        }
        turn.sentUs += lengthUs;
        turn.endUs = endUs;
    }

    /// The turn and earlier ones were cleared: says of each that it is finished, also of one that was never heard.
    void cleared(long upTo, long nowUs) {
        boolean told = finished != null && finished.number == upTo;
        Iterator<Turn> sounding = turns.iterator();
        while (sounding.hasNext()) {
            Turn candidate = sounding.next();
            if (candidate.number <= upTo) {
                sounding.remove();
                finish(candidate, nowUs);
                told |= candidate.number == upTo;
            }
        }
        if (!told) {
            listener.played(upTo, 0, true);
        }
    }

    /// Says what was heard since the last time.
    ///
    /// @param waiting whether more audio waits
    void tick(boolean waiting, long nowUs) {
        @Nullable Turn first;
        while ((first = turns.peekFirst()) != null) {
            boolean over = turns.size() > 1 ? first.endUs <= nowUs : first.endUs + GRACE_US <= nowUs && !waiting;
            if (!over) {
                break;
            }
            turns.removeFirst();
            finish(first, nowUs);
        }
        if (first != null && progressAtUs <= nowUs) {
            progressAtUs = nowUs + PROGRESS_US;
            listener.played(first.number, first.playedMs(nowUs), false);
        }
    }

    /// Nothing more will be heard.
    void end(long nowUs) {
        @Nullable Turn turn;
        while ((turn = turns.poll()) != null) {
            finish(turn, nowUs);
        }
    }

    /// When [#tick] has something to do at the earliest.
    long dueUs() {
        Turn first = turns.peekFirst();
        return first == null
                ? Long.MAX_VALUE
                : Math.min(progressAtUs, turns.size() > 1 ? first.endUs : first.endUs + GRACE_US);
    }

    private void finish(Turn turn, long nowUs) {
        finished = turn;
        turn.sentUs = turn.playedUs(nowUs);
        listener.played(turn.number, turn.sentUs / 1_000, true);
    }
}
