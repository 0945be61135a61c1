package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class LooksTest {

    private final AtomicLong nowNs = new AtomicLong();
    private final Looks looks = new Looks(nowNs::get);

    private static Looks.Look look(long key, long run) {
        return new Looks.Look(key, "run.timeline_followed", run);
    }

    @Test
    void isNewOnceInAWhileForEachKeyAndRun() {
        looks.noted(look(1, 7));

        assertFalse(looks.isNew(look(1, 7)));
        assertTrue(looks.isNew(look(2, 7)));
        assertTrue(looks.isNew(look(1, 8)));
        nowNs.addAndGet(Looks.SAME_NS);
        assertTrue(looks.isNew(look(1, 7)));
    }

    @Test
    void whatWasNotNotedIsStillNew() {
        assertTrue(looks.isNew(look(1, 7)));
        assertTrue(looks.isNew(look(1, 7)));
    }

    @Test
    void remembersSoManyAndForgetsTheOldest() {
        for (long run = 0; run <= Looks.MOST; run++) {
            looks.noted(look(1, run));
        }

        assertTrue(looks.isNew(look(1, 0)));
        assertFalse(looks.isNew(look(1, 1)));
    }
}
