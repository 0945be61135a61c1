package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.definition.Problem;
import io.agentstream.orchestrator.store.Agents.Agent;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/// A page of agents does not cost what reading all their definitions would.
final class AgentWarningsTest {

    private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");

    private int looks;
    private final AgentWarnings warnings = new AgentWarnings(definition -> {
        looks++;
        return Collections.nCopies(definition.path("odd").asInt(0), new Problem("nodes", "are odd"));
    });

    private static Agent agent(long id, int odd, @Nullable Integer draft, Instant since) {
        ObjectNode definition = Json.object().put("odd", odd);
        return new Agent(id, new UUID(0, id), 1, 1, "agent", Json.object(), definition, draft, 1, since, NOON, NOON);
    }

    @Test
    void aRevisionIsLookedAtOnce() {
        List<Problem> first = warnings.of(agent(1, 2, null, NOON));
        List<Problem> again = warnings.of(agent(1, 2, null, NOON));

        assertEquals(2, first.size());
        assertEquals(first, again);
        assertEquals(1, looks);
    }

    @Test
    void aDraftThatIsBegunOrWrittenOverIsLookedAtAgain() {
        warnings.of(agent(1, 0, null, NOON));

        assertEquals(1, warnings.of(agent(1, 1, 2, NOON)).size());
        assertEquals(3, warnings.of(agent(1, 3, 2, NOON.plusMillis(1))).size());
        assertEquals(3, looks);
    }

    @Test
    void agentsAreToldApart() {
        warnings.of(agent(1, 1, null, NOON));

        assertEquals(2, warnings.of(agent(2, 2, null, NOON)).size());
    }

    @Test
    void thoseShownLongestAgoAreForgotten() {
        // given
        for (long id = 0; id <= AgentWarnings.MOST_AGENTS; id++) {
            warnings.of(agent(id, 0, null, NOON));
        }
        looks = 0;

        // when
        warnings.of(agent(AgentWarnings.MOST_AGENTS, 0, null, NOON));
        warnings.of(agent(1, 0, null, NOON));

        // then
        assertEquals(0, looks);
        warnings.of(agent(0, 0, null, NOON));
        assertEquals(1, looks);
    }

    @Test
    void nothingLargeIsKept() {
        warnings.of(agent(1, AgentWarnings.MOST_KEPT + 1, null, NOON));
        warnings.of(agent(1, AgentWarnings.MOST_KEPT + 1, null, NOON));

        assertEquals(2, looks);
    }
}
