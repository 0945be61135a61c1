package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// What waits for all followers together is bounded, and each has his share of it.
final class QueuedBytesTest {

    private static final int MIB = 1 << 20;

    private final QueuedBytes queued = new QueuedBytes();

    @Test
    void whileThereIsRoomNobodyIsHeldToHisShare() {
        queued.add(MIB);

        assertFalse(queued.isFull(MIB));
    }

    @Test
    void whereItIsUsedUpWhoeverHasMoreThanHisShareTakesNoMore() {
        for (int follower = 0; follower <= QueuedBytes.ALL / MIB; follower++) {
            queued.add(MIB);
        }

        assertTrue(queued.isFull(MIB));
        assertFalse(queued.isFull(QueuedBytes.SHARE));
        queued.remove(2 * MIB);
        assertFalse(queued.isFull(MIB));
    }
}
