package io.agentstream.worker.loop;

import io.agentstream.runtime.KafkaTrouble;
import org.jspecify.annotations.Nullable;

/// Whether a producer can write at all. One that cannot go on fails every send from then on, and nothing else shows it: the loop reads,
/// and its callers hear nothing. What is reported comes from the producer's thread; only the loop asks.
final class ProducerHealth {

    /// For so long every send may fail while Kafka answers.
    static final long LIMIT_MS = 60_000;

    private static final long NEVER = Long.MAX_VALUE;

    private volatile boolean written;
    private volatile boolean failed;
    private volatile boolean fatal;
    private long failingSinceMs = NEVER;

    void report(@Nullable Exception failure) {
        if (failure == null) {
            if (!written) {
                written = true;
            }
            return;
        }
        switch (KafkaTrouble.of(failure)) {
            case FATAL -> fatal = true;
            case AWAY, REFUSED -> failed = true;
            case TOO_LARGE -> { } // the next one may be taken
        }
    }

    /// Once a second.
    ///
    /// @param kafkaAnswers whether it has lately
    boolean isDead(long nowMs, boolean kafkaAnswers) {
        boolean failedNow = failed;
        boolean deadNow = fatal && !written;
        if (written || !kafkaAnswers) {
            failingSinceMs = NEVER;
        } else if (failedNow && failingSinceMs == NEVER) {
            failingSinceMs = nowMs;
        }
        written = false;
        failed = false;
        fatal = false;
        return deadNow || (failedNow && failingSinceMs != NEVER && nowMs - failingSinceMs >= LIMIT_MS);
    }
}
