package io.agentstream.worker.engine.realtime;

import io.agentstream.audio.MuLaw;
import io.agentstream.schemas.Slice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// The last of what was heard of the caller while it was not the caller's turn: that somebody speaks is known only when it has begun. One thread.
final class LastSounds {

    /// A caller who speaks into a line that nothing cuts short is answered behind it; who has spoken for longer is heard from there on.
    static final long MAX_MS = 8_000;

    /// Of speech, the first sound may be so quiet that it is none yet.
    static final long LEAD_MS = 300;

    private final Deque<Slice> frames = new ArrayDeque<>();
    private long ms;

    void add(Slice frame) {
        frames.addLast(frame);
        ms += ms(frame);
        while (ms > MAX_MS) {
            ms -= ms(frames.removeFirst());
        }
    }

    /// From so long ago on, and a little more; nothing is left.
    List<Slice> take(long agoMs) {
        long wantedMs = agoMs + LEAD_MS;
        List<Slice> last = new ArrayList<>();
        while (!frames.isEmpty() && wantedMs > 0) {
            Slice frame = frames.removeLast();
            wantedMs -= ms(frame);
            last.addFirst(frame);
        }
        frames.clear();
        ms = 0;
        return last;
    }

    private static long ms(Slice frame) {
        return frame.length() / MuLaw.BYTES_PER_MS;
    }
}
