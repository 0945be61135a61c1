package io.agentstream.worker.service;

import io.agentstream.schemas.Slice;

/// What a [Realtime] session tells.
public sealed interface Lived {

    /// What the caller said in a turn, for the record: it comes beside the answer, also behind it.
    ///
    /// @param turn as in [Realtime#finish]
    /// @param text empty where it was not understood
    record CallerSaid(int turn, String text) implements Lived {
        /// Without the words.
        @Override
        public String toString() {
            return "CallerSaid[" + text.length() + " characters]";
        }
    }

    /// The next audio of an answer: mu-law, 8 kHz, much faster than it sounds.
    ///
    /// @param answer as in [Realtime#answer]
    /// @param item the part of the answer; there may be several
    record Audio(int answer, String item, Slice muLaw) implements Lived {}

    /// The next piece of what the answer says, in words.
    record Said(int answer, String item, String text) implements Lived {
        /// Without the words.
        @Override
        public String toString() {
            return "Said[" + answer + ", " + text.length() + " characters]";
        }
    }

    /// A tool is to be called; its result is told by [Realtime#tell], and then an answer wanted.
    record ToolCall(int answer, Thought.ToolCall call) implements Lived {}

    /// The tools that it was offered last it does not take.
    record NotTaken() implements Lived {}

    /// The answer is over: complete, or as much of it as there will be.
    ///
    /// @param whole false where the service has broken off, or failed
    record Answered(int answer, boolean whole, Usage usage) implements Lived {}

    /// There is no session any more, and there will be none. Nothing comes behind it; it still wants to be closed.
    record Failed(ServiceFailure failure) implements Lived {}
}
