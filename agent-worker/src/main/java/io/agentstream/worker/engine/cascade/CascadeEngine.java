package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.dialogue.CascadeDialogue;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.engine.ReplySink;

/// Holds conversations by an ear, a brain and a mouth.
public final class CascadeEngine implements AgentEngine {

    private final Ports ports;

    public CascadeEngine(Ports ports) {
        this.ports = ports;
    }

    @Override
    public String name() {
        return AgentGraph.Engine.CASCADE.word();
    }

    @Override
    public boolean takesTurns() {
        return true;
    }

    @Override
    public boolean hears() {
        return true;
    }

    @Override
    public AgentSession open(Opening opening, ReplySink out) {
        if (!(opening.dialogue() instanceof CascadeDialogue dialogue)) {
            throw new IllegalArgumentException("not a graph");
        }
        return new CascadeSession(dialogue.graph(), opening.callId(), ports, out);
    }
}
