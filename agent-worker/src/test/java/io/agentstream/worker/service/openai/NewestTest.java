package io.agentstream.worker.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;

final class NewestTest {

    @Test
    void theOldestIsForgotten() {
        Newest<Integer> newest = new Newest<>(2);

        assertNull(newest.put("a", 1));
        assertNull(newest.put("b", 2));
        assertNull(newest.put("a", 3)); // is known already
        assertEquals(3, newest.put("c", 4));

        assertEquals(List.of(2, 4), newest.all());
        assertNull(newest.get("a"));
        assertEquals(2, newest.remove("b"));
    }
}
