package io.agentstream.gateway.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class MessageBudgetTest {

    @Test
    void takesABurstAndNotOneMore() {
        MessageBudget budget = new MessageBudget(0);
        for (int i = 0; i < MessageBudget.BURST; i++) {
            assertTrue(budget.take(7));
        }

        assertFalse(budget.take(7));
    }

    @Test
    void takesUsualAudioForEver() {
        MessageBudget budget = new MessageBudget(0);

        for (long at = 0; at < 3_600_000_000L; at += 20_000) {
            assertTrue(budget.take(at));
        }
    }
}
