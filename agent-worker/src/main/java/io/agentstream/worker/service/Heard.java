package io.agentstream.worker.service;

import java.util.List;

/// What an [Ear] tells.
public sealed interface Heard {

    /// The service thinks that somebody speaks. Noise may be the reason: a hint, with which no words need come.
    record SpeechBegan() implements Heard {}

    /// What was understood of the turn so far, all of it: it replaces the one before, and may take words back.
    ///
    /// @param text not blank
    record Partial(String text) implements Heard {
        /// Without the words.
        @Override
        public String toString() {
            return "Partial[" + text.length() + " characters]";
        }
    }

    /// A piece of the turn that will not change any more, behind those before it.
    ///
    /// @param text not blank
    /// @param words of the piece, their times counted from the first audio that this ear was given; empty where the service has none
    /// @param confidence from 0 to 1; 1 where the service has none
    record Final(String text, List<TimedWord> words, double confidence) implements Heard {
        /// Without the words.
        @Override
        public String toString() {
            return "Final[" + text.length() + " characters]";
        }
    }

    /// The service thinks it likely that the turn is over, and may take it back ([SpeechWentOn]). Only from services that can, and only
    /// where they are asked to.
    record TurnMayHaveEnded(String text) implements Heard {
        /// Without the words.
        @Override
        public String toString() {
            return "TurnMayHaveEnded[" + text.length() + " characters]";
        }
    }

    /// The caller goes on after [TurnMayHaveEnded].
    record SpeechWentOn() implements Heard {}

    /// The turn is over; the next words are of the next one.
    ///
    /// @param text all of it; empty only as the answer to [Ear#finish]
    record TurnEnded(String text) implements Heard {
        /// Without the words.
        @Override
        public String toString() {
            return "TurnEnded[" + text.length() + " characters]";
        }
    }

    /// The ear is deaf from now on. Nothing comes behind it; it still wants to be closed.
    record Failed(ServiceFailure failure) implements Heard {}
}
