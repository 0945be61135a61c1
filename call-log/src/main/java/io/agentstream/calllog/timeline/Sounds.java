package io.agentstream.calllog.timeline;

import java.util.ArrayDeque;

/// When the two sides made a sound, and when neither did. What is told of a time may come up to [#CERTAIN_AFTER_MS] later; what is
/// older is settled, so that little is kept. One thread.
final class Sounds {

    /// Playback is reported once a second, and its end half a second late.
    static final long CERTAIN_AFTER_MS = 2_500;

    /// Pauses between words belong to the speech.
    private static final long JOIN_MS = 300;

    private static final int MAX_STRETCHES = 256;

    /// Takes the silences, in order.
    @FunctionalInterface
    interface Listener {
        void silent(long fromMs, long toMs);
    }

    private record Stretch(long fromMs, long toMs) {}

    private final Listener listener;
    private final Side caller = new Side();
    private final Side agent = new Side();
    /// Of either side, in order of their beginnings, not settled yet.
    private final ArrayDeque<Stretch> open = new ArrayDeque<>();
    private boolean isOpened;
    private long settledMs;
    private long silenceMs;

    Sounds(Listener listener) {
        this.listener = listener;
    }

    /// From when on silence counts.
    void opened(long atMs) {
        if (!isOpened) {
            isOpened = true;
            settledMs = atMs;
        }
    }

    void caller(long fromMs, long toMs) {
        caller.add(fromMs, toMs);
        add(fromMs, toMs);
    }

    void agent(long fromMs, long toMs) {
        agent.add(fromMs, toMs);
        add(fromMs, toMs);
    }

    private void add(long fromMs, long toMs) {
        Stretch last = open.peekLast();
        if (last != null && fromMs <= last.toMs() + JOIN_MS && fromMs >= last.fromMs()) {
            open.removeLast();
            open.addLast(new Stretch(last.fromMs(), Math.max(last.toMs(), toMs)));
            return;
        }
        ArrayDeque<Stretch> later = new ArrayDeque<>();
        while (!open.isEmpty() && open.getLast().fromMs() > fromMs) {
            later.addFirst(open.removeLast());
        }
        open.addLast(new Stretch(fromMs, toMs));
        open.addAll(later);
        if (open.size() > MAX_STRETCHES) { // then the oldest is certain enough
            settle(open.removeFirst());
        }
    }

    /// What is known now is all of what was before `nowMs`, less the delay.
    void until(long nowMs) {
        while (!open.isEmpty() && open.getFirst().fromMs() <= nowMs - CERTAIN_AFTER_MS) {
            settle(open.removeFirst());
        }
    }

    /// The call is over: everything is known.
    void end(long endMs) {
        while (!open.isEmpty()) {
            settle(open.removeFirst());
        }
        if (endMs > settledMs) {
            settle(new Stretch(endMs, endMs));
        }
    }

    private void settle(Stretch stretch) {
        if (isOpened && stretch.fromMs() > settledMs) {
            silenceMs += stretch.fromMs() - settledMs;
            listener.silent(settledMs, stretch.fromMs());
        }
        settledMs = Math.max(settledMs, stretch.toMs());
    }

    long callerMs() {
        return caller.totalMs;
    }

    long agentMs() {
        return agent.totalMs;
    }

    long silenceMs() {
        return silenceMs;
    }

    /// End of the caller's newest sound; long before the call where there was none.
    long callerUntilMs() {
        return caller.untilMs;
    }

    private static final class Side {
        private long totalMs;
        private long untilMs = Long.MIN_VALUE / 2;

        void add(long fromMs, long toMs) {
            long freshFromMs = fromMs - untilMs > JOIN_MS ? fromMs : untilMs;
            totalMs += Math.max(0, toMs - freshFromMs);
            untilMs = Math.max(untilMs, toMs);
        }
    }
}
