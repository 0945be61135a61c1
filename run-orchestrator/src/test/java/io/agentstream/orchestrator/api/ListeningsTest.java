package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.calllog.audio.CallWav.Channels;
import io.agentstream.orchestrator.api.Listenings.Listening;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// What is one listening.
final class ListeningsTest {

    private final AtomicLong nowNs = new AtomicLong(17);
    private final Listenings listenings = new Listenings(nowNs::get);

    @Test
    void whatComesWithinTenMinutesIsOneAndWhatComesLaterAnother() {
        // given
        Listening mine = new Listening(1, 2, Channels.BOTH);
        assertTrue(listenings.begins(mine));

        // when, then
        nowNs.addAndGet(Listenings.TOGETHER_NS - 1);
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
        for (int run = 0; run <= Listenings.MOST; run++) {
            listenings.begins(new Listening(1, run, Channels.BOTH));
        }

        // when, then
        assertFalse(listenings.begins(new Listening(1, Listenings.MOST, Channels.BOTH)));
        assertTrue(listenings.begins(new Listening(1, 0, Channels.BOTH)));
    }
}
