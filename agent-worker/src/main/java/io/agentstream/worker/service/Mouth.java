package io.agentstream.worker.service;

/// Speaks in one conversation. Threads, cancelling and failures: see the package. Several utterances may be under way; they are
/// independent of one another, and what is wanted of their order is the caller's business.
public interface Mouth extends AutoCloseable {

    /// Longest utterance: five minutes of telephone audio. More is [ServiceFailure.Broken].
    int MAX_AUDIO_BYTES = 5 * 60 * 8_000;

    /// Longest text of one utterance; [Utterance#say] refuses what goes beyond it.
    int MAX_TEXT_CHARACTERS = 64 * 1_024;

    /// What has become of a text that [#sounds], where a service says that it is spoken and has sent nothing to be heard.
    ServiceFailure NO_AUDIO = new ServiceFailure.Broken("no audio");

    /// Whether a text has something that is spoken. An ellipsis, or a picture of a face, may well be spoken without a sound.
    static boolean sounds(String text) {
        return text.codePoints().anyMatch(Character::isLetterOrDigit);
    }

    /// Begins an utterance. The listener gets audio, words and at last exactly one [Spoken.Done] or [Spoken.Failed]: the latter also where
    /// the service has ended it and nothing was to be heard.
    Utterance speak(Listener listener);

    /// Connects, where there is something to connect, so that the first sentence need not wait for it. Returns at once. A failure is told by
    /// the first utterance.
    default void warmUp() {}

    /// Cancels all utterances, and disconnects.
    @Override
    void close();

    /// Something that is being said.
    interface Utterance {

        /// The next piece, best a whole sentence; pieces are put together as they are, so the blank between two of them is in one of them.
        ///
        /// @return false where it is too much, or the utterance has ended
        boolean say(String text);

        /// There is no more text. [Spoken.Done] comes when all is spoken; at once where nothing was to be said.
        void end();

        /// Stops: what is not yet told is thrown away.
        void cancel();

        /// What was used for it up to now.
        Usage usage();
    }

    /// Is told what is spoken.
    @FunctionalInterface
    interface Listener {
        void on(Spoken event);
    }
}
