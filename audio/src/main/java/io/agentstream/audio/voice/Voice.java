package io.agentstream.audio.voice;

import java.util.function.BooleanSupplier;

/// Speaks a text as telephone audio. Any thread; a call may take as long as some seconds, so not on a loop's thread.
public interface Voice {

    /// The longest text that is spoken at once, in characters: about two minutes of audio.
    int MAX_TEXT_CHARS = 2_000;

    /// `text` as mu-law, 8 kHz, mono, in an array that is the caller's own. What cannot be spoken is left out: a text
    /// without a word gives an empty array. Throws `IllegalArgumentException` for a text longer than `MAX_TEXT_CHARS`,
    /// and `VoiceException` where the voice itself fails.
    byte[] speak(String text);

    /// As `speak`; where it is not wanted any more, the array may be empty, and others' texts come the sooner.
    ///
    /// @param wanted is asked from the same thread
    default byte[] speak(String text, BooleanSupplier wanted) {
        return wanted.getAsBoolean() ? speak(text) : new byte[0];
    }

    /// Does now what the first `speak` would otherwise have to wait for.
    default void warmUp() {
        speak("Hello.");
    }

    /// Throws as `speak` has to for a text that is too long.
    static void checkLength(String text) {
        if (text.length() > MAX_TEXT_CHARS) {
            throw new IllegalArgumentException(
                    "a text of " + text.length() + " characters; at most " + MAX_TEXT_CHARS + " are spoken at once");
        }
    }
}
