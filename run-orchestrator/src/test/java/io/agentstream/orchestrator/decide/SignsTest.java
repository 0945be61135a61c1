package io.agentstream.orchestrator.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.orchestrator.store.RunState;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

final class SignsTest {

    private static final Instant READ = Instant.parse("2026-01-01T00:00:10Z");

    private static RunRow row(Instant lastSeenAt, @Nullable Instant aliveAt, @Nullable Instant aliveReadAt) {
        ObjectNode nothing = JsonNodeFactory.instance.objectNode();
        return new RunRow(
                1, "WR-AGS-00000001", new UUID(1, 2), 1, 1, 1, 1, "cloudonix", 0, RunState.RUNNING, nothing, nothing, nothing, null, null,
                READ.minusSeconds(60), READ.minusSeconds(50), lastSeenAt, aliveAt, aliveReadAt, null, null, null, null);
    }

    @Test
    void theGatewaysOwnTimeGoesBeforeWhenItsSignWasRead() {
        assertEquals(READ.minusSeconds(3), Signs.last(row(READ, READ.minusSeconds(3), READ)));
    }

    @Test
    void aSignOfAClockThatIsAheadIsOfWhenItWasRead() {
        assertEquals(READ, Signs.last(row(READ, READ.plusSeconds(3), READ)));
    }

    @Test
    void aSignThatWasReadLaterByAnOlderVersionIsNewer() {
        assertEquals(READ.plusSeconds(4), Signs.last(row(READ.plusSeconds(4), READ.minusSeconds(3), READ)));
    }

    @Test
    void withoutASignThereIsWhenSomethingElseWasSaid() {
        assertEquals(READ, Signs.last(row(READ, null, null)));
        assertEquals(READ, Signs.last(row(READ, null, READ)));
    }
}
