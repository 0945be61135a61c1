package io.agentstream.orchestrator.intake;

import io.agentstream.orchestrator.liveness.Heartbeats;
import io.agentstream.orchestrator.liveness.Listening;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the calls' records and has each handled: one call's in order, no call waiting for another. A partition's offset is
/// committed up to the first record that is not done. Owns its consumer, and the records under way.
public final class CallsLoop implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(CallsLoop.class);

    public static final String GROUP = "run-orchestrator";
    public static final int MAX_POLL_RECORDS = 500;

    /// Records under way at which reading pauses, and at which it goes on. One more poll may come on top.
    private static final int PAUSE_AT = 1_000;
    private static final int RESUME_AT = 500;

    private static final Duration POLL = Duration.ofMillis(100);
    private static final long COMMIT_PERIOD_MS = 500;
    private static final Duration COMMIT_LIMIT = Duration.ofSeconds(5);
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(12);

    private final Consumer<byte[], byte[]> consumer;
    private final Attempts attempts;
    private final KeyedExecutor<CallId> executor;
    private final Heartbeats heartbeats;
    private final Listening listening;
    private final DeadLetters deadLetters;
    private final InstantSource clock;
    private final CountDownLatch open;

    private final Map<TopicPartition, Progress> partitions = new HashMap<>();
    private boolean subscribed;
    private boolean paused;
    private long nextCommitMs;
    private volatile boolean assigned;

    /// @param consumer a member of [#GROUP]; closed here
    /// @param open zero once the database can be used; nothing is read before
    public CallsLoop(
            Consumer<byte[], byte[]> consumer,
            Attempts attempts,
            KeyedExecutor<CallId> executor,
            Heartbeats heartbeats,
            Listening listening,
            DeadLetters deadLetters,
            InstantSource clock,
            CountDownLatch open) {
        this.consumer = consumer;
        this.attempts = attempts;
        this.executor = executor;
        this.heartbeats = heartbeats;
        this.listening = listening;
        this.deadLetters = deadLetters;
        this.clock = clock;
        this.open = open;
    }

    /// Whether this member has its part of the work. Any thread.
    public boolean isAssigned() {
        return assigned;
    }

    @Override
    public String role() {
        return "orchestrator-calls";
    }

    @Override
    public void work() throws InterruptedException {
        if (!subscribed) {
            if (!open.await(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            consumer.subscribe(
                    List.of(Topics.CALL_LIFECYCLE.name(), Topics.CONVERSATION_EVENTS.name()), new Rebalance());
            subscribed = true;
        }
        balance();
        try {
            consumer.poll(POLL).forEach(this::take);
        } catch (WakeupException stopping) {
            return;
        }
        long nowMs = clock.millis();
        listen(nowMs);
        if (nowMs >= nextCommitMs) {
            nextCommitMs = nowMs + COMMIT_PERIOD_MS;
            commitLater();
        }
    }

    /// Reads no faster than records get done.
    private void balance() {
        int inFlight = executor.inFlight();
        if (!paused && inFlight >= PAUSE_AT) {
            paused = true;
        } else if (paused && inFlight <= RESUME_AT) {
            paused = false;
            consumer.resume(consumer.assignment());
        }
        if (paused) {
            consumer.pause(consumer.assignment()); // also what was assigned since
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        Progress progress = partitions.get(new TopicPartition(record.topic(), record.partition()));
        if (progress == null) {
            return; // cannot be: records come of assigned partitions only
        }
        progress.begin(record.offset());
        switch (Incoming.decode(record)) {
            case Decoded.Unknown<Incoming>(String what) -> {
                deadLetters.passOver(record, what);
                progress.done(record.offset());
            }
            case Decoded.Malformed<Incoming>(String reason) -> {
                deadLetters.put(record, reason);
                progress.done(record.offset());
            }
            case Decoded.Value<Incoming>(Incoming incoming) -> {
                if (incoming instanceof Incoming.Lifecycle(CallEvent.Alive alive, Source source)) {
                    heartbeats.heard(alive.callId()); // what is decided on the others says by itself when it was
                    progress.done(record.offset());
                    return;
                }
                executor.submit(incoming.callId(), () -> attempts.untilDone(record, incoming, progress));
            }
        }
    }

    private void listen(long nowMs) {
        if (paused) {
            return;
        }
        for (TopicPartition partition : partitions.keySet()) {
            if (partition.topic().equals(Topics.CALL_LIFECYCLE.name())
                    && consumer.currentLag(partition).orElse(1) == 0) {
                listening.atEnd(partition.partition(), nowMs);
            }
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> committable(Collection<TopicPartition> of) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (TopicPartition partition : of) {
            Progress progress = partitions.get(partition);
            if (progress != null) {
                progress.committable().ifPresent(upTo -> offsets.put(partition, new OffsetAndMetadata(upTo)));
            }
        }
        return offsets;
    }

    private void commitLater() {
        Map<TopicPartition, OffsetAndMetadata> offsets = committable(partitions.keySet());
        if (!offsets.isEmpty()) {
            consumer.commitAsync(offsets, (committed, failure) -> {
                if (failure == null) {
                    remember(committed);
                }
            });
        }
    }

    private void commitNow(Collection<TopicPartition> of) {
        Map<TopicPartition, OffsetAndMetadata> offsets = committable(of);
        if (offsets.isEmpty()) {
            return;
        }
        try {
            try {
                consumer.commitSync(offsets, COMMIT_LIMIT);
            } catch (WakeupException meantForAPoll) {
                consumer.commitSync(offsets, COMMIT_LIMIT);
            }
            remember(offsets);
        } catch (KafkaException notTaken) { // the next owner reads the records again, which is harmless
            log.atWarn().addKeyValue("failure", Causes.of(notTaken)).log("offsets not committed");
        }
    }

    private void remember(Map<TopicPartition, OffsetAndMetadata> committed) {
        committed.forEach((partition, offset) -> {
            Progress progress = partitions.get(partition);
            if (progress != null) {
                progress.committed(offset.offset());
            }
        });
    }

    @Override
    public void wakeUp() {
        consumer.wakeup();
    }

    /// Finishes what is under way, within a limit, and commits it.
    @Override
    public void onClose() throws InterruptedException {
        assigned = false;
        try (consumer;
                executor) {
            if (!executor.awaitIdle(DRAIN_LIMIT)) {
                log.atWarn().addKeyValue("records", executor.inFlight()).log("records are left to somebody else");
            }
            partitions.values().forEach(Progress::revoke);
            commitNow(List.copyOf(partitions.keySet()));
        }
    }

    /// Called by the consumer, inside `poll` and `close`.
    private final class Rebalance implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
            added.forEach(partition -> partitions.put(partition, new Progress()));
            assigned = true;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            commitNow(revoked);
            drop(revoked);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> lost) {
            drop(lost);
        }

        private void drop(Collection<TopicPartition> gone) {
            for (TopicPartition partition : gone) {
                Progress progress = partitions.remove(partition);
                if (progress != null) {
                    progress.revoke();
                }
                if (partition.topic().equals(Topics.CALL_LIFECYCLE.name())) {
                    listening.forget(partition.partition());
                }
            }
            assigned = false; // until the group has agreed anew
        }
    }
}
