package io.agentstream.worker.service.wire;

import io.agentstream.worker.service.ServiceFailure;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Whether and when a connection that is to last is made again after it was lost. One that has lived makes good for those that failed before
/// it. Only the thread that connects.
public final class Attempts {

    private final Retry retry;
    private final long livedMs;
    private final LongSupplier clockNs;
    private int failures;
    private boolean stands;
    /// When it stood, as long as it does.
    private long beganNs;

    /// @param livedMs how long a connection has to stand to have lived
    public Attempts(Retry retry, long livedMs) {
        this(retry, livedMs, System::nanoTime);
    }

    Attempts(Retry retry, long livedMs, LongSupplier clockNs) {
        this.retry = retry;
        this.livedMs = livedMs;
        this.clockNs = clockNs;
    }

    /// One more begins. What it takes to connect, or to fail to, is no life.
    public void begin() {
        stands = false;
    }

    /// The one that was begun is as it is to be.
    public void stands() {
        stands = true;
        beganNs = clockNs.getAsLong();
    }

    /// It has failed.
    ///
    /// @return how long to wait before the next; nothing where there is to be none
    public OptionalLong failed(ServiceFailure failure) {
        if (stands && TimeUnit.NANOSECONDS.toMillis(clockNs.getAsLong() - beganNs) >= livedMs) {
            failures = 0;
        }
        return retry.waitMs(failure, failures++, ThreadLocalRandom.current().nextDouble());
    }
}
