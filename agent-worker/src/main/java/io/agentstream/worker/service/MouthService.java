package io.agentstream.worker.service;

/// A vendor of mouths. Any thread; keeps nothing of a conversation.
public interface MouthService {

    /// As in a definition: `elevenlabs`.
    String name();

    /// Returns at once; nothing is said yet.
    Mouth open(MouthSettings settings);
}
