package io.agentstream.worker.loop;

import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.Answer;
import io.agentstream.agents.conversation.ConversationInput.BrainSpoke;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import io.agentstream.agents.conversation.ConversationInput.WordsHeard;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// What engines post to a loop from their own threads. Bounded for each conversation, so that one engine takes no other's room.
/// Any thread may post, only the loop takes.
///
/// What an ear has understood so far takes the place of what the same ear said before it and nobody has taken yet, and pieces of an answer's text are
/// joined while they wait: how a service cuts what it tells is no reason to end a call.
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

    /// No longer text than this is made of pieces: it is copied for each of them.
    private static final int MAX_JOINED_CHARACTERS = 4_096;

    /// What waits, and may still become more. Whoever has taken it has it alone.
    static final class Posted {
        private final LiveConversation to;
        private Answer answer;

        private Posted(LiveConversation to, Answer answer) {
            this.to = to;
            this.answer = answer;
        }

        LiveConversation to() {
            return to;
        }

        Answer answer() {
            return answer;
        }
    }

    /// What waits for one conversation. Its own lock.
    static final class Load {
        private int replies;
        private long bytes;
        private boolean over;
        /// What an ear has understood so far, as long as it waits and the ear has told nothing else.
        private @Nullable Posted words;
        /// The newest text of an answer, as long as it waits and nothing else was told of the answer.
        private @Nullable Posted text;
    }

    private final Queue<Posted> posted = new ConcurrentLinkedQueue<>();
    /// Each conversation at most once.
    private final Queue<LiveConversation> overflowed = new ConcurrentLinkedQueue<>();

    /// Does not wait; false where there is no room.
    boolean post(LiveConversation to, Answer answer) {
        Load load = to.load;
        synchronized (load) {
            if (load.over) {
                return false;
            }
            Posted waiting = answer instanceof WordsHeard ? load.words : load.text;
            Answer whole = waiting == null ? null : joined(waiting.answer, answer);
            if (waiting == null || whole == null) {
                load.replies++;
                load.bytes += bytes(answer);
            } else {
                load.bytes += bytes(whole) - bytes(waiting.answer);
            }
            if (load.replies > MAX_REPLIES || load.bytes > MAX_BYTES) {
                load.over = true;
                overflowed.add(to);
                return false;
            }
            if (waiting == null || whole == null) {
                add(load, new Posted(to, answer));
            } else {
                waiting.answer = whole;
            }
            return true;
        }
    }

    /// What the two become in the place of the first; null where the second waits for itself.
    private static @Nullable Answer joined(Answer waiting, Answer next) {
        if (waiting instanceof WordsHeard old && next instanceof WordsHeard words) {
            return old.ear() == words.ear() ? words : null;
        }
        boolean fits = waiting instanceof BrainSpoke first && next instanceof BrainSpoke then && isText(then)
                && first.turn() == then.turn() && first.number() == then.number()
                && first.text().length() + then.text().length() <= MAX_JOINED_CHARACTERS;
        return fits && waiting instanceof BrainSpoke first && next instanceof BrainSpoke then
                ? new BrainSpoke(then.turn(), then.number(), first.text() + then.text(), then.audio())
                : null;
    }

    private static boolean isText(Answer answer) {
        return answer instanceof BrainSpoke spoke && spoke.audio().length() == 0;
    }

    private void add(Load load, Posted next) {
        switch (next.answer) {
            case WordsHeard _ -> load.words = next;
            case ConversationInput.WordsEnded _, ConversationInput.EarFailed _ -> load.words = null;
            case BrainSpoke _ -> load.text = isText(next.answer) ? next : null;
            case ConversationInput.BrainCalled _, ConversationInput.BrainDone _, ConversationInput.BrainFailed _ -> load.text = null;
            default -> { }
        }
        posted.add(next);
    }

    @Nullable Posted take() {
        Posted next = posted.poll();
        if (next != null) {
            Load load = next.to.load;
            synchronized (load) {
                load.replies--;
                load.bytes -= bytes(next.answer);
                load.words = load.words == next ? null : load.words;
                load.text = load.text == next ? null : load.text;
            }
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
            case WordsHeard words -> 2L * words.text().length();
            case ConversationInput.WordsEnded words -> 2L * words.text().length();
            case ConversationInput.CallerQuoted quoted -> 2L * quoted.text().length();
            case ConversationInput.BrainSaid said -> 2L * said.text().length();
            case ConversationInput.BrainCalled called -> 2L * called.arguments().length();
            case ConversationInput.ToolAnswered answered -> 2L * answered.result().length();
        };
    }
}
