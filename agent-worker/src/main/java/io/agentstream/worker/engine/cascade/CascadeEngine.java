package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Services;
import io.agentstream.agents.definition.Settings;
import io.agentstream.agents.dialogue.CascadeDialogue;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.engine.ReplySink;
import io.agentstream.worker.service.fallback.Standings;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import tools.jackson.databind.JsonNode;

/// Holds conversations by an ear, a brain and a mouth.
public final class CascadeEngine implements AgentEngine {

    private final LongFunction<Ports> ports;
    private final FailureListener failures;
    private final Standings standings;
    private final Preparations preparations;

    /// @param ports those of an organisation, by its number
    /// @param failures is told of each failure of their services
    public CascadeEngine(LongFunction<Ports> ports, FailureListener failures) {
        this(ports, failures, () -> System.nanoTime() / 1_000_000);
    }

    /// @param clockMs time that only goes forward
    CascadeEngine(LongFunction<Ports> ports, FailureListener failures, LongSupplier clockMs) {
        this.ports = ports;
        this.failures = failures;
        this.standings = new Standings(clockMs);
        this.preparations = new Preparations(clockMs);
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
        long organization = opening.organizationId();
        Services services = dialogue.graph().services();
        Settings settings = dialogue.graph().settings();
        CascadeSession session = new CascadeSession(
                dialogue.graph(), opening.callId(), ports.apply(organization),
                new CascadeSession.Rows(
                        standings.of(organization, "ear", Member.ears(services.ears(), settings)),
                        standings.of(organization, "brain", Member.brains(services.brains())),
                        standings.of(organization, "mouth", Member.voices(services.mouths(), settings))),
                failures, out);
        if (preparations.mayPrepare()) {
            session.prepare();
        }
        return session;
    }

    /// Reads the schema that definitions are checked by, which the first call would have to wait for.
    @Override
    public void warmUp(JsonNode definition) {
        AgentGraph.parse(definition);
    }
}
