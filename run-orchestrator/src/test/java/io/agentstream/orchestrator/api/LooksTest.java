package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.calllog.audio.CallWav.Channels;
import io.agentstream.orchestrator.api.AudioRoutes.Listening;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// What is one look, and one listening.
final class LooksTest {

    private final AtomicLong nowNs = new AtomicLong(17);
    private final Looks<Looks.Look> looks = new Looks<>(Looks.STREAM_NS, nowNs::get);
    private final Looks<Listening> listenings = new Looks<>(AudioRoutes.TOGETHER_NS, nowNs::get);

    private static Looks.Look look(long key, long run) {
        return new Looks.Look(key, "run.timeline_followed", run);
    }

    @Test
    void aLookLastsForAQuarterOfAnHourAndAListeningForTenMinutes() {
        assertEquals(Duration.ofMinutes(15).toNanos(), Looks.STREAM_NS);
        assertEquals(Duration.ofMinutes(10).toNanos(), AudioRoutes.TOGETHER_NS);
    }

    @Test
    void isNewOnceInAWhileForEachKeyAndRun() {
        looks.noted(look(1, 7));

        assertFalse(looks.isNew(look(1, 7)));
        assertTrue(looks.isNew(look(2, 7)));
        assertTrue(looks.isNew(look(1, 8)));
        nowNs.addAndGet(Looks.STREAM_NS);
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

    @Test
    void whatComesWithinTenMinutesIsOneAndWhatComesLaterAnother() {
        // given
        Listening mine = new Listening(1, 2, Channels.BOTH);
        assertTrue(listenings.begins(mine));

        // when, then
        nowNs.addAndGet(AudioRoutes.TOGETHER_NS - 1);
        assertFalse(listenings.begins(mine));
        assertTrue(listenings.begins(new Listening(1, 2, Channels.CALLER)));
        nowNs.addAndGet(1);
        assertTrue(listenings.begins(mine));
    }

    @Test
    void whatCouldNotBeWrittenDownHasNotBegun() {
        // given
        Listening mine = new Listening(1, 2, Channels.BOTH);
        listenings.begins(mine);

        // when
        listenings.forget(mine);

        // then
        assertTrue(listenings.begins(mine));
    }

    @Test
    void ofTooManyTheOldestIsForgotten() {
        // given
        for (int run = 0; run <= Looks.MOST; run++) {
            listenings.begins(new Listening(1, run, Channels.BOTH));
        }

        // when, then
        assertFalse(listenings.begins(new Listening(1, Looks.MOST, Channels.BOTH)));
        assertTrue(listenings.begins(new Listening(1, 0, Channels.BOTH)));
    }
}
