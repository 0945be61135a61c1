package io.agentstream.orchestrator.api;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.LongSupplier;

/// How much of the processors the requests of one organisation may take, whatever its keys and whatever they ask for: the same
/// processors decide on everybody's calls. Time of the processor is counted and not of the clock, so that whoever has to wait for others
/// does not pay for them. What an answer costs others than its thread (the database that reads it, the collector, the network) goes by its
/// length. The operator has no limit. Holds for this process; remembers [RateLimits#MAX_KEYS] organisations. Any thread.
final class Shares {
    /// What may be taken at once, in seconds' worth. More would be seconds in which a call that begins waits for a processor.
    static final int BURST_SECONDS = 2;

    /// Of the processors, for each byte of an answer: twenty milliseconds for a megabyte, of which the database's process takes the most.
    static final int NANOS_PER_BYTE = 20;

    private static final double MS_PER_PERCENT = 10;
    private static final double NANOS_PER_MS = 1e6;

    private final Allowances<Long> leftMs;

    /// @param percent of one processor, for long
    Shares(int percent, LongSupplier nanoTime) {
        double perSecond = percent * MS_PER_PERCENT;
        this.leftMs = new Allowances<>(BURST_SECONDS * perSecond, perSecond, RateLimits.MAX_KEYS, nanoTime);
    }

    /// 0 where the organisation may ask; else for how many seconds it has to wait.
    int waitSeconds(long organizationId) {
        return leftMs.waitSeconds(organizationId);
    }

    /// The organisation has taken so much, which may be more than it had left.
    void took(long organizationId, long cpuNanos) {
        leftMs.owe(organizationId, cpuNanos / NANOS_PER_MS);
    }

    /// An answer to the organisation has so many bytes.
    void sent(long organizationId, long bytes) {
        took(organizationId, bytes * NANOS_PER_BYTE);
    }

    /// What threads have taken of the processors; 0 where this machine cannot say.
    static LongSupplier ofThisThread() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return threads.isCurrentThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled()
                ? threads::getCurrentThreadCpuTime
                : () -> 0;
    }
}
