package io.agentstream.dev.bench.turns;

import io.agentstream.dev.simulator.caller.Speech;
import java.util.List;
import java.util.Locale;

/// A caller's line for some seconds, and what is true about it. Times are in milliseconds from its first sample.
///
/// @param kind what makes it hard
/// @param name which of its kind
/// @param beginMs where the caller's turn begins; for what is not a turn, where the sound begins
/// @param endMs where it ends: after it the caller says nothing more
/// @param audio what is on the line
/// @param words what the caller says
/// @param call scenes with the same number follow each other in one call of one caller; 0: a call of its own
record Scene(Kind kind, String name, long beginMs, long endMs, Speech audio, List<Word> words, int call) {

    record Word(String text, long startMs, long endMs) {}

    /// What is asked of a scene.
    enum Question {
        /// When does the caller's turn end?
        END,
        /// The agent speaks: the caller means to interrupt it.
        INTERRUPTS,
        /// The agent speaks: what comes from the caller is no reason to stop.
        GOES_ON
    }

    enum Kind {
        FLUENT(Question.END),
        HESITANT(Question.END),
        SHORT(Question.END),
        HESITANT_IN_NOISE(Question.END),
        HESITANT_WITH_MUSIC(Question.END),
        TWO_VOICES(Question.END),
        QUICK_CALLER(Question.END),
        SLOW_CALLER(Question.END),
        INTERRUPTION(Question.INTERRUPTS),
        INTERRUPTION_IN_NOISE(Question.INTERRUPTS),
        ONE_WORD(Question.INTERRUPTS),
        BACK_CHANNEL(Question.GOES_ON),
        NOISE(Question.GOES_ON),
        MUSIC(Question.GOES_ON),
        COUGH(Question.GOES_ON),
        SOMEBODY_ELSE(Question.GOES_ON);

        private final Question question;

        Kind(Question question) {
            this.question = question;
        }

        Question question() {
            return question;
        }

        /// As a table names it.
        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    Scene {
        if (beginMs < 0 || endMs < beginMs || endMs > audio.lengthMs()) {
            throw new IllegalArgumentException("a turn from " + beginMs + " to " + endMs + " ms does not fit into its audio");
        }
    }

    @Override
    public String toString() {
        return kind.label() + " " + name;
    }
}
