package io.agentstream.worker.loop;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFrame;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Frames of calls whose run is not known to be running yet: there is no order across topics, and a caller may press keys before
/// anybody answers. Bounded for each call, in all, and in time. Only the loop.
final class EarlyFrames {

    static final int MAX_FRAMES_PER_CALL = 50;
    static final int MAX_FRAMES = 10_000;
    static final long KEEP_MS = 2_000;

    /// Keys are kept for as long as a call may take to be answered.
    static final long KEEP_KEYS_MS = 30_000;

    private static final class Held {
        private final long sinceMs;
        private List<MediaFrame> frames = new ArrayList<>();

        private Held(long sinceMs) {
            this.sinceMs = sinceMs;
        }
    }

    private final Map<CallId, Held> held = new LinkedHashMap<>();
    private int size;

    /// False where there is no room for the frame.
    boolean hold(MediaFrame frame, long nowMs) {
        if (size >= MAX_FRAMES) {
            return false;
        }
        Held of = held.computeIfAbsent(frame.callId(), unknown -> new Held(nowMs));
        if (of.frames.size() >= MAX_FRAMES_PER_CALL) {
            return false;
        }
        of.frames.add(frame);
        size++;
        return true;
    }

    /// Hands out what was held for a call, in order.
    List<MediaFrame> take(CallId callId) {
        Held of = held.remove(callId);
        if (of == null) {
            return List.of();
        }
        size -= of.frames.size();
        return of.frames;
    }

    /// Drops what was held for too long; returns how many frames.
    int expire(long nowMs) {
        int before = size;
        Iterator<Held> each = held.values().iterator();
        while (each.hasNext()) {
            Held of = each.next();
            long ageMs = nowMs - of.sinceMs;
            if (ageMs < KEEP_MS) {
                continue;
            }
            List<MediaFrame> keys = ageMs < KEEP_KEYS_MS
                    ? new ArrayList<>(of.frames.stream().filter(MediaFrame.Digit.class::isInstance).toList())
                    : List.of();
            size += keys.size() - of.frames.size();
            of.frames = keys;
            if (keys.isEmpty()) {
                each.remove();
            }
        }
        return before - size;
    }
}
