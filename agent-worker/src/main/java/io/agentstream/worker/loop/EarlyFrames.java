package io.agentstream.worker.loop;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFrame;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Frames of calls whose run is not known to be running yet: there is no order across topics, and a caller may press keys before
/// anybody answers. Bounded for each call, in all, and in time; keys have their room for themselves, because a second of audio would
/// fill it. Only the loop.
final class EarlyFrames {

    static final int MAX_FRAMES_PER_CALL = 50;
    static final int MAX_FRAMES = 10_000;
    static final long KEEP_MS = 2_000;

    static final int MAX_KEYS_PER_CALL = 50;
    static final int MAX_KEYS = 10_000;

    /// Keys are kept for as long as a call may take to be answered.
    static final long KEEP_KEYS_MS = 30_000;

    private static final class Waiting {
        private final long sinceMs;
        private final List<MediaFrame> frames = new ArrayList<>();
        private final List<MediaFrame> keys = new ArrayList<>(0);

        private Waiting(long sinceMs) {
            this.sinceMs = sinceMs;
        }
    }

    private final Map<CallId, Waiting> held = new LinkedHashMap<>();
    private int frames;
    private int keys;

    static boolean isKey(MediaFrame frame) {
        return frame instanceof MediaFrame.Digit || frame instanceof MediaFrame.SealedDigit;
    }

    /// False where there is no room for the frame.
    boolean hold(MediaFrame frame, long nowMs) {
        boolean key = isKey(frame);
        if (key ? keys >= MAX_KEYS : frames >= MAX_FRAMES) {
            return false;
        }
        Waiting of = held.computeIfAbsent(frame.callId(), unknown -> new Waiting(nowMs));
        if (key ? of.keys.size() >= MAX_KEYS_PER_CALL : of.frames.size() >= MAX_FRAMES_PER_CALL) {
            return false;
        }
        if (key) {
            of.keys.add(frame);
            keys++;
        } else {
            of.frames.add(frame);
            frames++;
        }
        return true;
    }

    /// Hands out what was held for a call, in order.
    List<MediaFrame> take(CallId callId) {
        Waiting of = held.remove(callId);
        if (of == null) {
            return List.of();
        }
        frames -= of.frames.size();
        keys -= of.keys.size();
        of.frames.addAll(of.keys);
        of.frames.sort(Comparator.comparingLong(MediaFrame::seq));
        return of.frames;
    }

    /// Drops what was held for too long; returns how many frames.
    int expire(long nowMs) {
        int before = frames + keys;
        Iterator<Waiting> each = held.values().iterator();
        while (each.hasNext()) {
            Waiting of = each.next();
            long ageMs = nowMs - of.sinceMs;
            if (ageMs >= KEEP_MS) {
                frames -= of.frames.size();
                of.frames.clear();
            }
            if (ageMs >= KEEP_KEYS_MS) {
                keys -= of.keys.size();
                of.keys.clear();
            }
            if (of.frames.isEmpty() && of.keys.isEmpty()) {
                each.remove();
            }
        }
        return before - frames - keys;
    }
}
