package io.agentstream.agents.conversation;

import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Transfer;
import io.agentstream.schemas.WellFormed;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What can happen to a conversation. The time at which it happens comes beside it.
///
/// This is where texts of others come in, of whatever service or tool: each is [WellFormed] in an input. Half of a surrogate pair could be
/// written neither into an event nor into a snapshot, and would end the call far from where it came from.
public sealed interface ConversationInput {

    /// What the floor takes, whoever decides what is said.
    sealed interface ForFloor extends ConversationInput {}

    /// What comes from beside the loop: of an engine, or of one of its services.
    sealed interface Answer extends ConversationInput {}

    /// The run is running. `takesTurns` is false for an engine whose audio simply flows beside the caller's.
    record RunStarted(boolean takesTurns) implements ForFloor {}

    /// Another worker held the conversation until `gapMs` ago and left this behind.
    record Resumed(SavedConversation saved, long gapMs) implements ForFloor {}

    /// Audio of the caller, for an engine that hears.
    record AudioHeard(MediaFrame.Audio frame) implements ForFloor {}

    /// The caller began to speak, `agoMs` before this was known.
    record SpeechStarted(long agoMs) implements ForFloor {}

    /// The caller fell silent after `speechMs`, `agoMs` before this was known.
    record SpeechStopped(long speechMs, long agoMs) implements ForFloor {}

    record DigitPressed(char digit) implements ForFloor {
        public DigitPressed {
            digit = WellFormed.text(String.valueOf(digit)).charAt(0);
        }
    }

    /// The caller has heard everything of a turn.
    record MarkReached(int turn) implements ForFloor {}

    /// How much of a turn the caller has heard.
    record Played(int turn, long playedMs, boolean finished) implements ForFloor {}

    /// The deadline that was set last has passed.
    record DeadlinePassed() implements ForFloor {}

    /// The call or its run is over.
    record CallEnded() implements ForFloor {}

    /// Something has failed beside the machine and keeps the conversation from going on; its call is to be closed.
    ///
    /// @param why a word for whoever looks for the cause; nothing personal
    record Broken(String why) implements ForFloor {

        /// The agent's services have told more than is taken.
        public static final String OVERRUN = "overrun";

        /// Whether that was done by what the agent's owner has chosen; else it is ours.
        boolean isByServices() {
            return why.equals(OVERRUN);
        }
    }

    /// What the floor is answered: by an engine outside of the machine, or by the dialogue within the same step. For one turn: at most one
    /// `ReplyBegun`, any number of parts, one `ReplyFinished`; or `EngineFailed` at any time.
    sealed interface EngineReply extends ForFloor, Answer {}

    /// It is known where the conversation goes from here.
    ///
    /// @param node name of the place in the agent's definition, where there is such a thing
    /// @param memory what an engine outside of the machine needs to go on from here in another worker; null where the dialogue keeps its own
    /// @param outcome what the call has achieved by coming there, in the definition's words; null where that is nothing new
    record ReplyBegun(int turn, @Nullable String node, Manners manners, @Nullable JsonNode memory, @Nullable String outcome)
            implements EngineReply {}

    /// The answer takes long, and somebody sees to it that it comes: it is waited for anew.
    record ReplyDelayed(int turn) implements EngineReply {}

    /// A piece of the answer, in the call's media format. The text may be empty, the audio may not.
    record ReplyPart(int turn, String text, Slice audio) implements EngineReply {
        public ReplyPart {
            text = WellFormed.text(text);
        }
    }

    /// The answer is complete.
    record ReplyFinished(int turn, Then then) implements EngineReply {}

    /// What was understood of the caller's turn up to now, as far as it matters to who may speak. Of each turn any number, each in place of the
    /// one before.
    ///
    /// @param words how many
    /// @param backChannel whether they only say that somebody listens
    record CallerWords(int words, boolean backChannel, Ending ending) implements EngineReply {}

    /// How what the caller has said up to now ends.
    enum Ending {
        /// It is an answer, such as yes or no, and complete by itself.
        ANSWER,
        /// Whoever understood it judges by what was said that the turn is over.
        OVER,
        /// Whoever understood it has put an end to the sentence.
        COMPLETE,
        /// One of the things of which several are said one after the other: digits of a number.
        LISTED,
        /// More has to come: it ends with a word behind which nobody stops.
        OPEN,
        /// Whoever understood it judges when a turn is over, and has not said so yet.
        EXPECTED,
        /// It may end here as well as not.
        UNCLEAR,
        /// Nothing was understood of what was said last, or nothing is yet.
        UNKNOWN
    }

    /// The conversation cannot go on.
    record EngineFailed() implements EngineReply {}

    /// There is something to be said though nobody asked: what is being said and heard is left at that.
    record TurnWanted() implements EngineReply {}

    /// What follows when the caller has heard the answer.
    enum Then {
        LISTEN,
        GO_ON,
        HANG_UP,
        /// As to hang up, because the call has lasted as long as a call of this agent may.
        TIME_UP,
        /// The call goes on with somebody else, and without us.
        TRANSFERRED
    }

