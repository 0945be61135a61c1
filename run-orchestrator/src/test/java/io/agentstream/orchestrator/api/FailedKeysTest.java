package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.runtime.Secret;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class FailedKeysTest {
    private static final int PER_MINUTE = 6;

    private final AtomicLong nowNanos = new AtomicLong(Long.MAX_VALUE - 5); // the clock may come round
    private final FailedKeys failed = new FailedKeys(PER_MINUTE, nowNanos::get);
    private final ApiKeys keys = new ApiKeys(new SecureRandom());

    private void fails(String address, int times) {
        for (int i = 0; i < times; i++) {
            failed.failed(address, keys.generate());
        }
    }

    private int waitSeconds(String address) {
        return failed.waitSeconds(address, keys.generate());
    }

    @Test
    void anAddressMayTrySoManyAndThenSoManyAMinute() {
        // given
        fails("a", PER_MINUTE - 1);
        int withOneLeft = waitSeconds("a");
        fails("a", 1);

        // when
        int withNoneLeft = waitSeconds("a");
        nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(10));

        // then
        assertEquals(0, withOneLeft);
        assertEquals(10, withNoneLeft);
        assertEquals(0, waitSeconds("a"));
        fails("a", 1);
        assertEquals(10, waitSeconds("a"));
        assertEquals(0, waitSeconds("b"));
    }

    @Test
    void whoWaitsLongMayTryNoMoreThanAtFirst() {
        // given
        fails("a", PER_MINUTE);
        nowNanos.addAndGet(TimeUnit.HOURS.toNanos(1));

        // when
        fails("a", PER_MINUTE);

        // then
        assertEquals(10, waitSeconds("a"));
    }

    @Test
    void whoMayTryVeryManyMayStillAfterAMonth() {
        // given
        FailedKeys generous = new FailedKeys(1_000_000, nowNanos::get);
        generous.failed("a", keys.generate());

        // when
        nowNanos.addAndGet(TimeUnit.DAYS.toNanos(30));

        // then
        assertEquals(0, generous.waitSeconds("a", keys.generate()));
    }

    @Test
    void aKeyThatOpenedSomethingLatelyNeedNotWait() {
        // given
        Secret known = keys.generate();
        failed.opened(known);
        fails("a", PER_MINUTE);

        // when
        int asKnown = failed.waitSeconds("a", known);
        failed.failed("b", known); // it was revoked

        // then
        assertEquals(0, asKnown);
        assertEquals(10, failed.waitSeconds("a", known));
    }

    @Test
    void remembersNoMoreThanItHasRoomFor() {
        // given
        fails("first", PER_MINUTE);

        // when
        for (int i = 0; i < FailedKeys.MAX_ADDRESSES; i++) {
            fails("address " + i, PER_MINUTE);
        }

        // then
        assertEquals(0, waitSeconds("first"));
        assertTrue(waitSeconds("address " + (FailedKeys.MAX_ADDRESSES - 1)) > 0);
        assertEquals(FailedKeys.MAX_ADDRESSES, failed.addresses());
    }
}
