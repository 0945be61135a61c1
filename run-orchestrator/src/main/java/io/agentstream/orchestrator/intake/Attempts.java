package io.agentstream.orchestrator.intake;

import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.Metrics;
import io.micrometer.core.instrument.Counter;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handles a record until it is done. While the database or Kafka is away it is tried again, until the partition is somebody
/// else's; where it fails for reasons of its own, a few times, and then it is put aside. Any thread; blocks.
public final class Attempts {

    private static final Logger log = LoggerFactory.getLogger(Attempts.class);

    private static final long FIRST_BACKOFF_MS = 100;
    private static final long LONGEST_BACKOFF_MS = 5_000;
    private static final int TRIES_OF_A_BUG = 3;

    private final CallHandler handler;
    private final DeadLetters deadLetters;
    private final Counter retries;

    public Attempts(CallHandler handler, DeadLetters deadLetters, Metrics metrics) {
        this.handler = handler;
        this.deadLetters = deadLetters;
        this.retries = metrics.counter("agent_stream_orchestrator_retries");
    }

    void untilDone(ConsumerRecord<byte[], byte[]> record, Incoming incoming, Progress progress) {
        long backoffMs = FIRST_BACKOFF_MS;
        int bugs = 0;
        try {
            while (!progress.isRevoked()) {
                try {
                    handler.handle(incoming);
                    progress.done(record.offset());
                    return;
                } catch (RuntimeException failure) {
                    if (!isAway(failure) && ++bugs == TRIES_OF_A_BUG) {
                        log.atError().addKeyValue("call", incoming.callId()).setCause(failure).log("record cannot be handled");
                        deadLetters.put(record, "not handled: " + failure.getClass().getSimpleName());
                        progress.done(record.offset());
                        return;
                    }
                    retries.increment();
                    log.atWarn()
                            .addKeyValue("call", incoming.callId())
                            .addKeyValue("failure", Causes.of(failure))
                            .addKeyValue("again_in_ms", backoffMs)
                            .log("record is tried again");
                }
                if (progress.awaitRevoked(backoffMs)) {
                    return;
                }
                backoffMs = Math.min(2 * backoffMs, LONGEST_BACKOFF_MS);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt(); // not done, not committed: somebody will read it again
        }
    }

    private static boolean isAway(RuntimeException failure) {
        return failure instanceof NotNowException
                || (failure instanceof DatabaseException database && database.isTransient());
    }
}
