package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Services;
import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.dialogue.CascadeDialogue;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.engine.ReplySink;
import io.agentstream.worker.service.fallback.Standing;
import io.agentstream.worker.service.fallback.Standings;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import tools.jackson.databind.JsonNode;

/// Holds conversations by an ear, a brain and a mouth.
public final class CascadeEngine implements AgentEngine {

    private final LongFunction<Ports> ports;
    private final FailureListener failures;
    private final Standings standings;

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
        CascadeSession session = new CascadeSession(
                dialogue.graph(), opening.callId(), ports.apply(organization),
                new CascadeSession.Rows(
                        row(organization, "ear", services.ears()), row(organization, "brain", services.brains()),
                        row(organization, "mouth", services.mouths())),
                failures, out);
        session.prepare();
        return session;
    }

    /// Reads the schema that definitions are checked by, which the first call would have to wait for.
    @Override
    public void warmUp(JsonNode definition) {
        AgentGraph.parse(definition);
    }

    private Standing row(long organization, String kind, List<Service> services) {
        return standings.of(new Row(organization, kind, services), services.size());
    }

    /// @param organization whose keys they are asked with
    private record Row(long organization, String kind, List<Service> services) {}
}
