package io.agentstream.dev.simulator.services;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// When somebody whose telephone audio comes in has spoken, and when that was so long ago that it is over. One thread gives the audio.
final class PlayedSilence {

    /// About -30 dBFS in the seven bits of a mu-law magnitude.
    private static final int LOUD = 0x30;

    private boolean spoken;
    private long newestNs;

    /// What is done once it is over.
    interface Then {
        void run() throws IOException;
    }

    /// @param then done so long after the last voice, on a thread of its own
    /// @return whether somebody began to speak
    synchronized boolean brokenBy(byte[] muLaw, long overAfterMs, Then then) {
        if (!isVoice(muLaw)) {
            return false;
        }
        newestNs = System.nanoTime();
        boolean begins = !spoken;
        spoken = true;
        if (begins) {
            Thread.ofVirtual().name("silence").start(() -> await(TimeUnit.MILLISECONDS.toNanos(overAfterMs), then));
        }
        return begins;
    }

    private void await(long overAfterNs, Then then) {
        try {
            for (long leftNs = leftNs(overAfterNs); leftNs > 0; leftNs = leftNs(overAfterNs)) {
                TimeUnit.NANOSECONDS.sleep(leftNs);
            }
            then.run();
        } catch (InterruptedException | IOException gone) {
            // The reading thread finds the same.
        }
    }

    private synchronized long leftNs(long overAfterNs) {
        long leftNs = newestNs + overAfterNs - System.nanoTime();
        spoken = leftNs > 0;
        return leftNs;
    }

    private static boolean isVoice(byte[] muLaw) {
        for (byte sample : muLaw) {
            if ((~sample & 0x7F) >= LOUD) {
                return true;
            }
        }
        return false;
    }
}
