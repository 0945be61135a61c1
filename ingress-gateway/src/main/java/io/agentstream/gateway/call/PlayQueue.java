package io.agentstream.gateway.call;

import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Audio and marks that wait for their time, oldest first, within bounds. Confined to its call's thread.
final class PlayQueue {

    /// Audio that may wait. What is beyond is dropped.
    static final int MAX_MS = 131_072;

    static final int MAX_ITEMS = 10_000;

    /// A command's audio, of which a part may have gone, or a mark.
    static final class Item {
        final long turn;
        final @Nullable String mark;
        private final Slice audio;
        private final int frameBytes;
        /// Whose turn it is, and where this audio begins in it.
        final int epoch;
        private final long fromByte;
        private int sent;
        private boolean cut;

        private Item(long turn, @Nullable String mark, Slice audio, int frameBytes, int epoch, long fromByte) {
            this.turn = turn;
            this.mark = mark;
            this.audio = audio;
            this.frameBytes = frameBytes;
            this.epoch = epoch;
            this.fromByte = fromByte;
        }

        /// Where the next frame begins in its turn.
        long nextByte() {
            return fromByte + sent;
        }

        byte[] array() {
            return audio.array();
        }

        /// Where the next frame begins.
        int nextAt() {
            return audio.offset() + sent;
        }

        int nextBytes() {
            return Math.min(frameBytes, leftBytes());
        }

        private int leftBytes() {
            return audio.length() - sent;
        }

        private int framesLeft() {
            return (leftBytes() + frameBytes - 1) / frameBytes;
        }
    }

    private final ArrayDeque<Item> items = new ArrayDeque<>();
    private @Nullable Item newestAudio;
    private int bytes;
    private int marks;

    boolean isEmpty() {
        return items.isEmpty();
    }

    int bytes() {
        return bytes;
    }

    int marks() {
        return marks;
    }

    boolean hasRoom(int moreBytes, int bytesPerMs) {
        return bytes + (long) moreBytes <= (long) MAX_MS * bytesPerMs && items.size() < MAX_ITEMS;
    }

    void audio(long turn, Slice audio, int frameBytes, int epoch, long fromByte) {
        Item item = new Item(turn, null, audio, frameBytes, epoch, fromByte);
        items.addLast(item);
        newestAudio = item;
        bytes += audio.length();
    }

    /// What waits of a turn is all that will come of it.
    void cut(long turn) {
        if (newestAudio != null && newestAudio.turn == turn) {
            newestAudio.cut = true;
        }
    }

    void mark(long turn, String name) {
        items.addLast(new Item(turn, name, Slice.EMPTY, 1, SocketCommand.NO_EPOCH, 0));
        marks++;
    }

    @Nullable Item first() {
        return items.peekFirst();
    }

    void dropFirstMark() {
        items.removeFirst();
        marks--;
    }

    /// The next frame of the first item, which is audio, was sent.
    ///
    /// @return whether it was the end of a turn that is cut off there
    boolean frameSent() {
        Item item = items.getFirst();
        int length = item.nextBytes();
        item.sent += length;
        bytes -= length;
        if (item.leftBytes() > 0) {
            return false;
        }
        items.removeFirst();
        if (item == newestAudio) {
            newestAudio = null;
        }
        return item.cut;
    }

    /// Drops everything of that turn and of earlier ones.
    ///
    /// @param dropped told the frames of each command that were still to be sent
    void dropUpTo(long turn, IntConsumer dropped) {
        Iterator<Item> each = items.iterator();
        while (each.hasNext()) {
            Item item = each.next();
            if (item.turn > turn) {
                continue;
            }
            each.remove();
            if (item == newestAudio) {
                newestAudio = null;
            }
            if (item.mark != null) {
                marks--;
            } else {
                bytes -= item.leftBytes();
                dropped.accept(item.framesLeft());
            }
        }
    }

    void clear() {
        items.clear();
        newestAudio = null;
        bytes = 0;
        marks = 0;
    }
}
