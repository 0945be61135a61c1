package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FairQueueTest {

    @Test
    void givesEachOwnerATurn() throws Exception {
        // given
        FairQueue<String> queue = new FairQueue<>(10);
        for (int i = 0; i < 3; i++) {
            queue.add(1, "many " + i);
        }
        queue.add(2, "one");

        // when
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            order.add(queue.take().work());
        }

        // then
        assertEquals(List.of("many 0", "one", "many 1", "many 2"), order);
    }

    @Test
    void beginsNoMoreOfOneOwnerThanItMayHave() throws Exception {
        // given
        FairQueue<String> queue = new FairQueue<>(1);
        queue.add(1, "slow");
        queue.add(1, "next");
        FairQueue.Taken<String> slow = queue.take();
        queue.add(2, "other");

        // when
        String meanwhile = queue.take().work();
        queue.done(slow);
        String afterwards = queue.take().work();

        // then
        assertEquals("other", meanwhile);
        assertEquals("next", afterwards);
    }
}
