package io.agentstream.worker;

import io.agentstream.agents.conversation.ConversationInput.EngineReply;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// What engines post to a loop from their own threads. Bounded. Any thread may post, only the loop takes.
final class Mailbox {

    /// Replies that wait. A loop takes them within milliseconds, and a conversation has three at most.
    static final int CAPACITY = 16_384;

    record Posted(LiveConversation to, EngineReply reply) {}

    private final BlockingQueue<Posted> posted = new ArrayBlockingQueue<>(CAPACITY);

    /// Does not wait; false where there is no room.
    boolean post(LiveConversation to, EngineReply reply) {
        return posted.offer(new Posted(to, reply));
    }

    @Nullable Posted take() {
        return posted.poll();
    }

    boolean isEmpty() {
        return posted.isEmpty();
    }
}
