package io.agentstream.gateway.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class InboundBudgetTest {

    private static final int RATE = 65_536;
    private static final int USUAL = 400;

    private static final long SECOND_US = 1_000_000;

    private final InboundBudget budget = new InboundBudget(RATE, -InboundBudget.BURST_S * SECOND_US); // an old call

    private boolean message(int bytes, long nowUs) {
        return budget.bytes(bytes, nowUs) && budget.message(nowUs);
    }

    @Test
    void takesABurstAndNotOneByteMore() {
        assertTrue(budget.bytes(InboundBudget.BURST_S * RATE, 7));

        assertFalse(budget.bytes(1, 7));
    }

    @Test
    void ofANewCallItTakesLittleAtOnceAndWithEachSecondOneMore() {
        InboundBudget fresh = new InboundBudget(RATE, 0);
        assertTrue(fresh.bytes(InboundBudget.START_S * RATE, 0));
        assertTrue(fresh.bytes(10 * RATE, 10 * SECOND_US)); // the network was away

        assertFalse(fresh.bytes(1, 10 * SECOND_US));
    }

    @Test
    void takesUsualAudioForEverAndThirtySecondsOfItLate() {
        for (long at = 0; at < 3_600_000_000L; at += 20_000) {
            assertTrue(message(USUAL, at));
        }

        for (int i = 0; i < 1_500; i++) {
            assertTrue(message(USUAL, 3_600_000_000L));
        }
    }

    @Test
    void endsFewLongMessagesAsSoonAsManyShortOnes() {
        int longOnes = 0;
        while (message(RATE, 0)) {
            longOnes++;
        }
        InboundBudget other = new InboundBudget(RATE, -InboundBudget.BURST_S * SECOND_US);
        int shortOnes = 0;
        while (other.bytes(6, 0) && other.message(0)) {
            shortOnes++;
        }

        assertEquals(15, longOnes);
        assertTrue(shortOnes < 10_000, shortOnes + " messages");
    }
}
