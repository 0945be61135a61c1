package io.agentstream.dev.simulator.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PlayedSilenceTest {

    private static final byte[] VOICE = frame((byte) 0x20);
    private static final byte[] SILENCE = frame((byte) 0xFF);
    private static final long LIMIT_S = 30;
    private static final long FOR_LONG_MS = 3_600_000;

    private final PlayedSilence silence = new PlayedSilence();

    private static byte[] frame(byte sample) {
        byte[] frame = new byte[160];
        Arrays.fill(frame, sample);
        return frame;
    }

    @Test
    void whoSpeaksOnHasBegunOnce() {
        assertFalse(silence.brokenBy(SILENCE, FOR_LONG_MS, () -> { }));
        assertTrue(silence.brokenBy(VOICE, FOR_LONG_MS, () -> { }));
        assertFalse(silence.brokenBy(VOICE, FOR_LONG_MS, () -> { }));
    }

    @Test
    void afterTheLastVoiceItIsOverOnceAndBeginsAnewWithTheNext() throws InterruptedException {
        // given
        AtomicInteger over = new AtomicInteger();
        CountDownLatch first = new CountDownLatch(1);
        silence.brokenBy(VOICE, 1, () -> {
            over.incrementAndGet();
            first.countDown();
        });
        assertTrue(first.await(LIMIT_S, TimeUnit.SECONDS));

        // when
        CountDownLatch second = new CountDownLatch(1);
        boolean begins = silence.brokenBy(VOICE, 1, second::countDown);

        // then
        assertTrue(begins);
        assertTrue(second.await(LIMIT_S, TimeUnit.SECONDS));
        assertEquals(1, over.get());
    }
}
