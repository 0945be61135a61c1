package io.agentstream.dev.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.bench.measure.EchoLedger.Arrival;
import org.junit.jupiter.api.Test;

class MeasuredTest {

    private static final long MS = 1_000_000;

    private final Measured measured = new Measured();

    @Test
    void onlyFramesThatAreDueInTheWindowCount() {
        measured.from(100 * MS);
        measured.until(140 * MS);

        for (long dueMs = 80; dueMs <= 140; dueMs += 20) {
            measured.due(dueMs * MS);
            measured.received(dueMs * MS, 200 * MS, Arrival.IN_ORDER);
        }

        assertEquals(new Frames(2, 2, 0, 0, 0, 0), measured.frames());
    }

    @Test
    void latencyCountsFromWhenTheFrameWasDue() {
        measured.from(0);

        measured.due(20 * MS);
        measured.received(20 * MS, 50 * MS, Arrival.IN_ORDER);

        assertEquals(30, measured.roundTrip().max(), 0.1);
    }

    @Test
    void aFrameThatNeverComesBackIsLost() {
        measured.from(0);
        measured.due(20 * MS);
        assertFalse(measured.complete());

        measured.due(40 * MS);
        measured.received(40 * MS, 41 * MS, Arrival.IN_ORDER);

        assertEquals(new Frames(2, 1, 1, 0, 0, 0), measured.frames());
    }

    @Test
    void aLateFrameIsReceivedAndOutOfOrderADuplicateIsNeither() {
        measured.from(0);
        measured.due(20 * MS);
        measured.due(40 * MS);

        measured.received(40 * MS, 41 * MS, Arrival.IN_ORDER);
        measured.received(20 * MS, 42 * MS, Arrival.LATE);
        measured.received(20 * MS, 43 * MS, Arrival.DUPLICATE);

        assertEquals(new Frames(2, 2, 0, 1, 1, 0), measured.frames());
        assertTrue(measured.complete());
    }
}
