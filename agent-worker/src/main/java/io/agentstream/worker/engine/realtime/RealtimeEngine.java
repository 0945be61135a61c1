package io.agentstream.worker.engine.realtime;

import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.dialogue.CascadeDialogue;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.engine.ReplySink;
import io.agentstream.worker.engine.cascade.FailureListener;
import io.agentstream.worker.engine.cascade.Member;
import io.agentstream.worker.service.fallback.Standings;
import java.util.List;
import java.util.function.LongFunction;
import tools.jackson.databind.JsonNode;

/// Holds conversations by a service that hears, thinks and speaks in one.
public final class RealtimeEngine implements AgentEngine {

    private final LongFunction<SpeechPorts> ports;
    private final FailureListener failures;
    private final Standings standings = new Standings(() -> System.nanoTime() / 1_000_000);

    /// @param ports those of an organisation, by its number
    /// @param failures is told of each failure of their services
    public RealtimeEngine(LongFunction<SpeechPorts> ports, FailureListener failures) {
        this.ports = ports;
        this.failures = failures;
    }

    @Override
    public String name() {
        return AgentGraph.Engine.REALTIME.word();
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
        List<Member> services = Member.voices(dialogue.graph().services().realtime(), dialogue.graph().settings());
        return new RealtimeSession(
                dialogue.graph(), opening.callId(), ports.apply(organization), standings.of(organization, "realtime", services),
                failures, out);
    }

    /// Reads the schema that definitions are checked by, which the first call would have to wait for.
    @Override
    public void warmUp(JsonNode definition) {
        AgentGraph.parse(definition);
    }
}
