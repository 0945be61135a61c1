package io.agentstream.agents.conversation;

import io.agentstream.agents.conversation.ConversationInput.EngineReply;
import io.agentstream.agents.conversation.ConversationInput.ServiceReply;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What is said: the half of a conversation's state that knows its agent's definition. It is asked by the floor and by nobody else, hears
/// what its services answer, and gives the floor what an engine would give it. Immutable and pure: no clock, no chance, no I/O; a method
/// that changes something gives the dialogue as it is then. Any thread.
///
/// The definition itself is not part of what is saved: whoever goes on has it by its key.
public interface Dialogue {

    /// In place of a time: not at all.
    long NEVER = Long.MAX_VALUE;

    /// An engine outside of the machine decides.
    Dialogue OUTSIDE = new Outside();

    /// What comes of something.
    ///
    /// @param replies what the floor is answered, in order
    /// @param effects what is wanted beside that, in order: mostly of services
    record Move(Dialogue next, List<EngineReply> replies, List<ConversationEffect> effects) {

        public static Move stay(Dialogue same) {
            return new Move(same, List.of(), List.of());
        }
    }

    /// The conversation begins, or goes on in this worker: before anything else is asked.
    Move began(long nowMs);

    /// The floor wants an answer. A turn is stopped or finished before the next one is asked for.
    Move asked(int turn, Prompt prompt, long nowMs);

    /// The answer is not wanted any more, or will not be waited for.
    Move stopped(int turn);

    /// So much of a turn was heard, in milliseconds of its audio: nothing more of it will be.
    ///
    /// @param answers whether what the caller has said into a turn that was heard as a whole is the caller's next turn; else it is nobody's concern
    Dialogue heard(int turn, long playedMs, boolean whole, boolean answers);

    /// What a turn has said, before it is told how much of it was heard.
    ///
    /// @param text as it was told while the turn was spoken
    String said(int turn, String text);

    Move answered(ServiceReply reply, long nowMs);

    /// The caller's turn has begun, so long ago: whoever hears it by itself is to hear all of it.
    Move callerBegan(int turn, long agoMs);

    /// The caller has made a short sound while the agent speaks: its words are wanted, if there are any.
    Move sounded();

    /// The call is over: what is told of it now is the last. Called once.
    Move ended();

    /// What it has understood of what the caller is saying; may be nothing.
    String words();

    /// When it wants to be called back; [#NEVER] where it does not.
    long dueMs();

    /// That time has come.
    Move due(long nowMs);

    /// Whether it tells what the caller said, once it knows the words.
    boolean understands();

    /// Of the turn that another worker had begun, and that is said further, more was heard than that one has left word of: so much of it by now, in
    /// milliseconds of what sounded under that number. Told as long as nothing of the new turn has sounded.
    Move heardElsewhere(int turn, long heardMs, long nowMs);

    /// What another worker needs to go on from here; null as long as nothing was said.
    ///
    /// @param heardMs how much of the turn's audio the caller is known to have heard by now
    /// @param beforeMs how much of that before the turn got the number under which it sounds now
    @Nullable JsonNode memory(long heardMs, long beforeMs);

    /// Whether another worker would go on elsewhere, now that more of the turn's audio was heard.
    ///
    /// @param beforeMs how much of it was known to be heard before
    boolean goesOnElsewhere(long beforeMs, long heardMs);

    /// As another worker left it; nothing where this version cannot read that.
    ///
    /// @param memory what [#memory(long, long)] was there
    Optional<Dialogue> resumed(@Nullable JsonNode memory);

    /// In place of a dialogue for an engine that decides outside of the machine. It is asked nothing.
    record Outside() implements Dialogue {

        @Override
        public Move began(long nowMs) {
            return Move.stay(this);
        }

        @Override
        public boolean understands() {
            return false;
        }

        @Override
        public String said(int turn, String text) {
            return text;
        }

        @Override
        public Move asked(int turn, Prompt prompt, long nowMs) {
            return Move.stay(this);
        }

        @Override
        public Move stopped(int turn) {
            return Move.stay(this);
        }

        @Override
        public Move callerBegan(int turn, long agoMs) {
            return Move.stay(this);
        }

        @Override
        public Move sounded() {
            return Move.stay(this);
        }

        @Override
        public String words() {
            return "";
        }

        @Override
        public Move ended() {
            return Move.stay(this);
        }

        @Override
        public boolean goesOnElsewhere(long beforeMs, long heardMs) {
            return false;
        }

        @Override
        public Dialogue heard(int turn, long playedMs, boolean whole, boolean answers) {
            return this;
        }

        @Override
        public Move answered(ServiceReply reply, long nowMs) {
            return Move.stay(this);
        }

        @Override
        public long dueMs() {
            return NEVER;
        }

        @Override
        public Move due(long nowMs) {
            return Move.stay(this);
        }

        @Override
        public Move heardElsewhere(int turn, long heardMs, long nowMs) {
            return Move.stay(this);
        }

        @Override
        public @Nullable JsonNode memory(long heardMs, long beforeMs) {
            return null;
        }

        @Override
        public Optional<Dialogue> resumed(@Nullable JsonNode memory) {
            return Optional.of(this);
        }
    }
}
