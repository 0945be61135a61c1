package io.agentstream.agents.conversation;

import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import org.jspecify.annotations.Nullable;

/// What a conversation wants done.
public sealed interface ConversationEffect {

    /// Give the caller's audio to the engine.
    record Hear(MediaFrame.Audio frame) implements ConversationEffect {}

    /// Ask for an answer: the dialogue, within the step, or an engine outside of the machine.
    record Think(int turn, Prompt prompt) implements ConversationEffect {}

    /// From now on what the engine says belongs to this turn.
    record Flow(int turn) implements ConversationEffect {}

    /// The answer is not wanted any more.
    record StopThinking(int turn) implements ConversationEffect {}

    /// The caller has made a short sound while the agent spoke: what was it? Whoever understands the caller is asked, and answers by
    /// [ConversationInput.CallerWords].
    record Understand() implements ConversationEffect {}

    /// @param frameBytes bytes of each provider message
    record Play(int turn, int frameBytes, Slice audio) implements ConversationEffect {}

    /// Drop all audio of this turn and of earlier ones.
    record Clear(int turn) implements ConversationEffect {}

    record AskForMark(int turn) implements ConversationEffect {}

    /// Call back at this time. Replaces the deadline that was set before.
    record SetDeadline(long atMs) implements ConversationEffect {}

    record ClearDeadline() implements ConversationEffect {}

    record Tell(Fact fact) implements ConversationEffect {}

    /// The state has changed in a way that another worker has to know.
    ///
    /// @param canWait whether little is lost without it, as that a sentence is said twice
    record Save(boolean canWait) implements ConversationEffect {
        public Save() {
            this(false);
        }
    }

    /// End the call: as an agent does, or because of a failure.
    ///
    /// @param end how the call has ended then; null: as an agent ends it, or by the failure
    record HangUp(@Nullable Failure failure, @Nullable End end) implements ConversationEffect {
        public HangUp(@Nullable Failure failure) {
            this(failure, null);
        }
    }

    /// Something that is asked of the conversation's services. By whom it is done, an engine need not look at what never comes to it.
    sealed interface ServiceEffect extends ConversationEffect {}

    /// Of a mouth. A script asks for nothing else.
    sealed interface MouthEffect extends ServiceEffect {}

    /// Of an ear that does nothing but hear.
    sealed interface EarEffect extends ServiceEffect {}

    /// Of what thinks, uses tools and understands, whether it is one service or several.
    sealed interface BrainEffect extends ServiceEffect {}

    /// Of a service that hears, thinks and speaks in one.
    sealed interface SpeechEffect extends ServiceEffect {}

    /// Speak a text.
    ///
    /// @param number under which the mouth answers; each number of a turn is given once
    /// @param mouth which of the agent's mouths, from 0; the one behind them is a voice that needs no service
    record Speak(int turn, int number, int mouth, String text) implements MouthEffect {
        /// Without the words.
        @Override
        public String toString() {
            return "Speak[" + turn + ", " + number + ", " + text.length() + " characters]";
        }
    }

    /// Make the tones of keys, as a mouth speaks a text: with audio, and that it was all.
    ///
    /// @param number under which it is answered
    /// @param keys of a telephone
    record PressKeys(int turn, int number, String keys) implements BrainEffect {
        /// Without the keys.
        @Override
        public String toString() {
            return "PressKeys[" + turn + ", " + number + ", " + keys.length() + " keys]";
        }
    }

    /// Nothing more of the turn is to be spoken.
    record StopSpeaking(int turn) implements MouthEffect {}

    /// Ask for an answer.
    ///
    /// @param brain which of the agent's brains, from 0
    /// @param request what it is told. It follows from the inputs, so that a journal has no need of it
    record AskBrain(int turn, int number, int brain, BrainRequest request) implements BrainEffect {}

    /// No answer is wanted any more.
    record StopBrain(int turn) implements BrainEffect {}

    /// Ask another system: for a tool of the brain, or for a node.
    ///
    /// @param key of this use within the call, so that a system that is asked twice does it once: it stays the same in another worker
    /// @param tool name of the tool, or of the node
    /// @param arguments JSON
    /// @param request what is sent. It follows from the inputs, so that a journal has no need of it
    /// @param again whether another worker had begun it: what that one has left, and what therefore is written, has the key
    record CallTool(int turn, int number, String key, String tool, String arguments, ToolRequest request, boolean again)
            implements BrainEffect {

        /// It is asked for within so many milliseconds, or never: whoever waits for the answer knows then whether it can still come.
        public static final long LEAVES_WITHIN_MS = 1_500;

        /// Without the arguments.
        @Override
        public String toString() {
            return "CallTool[" + turn + ", " + number + ", " + tool + "]";
        }
    }

    /// What a node has asked for is not waited for any more. What a brain has begun runs to its end, whoever interrupts.
    ///
    /// @param number under which it was asked for
    record StopTool(int turn, int number) implements BrainEffect {}

    /// Listen from now on, with this ear in place of any before it.
    ///
    /// @param ear number of the ear, under which it answers
    /// @param service which of the agent's ears, from 0
    record OpenEar(int ear, int service) implements EarEffect {}

    /// The caller has finished: what was understood is wanted now.
    record FinishHearing(int ear) implements BrainEffect {

        /// How long it may take. An ear gives what it has before that: one that is taken for silent is lost, with the words.
        public static final long LIMIT_MS = 3_000;
    }

    /// Begin with a service that hears, thinks and speaks in one, in place of any before it.
    ///
    /// @param number under which its loss is told, as that of an ear
    /// @param service which of the agent's services of speech, from 0
    /// @param request what it is told for a beginning. It follows from the inputs, so that a journal has no need of it
    record OpenSpeech(int number, int service, BrainRequest request) implements SpeechEffect {}

    /// The caller's turn has begun: from then on it is to be heard by whoever hears, thinks and speaks in one, until [FinishHearing]. A turn before
    /// it that was not finished is none.
    ///
    /// @param agoMs how long ago
    record HearTurn(int turn, long agoMs) implements SpeechEffect {}

    /// Tell whoever hears, thinks and speaks in one what was not to be heard.
    record TellSpeech(String text) implements SpeechEffect {
        /// Without the words.
        @Override
        public String toString() {
            return "TellSpeech[" + text.length() + " characters]";
        }
    }

    /// Of what whoever thinks and speaks in one has said in this turn, the caller has heard no more than this.
    record CutShort(int turn, long heardMs) implements SpeechEffect {}

    /// A service has not done in time what it was asked, so that it was broken off. What is broken off tells nothing, so whoever keeps how services
    /// stand is told it here. Or it does what it is asked, and nothing comes of it.
    ///
    /// @param service which of its kind, from 0; one behind the agent's own is the voice that needs none
    /// @param waitedMs how long; 0 where it did not keep anybody waiting, so that it is no reason for others to leave it alone
    record GaveUp(ServiceKind kind, int service, long waitedMs) implements BrainEffect {}

    /// What a service does.
    enum ServiceKind {
        EAR,
        BRAIN,
        MOUTH,
        /// It hears, thinks and speaks.
        SPEECH
    }
}
