package io.agentstream.orchestrator.intake;

import io.agentstream.orchestrator.liveness.Hearing;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the calls' records and has each handled: one call's in order, no call waiting for another. Owns its consumer, and the
/// records under way.
public final class CallsLoop implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(CallsLoop.class);

    public static final String GROUP = "run-orchestrator";
    public static final int MAX_POLL_RECORDS = 500;

    /// Records under way at which reading pauses, and at which it goes on. One more poll may come on top. Nearly all of them wait: for
    /// their organisation's turn, or for its provider, and then hold nothing but their few kilobytes. So there is room for all that one
    /// tenant's agents may have in the handshake at several gateways: when reading pauses, everybody waits.
    private static final int PAUSE_AT = 4_000;
    private static final int RESUME_AT = 3_500;

    private static final Duration POLL = Duration.ofMillis(100);
    private static final long COMMIT_PERIOD_MS = 500;
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(12);

    private final Consumer<byte[], byte[]> consumer;
    private final Offsets offsets;
    private final Attempts attempts;
    private final KeyedExecutor<CallId> executor;
    private final Hearing hearing;
    private final InstantSource clock;
    private final CountDownLatch open;
    private final BooleanSupplier keysRead;
    private final Greetings greetings;

    private boolean subscribed;
    private boolean paused;
    private long nextCommitMs;
    private volatile boolean assigned;

    /// @param consumer a member of [#GROUP]; closed here
    /// @param executor closed here
    /// @param open zero once the database can be used; nothing is read before
    /// @param keysRead whether the keys of the calls are known that there were when this process began; nothing is read before: an
    ///     offer that nobody can open is put aside
    /// @param greetings told what is read
    public CallsLoop(
            Consumer<byte[], byte[]> consumer,
            Attempts attempts,
            KeyedExecutor<CallId> executor,
            Hearing hearing,
            InstantSource clock,
            CountDownLatch open,
            BooleanSupplier keysRead,
            Greetings greetings) {
        this.consumer = consumer;
        this.offsets = new Offsets(consumer);
        this.attempts = attempts;
        this.executor = executor;
        this.hearing = hearing;
        this.clock = clock;
        this.open = open;
        this.keysRead = keysRead;
        this.greetings = greetings;
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
            if (!keysRead.getAsBoolean()) {
                TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
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
        offsets.partitions().forEach(this::noteRead);
        long nowMs = clock.millis();
        if (nowMs >= nextCommitMs) {
            nextCommitMs = nowMs + COMMIT_PERIOD_MS;
            offsets.commitLater();
        }
    }

    /// Where the position is not known yet, because the partition's leader or the group's coordinator does not answer, it counts as
    /// not heard of: to wait for it would hold up all the others.
    private void noteRead(TopicPartition partition) {
        long position;
        try {
            position = consumer.position(partition, Duration.ZERO);
        } catch (TimeoutException notKnown) {
            return;
        } catch (WakeupException stopping) { // the next poll is not to wait for its time
            consumer.wakeup();
            return;
        }
        hearing.listening().read(partition, position);
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
        Progress progress = offsets.of(new TopicPartition(record.topic(), record.partition()));
        if (progress == null) {
            return; // cannot be: records come of assigned partitions only
        }
        progress.begin(record.offset());
        switch (Incoming.decode(record)) {
            case Decoded.Unknown<Incoming>(String what) -> {
                attempts.passOver(record, what); // of a newer writer
                progress.done(record.offset());
            }
            case Decoded.Malformed<Incoming>(String reason) -> {
                attempts.putAside(record, reason);
                progress.done(record.offset());
            }
            case Decoded.Value<Incoming>(Incoming incoming) -> take(record, incoming, progress);
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record, Incoming incoming, Progress progress) {
        CallId call = incoming.callId();
        switch (incoming) {
            case Incoming.Lifecycle(CallEvent.Alive alive, Source source) -> {
                hearing.heartbeats().heard(call, alive.at());
                progress.done(record.offset());
            }
            case Incoming.Lifecycle(CallEvent.Offered offered, Source source) ->
                executor.submit(call, greetings.handling(call, progress, () -> attempts.untilDone(record, incoming, progress)));
            case Incoming.Lifecycle(CallEvent.Started started, Source source) -> {
                greetings.read(started);
                hearing.beginnings().starting(call);
                executor.submit(call, () -> {
                    attempts.untilDone(record, incoming, progress);
                    hearing.beginnings().started(call, clock.instant());
                });
            }
            case Incoming.Lifecycle(CallEvent.Ended ended, Source source) -> {
                greetings.read(ended);
                hearing.ends().read(call);
                executor.submit(call, () -> {
                    attempts.untilDone(record, incoming, progress);
                    hearing.ends().handled(call);
                });
            }
            case Incoming.Lifecycle other -> executor.submit(call, () -> attempts.untilDone(record, other, progress));
            case Incoming.Conversation said -> {
                hearing.beginnings().read(call, said.event().at());
                executor.submit(call, () -> {
                    attempts.untilDone(record, said, progress);
                    hearing.beginnings().handled(call);
                });
            }
        }
    }

    @Override
    public void wakeUp() {
        consumer.wakeup();
    }

    /// Finishes what is under way, within a limit, and commits it.
    @Override
    public void onClose() throws InterruptedException {
        assigned = false;
        greetings.stop();
        hearing.listening().stop();
        try (consumer;
                executor) {
            if (!executor.awaitIdle(DRAIN_LIMIT)) {
                log.atWarn().addKeyValue("records", executor.inFlight()).log("records are left to somebody else");
            }
            List<TopicPartition> all = List.copyOf(offsets.partitions());
            offsets.revoke();
            offsets.commitNow(all);
        }
    }

    /// Called by the consumer, inside `poll` and `close`.
    private final class Rebalance implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
            offsets.assigned(added);
            assigned = true;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            offsets.commitNow(revoked);
            drop(revoked);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> lost) {
            drop(lost);
        }

        private void drop(Collection<TopicPartition> gone) {
            gone.forEach(hearing.listening()::forget); // before anybody leaves what was read of them
            offsets.drop(gone);
            assigned = false; // until the group has agreed anew
        }
    }
}
