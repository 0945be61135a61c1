package io.agentstream.orchestrator.liveness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.schemas.CallId;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// What is under way of the conversations that are to begin.
final class BeginningsTest {

    private final Beginnings beginnings = new Beginnings();
    private final CallId call = Samples.started().callId();
    private final Instant began = Instant.ofEpochMilli(4_000);

    @Test
    void aConversationIsUnderWayUntilItsRecordsAreDone() {
        beginnings.read(call, began);
        beginnings.handled(call);

        assertNull(beginnings.firstRead(call));
    }

    /// A partition went away and came back: the first reading is left, and the second one is not done.
    @Test
    void aRecordThatIsReadAgainIsUnderWayWhenItsFirstReadingIsLeft() {
        beginnings.read(call, began);
        beginnings.read(call, began);

        beginnings.handled(call);

        assertEquals(began, beginnings.firstRead(call));
        beginnings.handled(call);
        assertNull(beginnings.firstRead(call));
    }
}
