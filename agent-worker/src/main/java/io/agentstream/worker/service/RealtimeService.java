package io.agentstream.worker.service;

import java.util.List;

/// A vendor of speech-to-speech models. Any thread; keeps nothing of a conversation.
public interface RealtimeService {

    /// As in a definition: `openai`.
    String name();

    /// What a definition that names no model means.
    String usualModel();

    /// What a definition that names no voice means.
    String usualVoice();

    /// Begins a session, and returns at once: audio may be given while it connects.
    ///
    /// @param history what was said before, where the call goes on from another worker
    Realtime open(RealtimeSettings settings, List<Message> history, Realtime.Listener listener);
}
