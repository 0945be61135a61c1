package io.agentstream.worker.service;

import io.agentstream.schemas.Slice;

/// Hears, thinks and speaks in one: a model that takes the caller's audio and answers with its own. It takes the turns by itself. Threads,
/// cancelling and failures: see the package.
///
/// A session has a longest time, and may be lost: then another one is begun, at the end of a turn where there is a choice, and is told
/// what was said before. That is not told here; only an answer that was cut off is.
public interface Realtime extends AutoCloseable {

    /// Two seconds of telephone audio wait while a session begins; of more, the oldest is dropped.
    int MAX_WAITING_BYTES = 16_000;

    /// Most of one answer: five minutes of telephone audio. More ends it.
    int MAX_AUDIO_BYTES = Mouth.MAX_AUDIO_BYTES;

    /// What the next session is told of what was said, the newest of it.
    int MAX_HISTORY_CHARACTERS = 32 * 1_024;

    /// Takes telephone audio (mu-law, 8 kHz). It may be kept, and must not be changed.
    void hear(Slice audio);

    /// Adds to the conversation what was not heard: that a key was pressed, what became of a tool call. Not answered before [#answer].
    void tell(Message message);

    /// An answer is wanted now; after the one that is under way, if one is.
    ///
    /// @param instructions for this answer only; empty for none
    void answer(String instructions);

    /// The caller has interrupted, and heard only the beginning of what was said. The model is told so, and says no more of the answer.
    ///
    /// @param item what was playing, as in [Lived.Audio]
    /// @param playedMs how much of its audio was heard
    void interrupted(String item, long playedMs);

    /// What was used up to now.
    Usage usage();

    /// Ends everything.
    @Override
    void close();

    /// Is told what happens.
    @FunctionalInterface
    interface Listener {
        void on(Lived event);
    }
}