    /// What a service says that the dialogue has asked. Each belongs to a turn and to the number that it was asked under; what comes for
    /// another one is passed over.
    sealed interface ServiceReply extends Answer {}

    /// Audio of a text, in the call's media format, or when its words sound, or both.
    ///
    /// @param audio may be empty
    /// @param words as far as the mouth tells; their times count from the beginning of the text
    record MouthSpoke(int turn, int number, Slice audio, List<Word> words) implements ServiceReply {}

    /// All of a text was spoken.
    record MouthDone(int turn, int number) implements ServiceReply {}

    record MouthFailed(int turn, int number, ServiceFailure failure) implements ServiceReply {}

    /// A word and when it is spoken.
    record Word(String text, long startMs, long endMs) {
        public Word {
            text = WellFormed.text(text);
        }

        /// Without the word.
        @Override
        public String toString() {
            return "Word[" + startMs + ".." + endMs + "]";
        }
    }

    /// What the ear has understood of the caller's turn so far, all of it: it replaces what came before.
    ///
    /// @param ear which ear, from 1: one that has failed is replaced
    /// @param judges whether it judges by what was said when a turn is over, and will say so; else its turns end with a pause
    record WordsHeard(int ear, String text, boolean judges) implements ServiceReply {

        public WordsHeard {
            text = WellFormed.text(text);
        }

        public WordsHeard(int ear, String text) {
            this(ear, text, false);
        }

        /// Without the words.
        @Override
        public String toString() {
            return "WordsHeard[" + ear + ", " + text.length() + " characters]";
        }
    }

    /// The ear thinks that the caller's turn is over, or was asked for what there is.
    ///
    /// @param text all of it; may be empty
    /// @param judges whether it has judged that by what was said; else it has heard a pause
    record WordsEnded(int ear, String text, boolean judges) implements ServiceReply {

        public WordsEnded {
            text = WellFormed.text(text);
        }

        public WordsEnded(int ear, String text) {
            this(ear, text, false);
        }

        /// Without the words.
        @Override
        public String toString() {
            return "WordsEnded[" + ear + ", " + text.length() + " characters]";
        }
    }

    record EarFailed(int ear, ServiceFailure failure) implements ServiceReply {}

    /// The next piece of what the brain says, cut anywhere.
    record BrainSaid(int turn, int number, String text) implements ServiceReply {
        public BrainSaid {
            text = WellFormed.text(text);
        }

        /// Without the words.
        @Override
        public String toString() {
            return "BrainSaid[" + turn + ", " + number + ", " + text.length() + " characters]";
        }
    }

    /// The brain wants a tool to be used.
    ///
    /// @param id the brain's own, which comes back to it with the result
    /// @param arguments JSON as the model wrote it: it may be none
    record BrainCalled(int turn, int number, String id, String tool, String arguments) implements ServiceReply {
        public BrainCalled {
            id = WellFormed.text(id);
            tool = WellFormed.text(tool);
            arguments = WellFormed.text(arguments);
        }

        /// Without the arguments.
        @Override
        public String toString() {
            return "BrainCalled[" + turn + ", " + number + "]";
        }
    }

    /// The brain's answer is complete.
    record BrainDone(int turn, int number, long inputTokens, long cachedTokens, long outputTokens) implements ServiceReply {}

    record BrainFailed(int turn, int number, ServiceFailure failure) implements ServiceReply {}

    /// The next piece of what a brain says that speaks for itself.
    ///
    /// @param text what it says, cut anywhere and beside its audio; may be empty
    /// @param audio in the call's media format; may be empty
    record BrainSpoke(int turn, int number, String text, Slice audio) implements ServiceReply {
        public BrainSpoke {
            text = WellFormed.text(text);
        }

        /// Without the words.
        @Override
        public String toString() {
            return "BrainSpoke[" + turn + ", " + number + ", " + text.length() + " characters, " + audio.length() + " bytes]";
        }
    }

    /// What the caller said in a turn that was answered by its sound: it comes beside the answer, or behind it.
    record CallerQuoted(int turn, String text) implements ServiceReply {
        public CallerQuoted {
            text = WellFormed.text(text);
        }

        /// Without the words.
        @Override
        public String toString() {
            return "CallerQuoted[" + turn + ", " + text.length() + " characters]";
        }
    }

    /// How it ended that the caller was to be given to somebody else.
    ///
    /// @param key by which it was asked for
    record TransferAnswered(String key, Transfer outcome) implements ServiceReply {}

    /// @param result JSON, or a text
    record ToolAnswered(int turn, int number, boolean failed, String result) implements ServiceReply {
        public ToolAnswered {
            result = WellFormed.text(result);
        }

        /// Without the result.
        @Override
        public String toString() {
            return "ToolAnswered[" + turn + ", " + number + ", " + (failed ? "failed" : "done") + "]";
        }
    }
}
