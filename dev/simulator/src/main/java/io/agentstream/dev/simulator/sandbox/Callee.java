package io.agentstream.dev.simulator.sandbox;

import java.util.Locale;
import java.util.Optional;

/// Who is called at a number: what they do, and how the provider answers whoever has them called. Nobody asks for a key of whom a caller is simply
/// put through to: who would press one talks.
///
/// @param answersAfterMs until they answer the telephone; then they listen for so long before they press a key
/// @param request how the request to call them is answered
/// @param times for how many requests; 0: from now on
public record Callee(Does does, long answersAfterMs, Behaviour request, int times) {

    /// Somebody who takes every call.
    public static final Callee WILLING = new Callee(Does.TAKES, 500, Behaviour.LIVE, 0);

    /// What somebody does whose telephone rings.
    public enum Does {
        /// Presses 1.
        TAKES,
        /// Presses 2.
        REFUSES,
        /// Hangs up before the question.
        HANGS_UP,
        /// Says nothing and presses nothing.
        LISTENS,
        BUSY,
        NO_ANSWER;

        static Optional<Does> of(String word) {
            for (Does each : values()) {
                if (each.name().toLowerCase(Locale.ROOT).equals(word)) {
                    return Optional.of(each);
                }
            }
            return Optional.empty();
        }
    }

    /// @throws IllegalArgumentException where a number is out of range
    public Callee {
        if (answersAfterMs < 0 || answersAfterMs > Script.MAX_DELAY_MS) {
            throw new IllegalArgumentException("answers_after_ms must be between 0 and " + Script.MAX_DELAY_MS);
        }
        if (times < 0 || times > Script.MAX_TIMES) {
            throw new IllegalArgumentException("times must be between 0 and " + Script.MAX_TIMES);
        }
    }

    public static Callee who(Does does) {
        return new Callee(does, WILLING.answersAfterMs(), Behaviour.LIVE, 0);
    }

    /// As this, but of whom the next requests are answered otherwise.
    public Callee answered(Behaviour request, int times) {
        return new Callee(does, answersAfterMs, request, times);
    }
}
