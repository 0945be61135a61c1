package io.agentstream.worker.service.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class ByteQueueTest {

    @Test
    void emptyItemsAreNotFree() {
        ByteQueue<String> queue = new ByteQueue<>(2 * ByteQueue.ITEM_BYTES);

        assertTrue(queue.offer("a", 0) && queue.offer("b", 0));
        assertFalse(queue.offer("c", 0));
    }

    @Test
    void whatIsDroppedIsCountedInItsOwnBytes() throws InterruptedException {
        ByteQueue<String> queue = new ByteQueue<>(2 * ByteQueue.ITEM_BYTES);
        queue.push("a", 3);
        queue.push("b", 4);

        assertEquals(3, queue.push("c", 5));

        assertEquals("b", queue.poll(0));
        assertEquals("c", queue.poll(0));
    }

    @Test
    void anItemThatIsLargerThanTheBoundGoesInByItself() {
        ByteQueue<String> queue = new ByteQueue<>(100);

        assertTrue(queue.offer("a", 1_000));
        assertFalse(queue.offer("b", 0));
    }
}
