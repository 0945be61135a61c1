package io.agentstream.worker.takeover;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.errors.WakeupException;

/// Whoever has something for a loop wakes its consumer, which is meant for a poll that waits, and interrupts whatever it is about at that moment.
final class Wakeups {

    private Wakeups() {}

    /// Does something that waits for Kafka, and once more where it was interrupted by what is meant for `poll`, which has it then. Only the loop.
    ///
    /// @throws WakeupException where it was interrupted a second time
    static void passedOn(Consumer<byte[], byte[]> consumer, Runnable waiting) {
        try {
            waiting.run();
        } catch (WakeupException meantForPoll) {
            try {
                waiting.run();
            } finally {
                consumer.wakeup();
            }
        }
    }
}
