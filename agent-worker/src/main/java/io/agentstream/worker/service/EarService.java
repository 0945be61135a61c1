package io.agentstream.worker.service;

/// A vendor of ears. Any thread; keeps nothing of a conversation.
public interface EarService {

    /// As in a definition: `deepgram`.
    String name();

    /// What a definition that names no model means.
    String usualModel();

    /// Begins to listen, and returns at once: audio may be given while it connects.
    Ear open(EarSettings settings, Ear.Listener listener);
}
