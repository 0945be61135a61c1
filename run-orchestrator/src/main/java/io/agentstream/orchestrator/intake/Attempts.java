package io.agentstream.orchestrator.intake;

import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.jobs.RefusedByKafkaException;
import io.agentstream.orchestrator.jobs.UndeliverableException;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.Metrics;
import io.micrometer.core.instrument.Counter;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handles a record until it is done. While the database or Kafka is away it is tried again, until the partition is somebody
/// else's; where it fails for reasons of its own, a few times, and then it is put aside; where Kafka refuses this process, not
/// again. Any thread; blocks.
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

    /// What is to be done about a failure.
    private enum Remedy {
        /// Something outside is away.
        AGAIN,
        /// A bug: again a few times, and then aside.
        A_FEW_TIMES,
        ASIDE,
        /// Nothing can be done by this process.
        END
    }

    /// Puts a record aside that cannot be read.
    ///
    /// @param reason what is wrong; quotes nothing of the record
    void putAside(ConsumerRecord<byte[], byte[]> record, String reason) {
        deadLetters.put(record, reason);
    }

    /// Passes over a record of a newer writer that is read by newer readers only.
    ///
    /// @param what which kind it is of
    void passOver(ConsumerRecord<byte[], byte[]> record, String what) {
        deadLetters.passOver(record, what);
    }

    /// @throws RefusedByKafkaException where nothing that is decided can be said; the record is not done
    void untilDone(ConsumerRecord<byte[], byte[]> record, Incoming incoming, Progress progress) {
        long backoffMs = FIRST_BACKOFF_MS;
        int tries = 0;
        try {
            while (!progress.isRevoked()) {
                try {
                    handler.handle(incoming, () -> !progress.isRevoked());
                    progress.done(record.offset());
                    return;
                } catch (RuntimeException failure) {
                    Remedy remedy = remedy(failure);
                    if (remedy == Remedy.END) {
                        log.atError().addKeyValue("call", incoming.callId()).setCause(failure).log("nothing can be said any more");
                        throw failure;
                    }
                    boolean aside = remedy == Remedy.ASIDE || (remedy == Remedy.A_FEW_TIMES && ++tries == TRIES_OF_A_BUG);
                    if (aside) {
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

    private static Remedy remedy(RuntimeException failure) {
        return switch (failure) {
            case NotNowException away -> Remedy.AGAIN;
            case DatabaseException database -> database.isTransient() ? Remedy.AGAIN : Remedy.A_FEW_TIMES;
            case UndeliverableException never -> Remedy.ASIDE;
            case UnusableRecordException never -> Remedy.ASIDE;
            case RefusedByKafkaException refused -> Remedy.END;
            default -> Remedy.A_FEW_TIMES;
        };
    }
}
