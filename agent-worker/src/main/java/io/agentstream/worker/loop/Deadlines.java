package io.agentstream.worker.loop;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// One deadline for each conversation of a loop; setting it again replaces it. Only the loop.
///
/// A replaced entry stays in the heap until its time has come, which is a minute at most.
final class Deadlines {

    /// @param at milliseconds since 1970
    record Deadline(long at, LiveConversation of) {}

    private final PriorityQueue<Deadline> heap = new PriorityQueue<>(Comparator.comparingLong(Deadline::at));

    void set(LiveConversation conversation, long atMs) {
        Deadline deadline = new Deadline(atMs, conversation);
        conversation.deadline = deadline;
        heap.add(deadline);
    }

    void clear(LiveConversation conversation) {
        conversation.deadline = null;
    }

    /// When the next deadline is, or `Long.MAX_VALUE`.
    long nextMs() {
        dropReplaced();
        Deadline next = heap.peek();
        return next == null ? Long.MAX_VALUE : next.at();
    }

    /// A conversation whose deadline has passed, or nothing. Its deadline is then no longer set.
    @Nullable LiveConversation passed(long nowMs) {
        dropReplaced();
        Deadline next = heap.peek();
        if (next == null || next.at() > nowMs) {
            return null;
        }
        heap.remove();
        next.of().deadline = null;
        return next.of();
    }

    @SuppressWarnings("ReferenceEquality") // the very entry that was set last counts
    private void dropReplaced() {
        Deadline next;
        while ((next = heap.peek()) != null && next.of().deadline != next) {
            heap.remove();
        }
    }
}
