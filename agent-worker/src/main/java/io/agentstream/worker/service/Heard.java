package io.agentstream.worker.service;

import java.util.List;

/// What an [Ear] tells.
public sealed interface Heard {

    /// The service thinks that somebody speaks. Noise may be the reason: a hint, with which no words need come.
    record SpeechBegan() implements Heard {}

    /// What was understood of the turn so far, all of it: it replaces the one before, and may take words back.
    ///
    /// @param text not blank
    /// @param judges whether the service judges by what is said when a turn is over, and will say so of this one; else its turns end with a pause
    record Partial(String text, boolean judges) implements Heard {

        public Partial(String text) {
            this(text, false);
        }

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
    /// @param judged whether the service has judged that by what was said; else it has heard a pause, or was asked
    record TurnEnded(String text, boolean judged) implements Heard {

        public TurnEnded(String text) {
            this(text, false);
        }

        /// Without the words.
        @Override
        public String toString() {
            return "TurnEnded[" + text.length() + " characters]";
        }
    }

    /// The ear is deaf from now on. Nothing comes behind it; it still wants to be closed.
    record Failed(ServiceFailure failure) implements Heard {}
}
