package io.agentstream.dev.simulator.caller;

import io.agentstream.audio.MuLaw;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// The provider's play-out buffer: what was sent to the caller and not yet played, with marks between.
///
/// Confined to the thread of its call. Time is the caller's: one frame of 20 ms per [#play]. Bounded: what does not fit is
/// not kept.
final class PlaybackBuffer {

    /// Five minutes.
    static final int MAX_BYTES = 300_000 * MuLaw.BYTES_PER_MS;

    static final int MAX_MARKS = 1_000;

    private final Deque<Item> items = new ArrayDeque<>();
    private int bytes;
    private int marks;

    private sealed interface Item {}

    private record Mark(String name) implements Item {}

    private static final class Chunk implements Item {
        private final byte[] payload;
        private int played;

        private Chunk(byte[] payload) {
            this.payload = payload;
        }
    }

    /// What was played in one tick. `frame` has 160 bytes, silence where there was nothing; `heardBytes` says how many came from the
    /// buffer; `reached` are the marks whose audio is now played.
    record Played(Speech frame, int heardBytes, List<String> reached) {}

    /// Whether the audio was kept.
    boolean audio(Speech audio) {
        byte[] payload = audio.mulaw();
        if (bytes + payload.length > MAX_BYTES) {
            return false;
        }
        bytes += payload.length;
        items.addLast(new Chunk(payload));
        return true;
    }

    /// Whether the mark was kept.
    boolean mark(String name) {
        if (marks >= MAX_MARKS) {
            return false;
        }
        marks++;
        items.addLast(new Mark(name));
        return true;
    }

    /// Drops all audio; the marks in it come back, in order.
    List<String> clear() {
        List<String> outstanding = new ArrayList<>();
        for (Item item : items) {
            if (item instanceof Mark mark) {
                outstanding.add(mark.name);
            }
        }
        items.clear();
        bytes = 0;
        marks = 0;
        return outstanding;
    }

    /// The marks that stand at the very front: everything before them has been played.
    List<String> reachedMarks() {
        List<String> reached = new ArrayList<>();
        while (items.peekFirst() instanceof Mark mark) {
            items.removeFirst();
            marks--;
            reached.add(mark.name);
        }
        return reached;
    }

    /// Plays the next 20 ms.
    Played play() {
        byte[] frame = TelephoneFrame.silence();
        int filled = 0;
        List<String> reached = new ArrayList<>(reachedMarks());
        while (filled < frame.length && items.peekFirst() instanceof Chunk chunk) {
            int taken = Math.min(frame.length - filled, chunk.payload.length - chunk.played);
            System.arraycopy(chunk.payload, chunk.played, frame, filled, taken);
            chunk.played += taken;
            filled += taken;
            bytes -= taken;
            if (chunk.played == chunk.payload.length) {
                items.removeFirst();
            }
            reached.addAll(reachedMarks());
        }
        return new Played(Speech.ofMulaw(frame), filled, reached);
    }

    int bufferedMs() {
        return bytes / MuLaw.BYTES_PER_MS;
    }
}
