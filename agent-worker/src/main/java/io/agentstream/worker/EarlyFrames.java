package io.agentstream.worker;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFrame;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Frames of calls whose run is not known to be running yet: there is no order across topics. Bounded for each call, in all,
/// and in time. Only the loop.
final class EarlyFrames {

    static final int MAX_FRAMES_PER_CALL = 50;
    static final int MAX_FRAMES = 10_000;
    static final long KEEP_MS = 2_000;

    private record Held(long sinceMs, List<MediaFrame> frames) {}

    private final Map<CallId, Held> held = new LinkedHashMap<>(); // in the order of their coming
    private int frames;

    /// False where there is no room for the frame.
    boolean hold(MediaFrame frame, long nowMs) {
        if (frames >= MAX_FRAMES) {
            return false;
        }
        Held of = held.computeIfAbsent(frame.callId(), unknown -> new Held(nowMs, new ArrayList<>()));
        if (of.frames().size() >= MAX_FRAMES_PER_CALL) {
            return false;
        }
        of.frames().add(frame);
        frames++;
        return true;
    }

    /// Hands out what was held for a call, in order.
    List<MediaFrame> take(CallId callId) {
        Held of = held.remove(callId);
        if (of == null) {
            return List.of();
        }
        frames -= of.frames().size();
        return of.frames();
    }

    /// Drops what was held for too long; returns how many frames.
    int expire(long nowMs) {
        int dropped = 0;
        Iterator<Held> oldest = held.values().iterator();
        while (oldest.hasNext()) {
            Held of = oldest.next();
            if (nowMs - of.sinceMs() < KEEP_MS) {
                break;
            }
            dropped += of.frames().size();
            oldest.remove();
        }
        frames -= dropped;
        return dropped;
    }
}
