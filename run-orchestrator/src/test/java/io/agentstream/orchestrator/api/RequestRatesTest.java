package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RequestRatesTest {
    private final AtomicLong nowNs = new AtomicLong();
    private final RequestRates rates =
            new RequestRates(new RequestRates.Limit(2, 4), new RequestRates.Limit(3, 6), nowNs::get);

    private int granted(long key, long organization, int asked) {
        int granted = 0;
        for (int i = 0; i < asked; i++) {
            granted += rates.ask(key, organization) == 0 ? 1 : 0;
        }
        return granted;
    }

    @Test
    void grantABurstAndThenSoManyASecond() {
        // given
        assertEquals(4, granted(1, 1, 10));

        // when
        nowNs.addAndGet(1_000_000_000L);

        // then
        assertEquals(2, granted(1, 1, 10));
    }

    @Test
    void holdForAllKeysOfAnOrganisationTogether() {
        // given
        assertEquals(4, granted(1, 1, 10));

        // then
        assertEquals(2, granted(2, 1, 10));
        assertEquals(4, granted(3, 2, 10));
    }

    @Test
    void sayWhenToComeAgain() {
        // given
        granted(1, 1, 10);

        // then
        assertEquals(1, rates.ask(1, 1));
    }

    @Test
    void forgetWhoHasNotAskedForAWhile() {
        // given
        for (int i = 0; i < 100_000; i++) {
            nowNs.addAndGet(10_000_000L);
            rates.ask(i, i);
        }

        // then
        assertTrue(rates.size() < 3_000, rates.size() + " buckets");
    }
}
