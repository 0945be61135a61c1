package io.agentstream.worker;

import io.agentstream.worker.conversation.ConversationInput.EngineReply;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What engines post to a loop from their own threads. Bounded. Any thread may post, only the loop takes.
final class Mailbox {

    /// Replies that wait. A loop takes them within milliseconds, and a conversation has a handful at most.
    static final int CAPACITY = 4_096;

    private static final long WAIT_FOR_ROOM_MS = 1_000;

    record Posted(LiveConversation to, EngineReply reply) {}

    private final BlockingQueue<Posted> posted = new ArrayBlockingQueue<>(CAPACITY);

    /// Waits for room for up to a second; false where there was none.
    boolean post(LiveConversation to, EngineReply reply) {
        try {
            return posted.offer(new Posted(to, reply), WAIT_FOR_ROOM_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Nullable Posted take() {
        return posted.poll();
    }

    boolean isEmpty() {
        return posted.isEmpty();
    }
}
