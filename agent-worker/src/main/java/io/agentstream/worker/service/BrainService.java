package io.agentstream.worker.service;

/// A vendor of brains. Any thread; keeps nothing of a conversation.
public interface BrainService {

    /// As in a definition: `openai`.
    String name();

    /// Returns at once; nothing is asked yet.
    Brain open(BrainSettings settings);
}
