package io.agentstream.worker.service;

/// A vendor of mouths. Any thread; keeps nothing of a conversation.
public interface MouthService {

    /// As in a definition: `elevenlabs`.
    String name();

    /// What a definition that names no model means; empty where there is nothing to choose.
    String usualModel();

    /// What a definition that names no voice means.
    String usualVoice();

    /// Returns at once; nothing is said yet.
    Mouth open(MouthSettings settings);
}
