package io.agentstream.dev.simulator.services;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// Says goodbye on a connection where nothing that counts has come for too long. Any thread; close ends the waiting.
final class PlayedIdle implements AutoCloseable {

    private final long limitNs;
    private volatile long newestNs = System.nanoTime();
    private final Thread waiting;

    private PlayedIdle(ServiceSocket socket, long limitMs, int code, String reason) {
        limitNs = TimeUnit.MILLISECONDS.toNanos(limitMs);
        waiting = Thread.ofVirtual().name("idle").unstarted(() -> await(socket, code, reason));
    }

    /// @param limitMs 0: however long nothing comes
    static PlayedIdle watch(ServiceSocket socket, long limitMs, int code, String reason) {
        PlayedIdle idle = new PlayedIdle(socket, limitMs, code, reason);
        if (limitMs > 0) {
            idle.waiting.start();
        }
        return idle;
    }

    /// Something came that counts.
    void broken() {
        newestNs = System.nanoTime();
    }

    private void await(ServiceSocket socket, int code, String reason) {
        try {
            for (long leftNs = limitNs; leftNs > 0; leftNs = newestNs + limitNs - System.nanoTime()) {
                TimeUnit.NANOSECONDS.sleep(leftNs);
            }
            socket.goodbye(code, reason);
        } catch (InterruptedException | IOException gone) {
            // The reading thread finds the same.
        }
    }

    @Override
    public void close() {
        waiting.interrupt();
    }
}
