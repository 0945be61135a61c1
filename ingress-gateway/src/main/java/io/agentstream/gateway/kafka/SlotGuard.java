package io.agentstream.gateway.kafka;

import io.agentstream.runtime.DutyCycle;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Holds this gateway's slot against every other gateway. Taking it fences whoever held it; from then on a small transaction every
/// two seconds, which commits how far the slot's commands are read, proves that nobody has taken it since. Whoever is fenced stops.
/// The loop is one thread's; [#reason()] is for any.
public final class SlotGuard implements DutyCycle {

    /// The group in which the positions of all slots can be seen.
    static final String GROUP = "agent-stream-gateway";

    private static final Logger log = LoggerFactory.getLogger(SlotGuard.class);
    private static final long PERIOD_MS = 2_000;
    private static final long RETRY_MS = 250;
    private static final Duration CLOSE = Duration.ofSeconds(2);

    private enum Phase {
        UNCLAIMED,
        IDLE,
        BEGUN,
        SENT
    }

    private final Producer<byte[], byte[]> producer;
    private final int slot;
    private final LongSupplier position;
    private final Runnable onFenced;
    private final Semaphore wake = new Semaphore(0);

    private Phase phase = Phase.UNCLAIMED;
    private volatile String reason;

    /// @param producer with the slot's own transactional id; closed by the loop
    /// @param position how far the slot's commands are read
    /// @param onFenced run on the loop's thread, once, before the loop breaks
    public SlotGuard(Producer<byte[], byte[]> producer, int slot, LongSupplier position, Runnable onFenced) {
        this.producer = producer;
        this.slot = slot;
        this.position = position;
        this.onFenced = onFenced;
        this.reason = "slot " + slot + " is not taken yet";
    }

    /// The name under which gateways of one slot meet.
    public static String transactionalId(int slot) {
        return "agent-stream-gateway-slot-" + slot;
    }

    /// Why no call can be served, or nothing.
    public Optional<String> reason() {
        return reason.isEmpty() ? Optional.empty() : Optional.of(reason);
    }

    @Override
    public String role() {
        return "gateway-slot";
    }

    @Override
    public void work() throws InterruptedException {
        long pauseMs = PERIOD_MS;
        try {
            prove();
        } catch (ProducerFencedException | InvalidProducerEpochException fenced) {
            reason = "slot " + slot + " was taken by another gateway";
            log.atError().addKeyValue("slot", slot).log("slot was taken by another gateway");
            onFenced.run();
            throw fenced;
        } catch (InterruptException stopped) {
            throw stopped;
        } catch (RetriableException notNow) {
            pauseMs = RETRY_MS; // the same phase again: a transaction is neither given up nor begun twice
        } catch (KafkaException broken) {
            if (phase == Phase.UNCLAIMED) {
                throw broken;
            }
            producer.abortTransaction(); // where even this is not possible, the loop is broken
            phase = Phase.IDLE;
            pauseMs = RETRY_MS;
        }
        if (wake.tryAcquire(pauseMs, TimeUnit.MILLISECONDS)) {
            wake.drainPermits();
        }
    }

    @SuppressWarnings("removal") // the constructor goes when the class becomes an interface; there is no other way yet
    private void prove() {
        if (phase == Phase.UNCLAIMED) {
            producer.initTransactions();
            phase = Phase.IDLE;
            reason = "";
        }
        if (phase == Phase.IDLE) {
            producer.beginTransaction();
            phase = Phase.BEGUN;
        }
        if (phase == Phase.BEGUN) {
            producer.sendOffsetsToTransaction(
                    Map.of(
                            new TopicPartition(Topics.SOCKET_COMMANDS.name(), slot),
                            new OffsetAndMetadata(position.getAsLong())),
                    new ConsumerGroupMetadata(GROUP));
            phase = Phase.SENT;
        }
        if (phase == Phase.SENT) {
            producer.commitTransaction();
            phase = Phase.IDLE;
        }
    }

    @Override
    public void wakeUp() {
        wake.release();
    }

    @Override
    public void onClose() {
        if (reason.isEmpty()) {
            reason = "slot " + slot + " is given up";
        }
        producer.close(CLOSE);
    }
}
