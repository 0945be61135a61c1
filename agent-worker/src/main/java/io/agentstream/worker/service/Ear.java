package io.agentstream.worker.service;

import io.agentstream.schemas.Slice;

/// Hears one caller and says what the caller says. Threads, cancelling and failures: see the package.
///
/// A connection that breaks is made again while the caller goes on speaking: audio waits for it, the newest [#MAX_WAITING_BYTES].
public interface Ear extends AutoCloseable {

    /// Five seconds of telephone audio. What waits longer than that is too late to be answered: the oldest is dropped.
    int MAX_WAITING_BYTES = 40_000;

    /// Longest text of one turn, in characters; what comes behind it is cut off.
    int MAX_TURN_CHARACTERS = 8_000;

    /// Takes telephone audio (mu-law, 8 kHz), of usually 20 ms. It may be kept, and must not be changed.
    void hear(Slice audio);

    /// Somebody who knows better than the service, a detector of ours, thinks that the caller has finished: the rest of what was heard is
    /// asked for, and [Heard.TurnEnded] comes, with what there is after [#FINISH_LIMIT_MS] at the latest, or [#FINISH_MOST_MS] from a service that
    /// takes longer and is at it; without a word where nothing was said since the last turn. Words of that turn which the service tells
    /// later are passed over, or stand before those of the next one: they are no turn of their own.
    void finish();

    /// How long [#finish] waits for the service.
    int FINISH_LIMIT_MS = 500;

    /// How long it waits at most for one that transcribes only when a pause has come.
    int FINISH_MOST_MS = 2_500;

    /// What was used up to now.
    Usage usage();

    /// Ends everything. What was heard and not told is lost.
    @Override
    void close();

    /// Is told what was heard.
    @FunctionalInterface
    interface Listener {
        void on(Heard event);
    }
}
