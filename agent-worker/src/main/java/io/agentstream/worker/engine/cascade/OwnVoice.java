package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.definition.Services.Service;

/// The voice that needs no service: it says what is left to be said behind the last of an agent's. English, whatever the agent speaks.
public final class OwnVoice {

    /// With a voice of its own: the agent's is one of another service's.
    public static final Service SERVICE = new Service("offline", null, null, "kevin16", null, null, null);

    private OwnVoice() {}
}
