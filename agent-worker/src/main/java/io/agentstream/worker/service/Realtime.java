package io.agentstream.worker.service;

import io.agentstream.schemas.Slice;
import java.util.List;

/// Hears, thinks and speaks in one: a model that takes the caller's audio and answers with its own. Whose turn it is it is told: it is given the
/// caller's turns, and answers when it is asked to. Threads, cancelling and failures: see the package.
///
/// A session has a longest time, and may be lost: then another one is begun, at the end of a turn where there is a choice, and is told
/// what was said before. That is not told here; an answer that was under way is made once more, as far as it was not.
public interface Realtime extends AutoCloseable {

    /// As much of the caller's turns waits while a session begins: as long as a turn may be. Of more, what comes last is dropped.
    int MAX_WAITING_BYTES = 500_000;

    /// Most of one answer: five minutes of telephone audio. More ends it.
    int MAX_AUDIO_BYTES = Mouth.MAX_AUDIO_BYTES;

    /// What the next session is told of what was said, the newest of it.
    int MAX_HISTORY_CHARACTERS = 32 * 1_024;

    /// Takes telephone audio (mu-law, 8 kHz) of the caller's turn. It may be kept, and must not be changed.
    void hear(Slice audio);

    /// The caller's turn is over. Its words are told by [Lived.CallerSaid]. Not answered before [#answer].
    void finish(int turn);

    /// What was heard of a turn that was not finished is none.
    void forget();

    /// What the agent is to do from the next answer on.
    void become(String instructions, List<BrainRequest.Tool> tools);

    /// Beside what it was told to be it is offered the tools of servers, from the next answer on and until [#become]. A service that does not take them
    /// says [Lived.NotTaken], and goes on without.
    ///
    /// @param tools all of them, its own first
    void offer(List<BrainRequest.Tool> tools);

    /// Adds to the conversation what was not heard: that a key was pressed, what became of a tool call. Not answered before [#answer].
    void tell(Message message);

    /// An answer is wanted now; after the one that is under way, if one is.
    ///
    /// @param answer number under which it is told; each is given once
    /// @param instructions for this answer only, in which no tool is called; empty for none
    void answer(int answer, String instructions);

    /// An answer is not wanted any more: nothing of it is told from now on.
    void stop(int answer);

    /// The caller has heard only the beginning of what was said. The model is told so.
    ///
    /// @param item as in [Lived.Audio]
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
