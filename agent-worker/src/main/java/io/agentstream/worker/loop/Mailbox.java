package io.agentstream.worker.loop;

import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.Answer;
import io.agentstream.agents.conversation.ConversationInput.BrainSpoke;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What engines post to a loop from their own threads. Bounded for each conversation, so that one engine takes no other's room.
/// Any thread may post, only the loop takes.
///
/// What does not fit is lost, and the conversation with it: the loop is told, and ends the call.
final class Mailbox {

    /// Replies of one conversation that wait. A loop takes them within milliseconds, but while it does not, services go on: a brain's answer
    /// alone may come in hundreds of pieces at once. As many as take about as much room as [#MAX_BYTES] of audio.
    static final int MAX_REPLIES = 16_384;

    /// Audio of one conversation that waits: more than the longest line.
    static final long MAX_BYTES = 4L << 20;

    /// A word and its times, about.
    private static final int WORD_BYTES = 64;

    record Posted(LiveConversation to, Answer answer) {}

    /// What waits for one conversation.
    static final class Load {
        private final AtomicInteger replies = new AtomicInteger();
        private final AtomicLong bytes = new AtomicLong();
        private volatile boolean over;
    }

    private final Queue<Posted> posted = new ConcurrentLinkedQueue<>();
    /// Each conversation at most once.
    private final Queue<LiveConversation> overflowed = new ConcurrentLinkedQueue<>();

    /// Does not wait; false where there is no room.
    boolean post(LiveConversation to, Answer answer) {
        Load load = to.load;
        if (load.over) {
            return false;
        }
        int replies = load.replies.incrementAndGet();
        long bytes = load.bytes.addAndGet(bytes(answer));
        if (replies <= MAX_REPLIES && bytes <= MAX_BYTES) {
            posted.add(new Posted(to, answer));
            return true;
        }
        synchronized (load) {
            if (!load.over) {
                load.over = true;
                overflowed.add(to);
            }
        }
        return false;
    }

    @Nullable Posted take() {
        Posted next = posted.poll();
        if (next != null) {
            next.to().load.replies.decrementAndGet();
            next.to().load.bytes.addAndGet(-bytes(next.answer()));
        }
        return next;
    }

    /// A conversation for which something was lost, once.
    @Nullable LiveConversation takeOverflowed() {
        return overflowed.poll();
    }

    boolean isEmpty() {
        return posted.isEmpty() && overflowed.isEmpty();
    }

    private static long bytes(Answer answer) {
        return switch (answer) {
            case ReplyPart part -> part.audio().length() + 2L * part.text().length();
            case BrainSpoke spoke -> spoke.audio().length() + 2L * spoke.text().length();
            case MouthSpoke spoke -> spoke.audio().length() + (long) spoke.words().size() * WORD_BYTES;
            case ConversationInput.ReplyBegun _, ConversationInput.ReplyDelayed _, ConversationInput.ReplyFinished _, ConversationInput.CallerWords _,
                    ConversationInput.EngineFailed _, ConversationInput.TurnWanted _, ConversationInput.MouthDone _, ConversationInput.MouthFailed _,
                    ConversationInput.EarFailed _, ConversationInput.BrainDone _, ConversationInput.BrainFailed _,
                    ConversationInput.TransferAnswered _ -> 0;
            case ConversationInput.WordsHeard words -> 2L * words.text().length();
            case ConversationInput.WordsEnded words -> 2L * words.text().length();
            case ConversationInput.CallerQuoted quoted -> 2L * quoted.text().length();
            case ConversationInput.BrainSaid said -> 2L * said.text().length();
            case ConversationInput.BrainCalled called -> 2L * called.arguments().length();
            case ConversationInput.ToolAnswered answered -> 2L * answered.result().length();
        };
    }
}
