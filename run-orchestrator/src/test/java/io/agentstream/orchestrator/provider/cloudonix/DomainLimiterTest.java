package io.agentstream.orchestrator.provider.cloudonix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class DomainLimiterTest {
    private static final long FAR = 1_000_000;

    @Test
    void spreadsABurstOverWindows() {
        // given
        DomainLimiter limiter = new DomainLimiter(3, 100);

        // when
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            waits.add(limiter.reserve("a", 1_000, FAR).orElseThrow());
        }

        // then
        assertEquals(List.of(0L, 0L, 0L, 100L, 100L, 100L, 200L, 200L), waits);
    }

    @Test
    void neverAllowsMoreThanTheLimitInAnyWindow() {
        // given
        DomainLimiter limiter = new DomainLimiter(3, 100);

        // when
        List<Long> times = new ArrayList<>();
        for (long now = 0; now < 500; now += 10) {
            times.add(now + limiter.reserve("a", now, FAR).orElseThrow());
        }

        // then
        for (int i = 3; i < times.size(); i++) {
            assertTrue(times.get(i) - times.get(i - 3) >= 100, "request " + i);
        }
    }

    @Test
    void takesNoTurnForARequestThatWouldBeTooLate() {
        // given
        DomainLimiter limiter = new DomainLimiter(1, 100);
        limiter.reserve("a", 0, FAR);

        // when
        OptionalLong late = limiter.reserve("a", 10, 90);
        OptionalLong next = limiter.reserve("a", 10, FAR);

        // then
        assertTrue(late.isEmpty());
        assertEquals(OptionalLong.of(90), next);
    }

    @Test
    void worksWhereTheClockWrapsAround() {
        // given
        DomainLimiter limiter = new DomainLimiter(1, 100);
        long nearTheEnd = Long.MAX_VALUE - 10;
        limiter.reserve("a", nearTheEnd, nearTheEnd + 1_000);

        // when
        OptionalLong wait = limiter.reserve("a", nearTheEnd + 50, nearTheEnd + 1_000);

        // then
        assertEquals(OptionalLong.of(50), wait);
    }

    @Test
    void forgetsTheDomainsUsedLongestAgo() {
        // given
        DomainLimiter limiter = new DomainLimiter(1, 100);
        limiter.reserve("first", 0, FAR);
        for (int i = 0; i < DomainLimiter.MAX_DOMAINS; i++) {
            limiter.reserve("d" + i, 0, FAR);
        }

        // when
        OptionalLong wait = limiter.reserve("first", 0, FAR);

        // then
        assertEquals(OptionalLong.of(0), wait);
    }
}
