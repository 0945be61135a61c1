package io.agentstream.runtime;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallKeys;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Codec;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows `call.keys.v1` from its beginning and knows the keys of the calls that there are, wrapped as they came; a minute after it is
/// said that a call is over they are forgotten. Its loop owns the consumer; [#find] and [#await] may be called by any thread.
public final class CallKeyReader implements DutyCycle {

    /// Most calls whose keys are known, about 300 bytes each; what is beyond it pushes out the oldest.
    static final int CAPACITY = 500_000;

    /// What of a call is handled after its socket is closed still finds the key.
    static final long KEEP_OVER_MS = 60_000;

    /// A call of which nobody says that it is over has ended when its topic has forgotten it; gateways' clocks may be off by so much.
    private static final Duration LATE = Duration.ofHours(1);

    private static final Logger log = LoggerFactory.getLogger(CallKeyReader.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long FIRST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 5_000;

    private final Supplier<Consumer<byte[], byte[]>> readers;
    private final CallSecrets.@Nullable Wrapping wrapping;
    private final DeadLetters deadLetters;
    private final InstantSource clock;
    private final int capacity;
    private final Map<CallId, CallKeys> known = new ConcurrentHashMap<>();
    /// The same calls, oldest first; only the loop.
    private final SequencedSet<CallId> order = new LinkedHashSet<>();
    private final Deque<Over> over = new ArrayDeque<>();
    private final Semaphore wake = new Semaphore(0);
    private final Object arrival = new Object();
    private @Nullable WholeTopic follower;
    private volatile boolean caughtUp;
    private long pauseMs = FIRST_PAUSE_MS;

    private record Over(CallId callId, long atMs) {}

    /// @param readers makes a reader that is told where it begins
    /// @param wrapping null where the installation has no key: then nothing is read, and nothing is found
    public CallKeyReader(
            Supplier<Consumer<byte[], byte[]>> readers, CallSecrets.@Nullable Wrapping wrapping, DeadLetters deadLetters,
            InstantSource clock) {
        this(readers, wrapping, deadLetters, clock, CAPACITY);
    }

    CallKeyReader(
            Supplier<Consumer<byte[], byte[]>> readers, CallSecrets.@Nullable Wrapping wrapping, DeadLetters deadLetters,
            InstantSource clock, int capacity) {
        this.capacity = capacity;
        this.readers = readers;
        this.wrapping = wrapping;
        this.deadLetters = deadLetters;
        this.clock = clock;
    }

    @Override
    public String role() {
        return "call-keys";
    }

    /// Whether everything was read that was there at the start.
    public boolean ready() {
        return wrapping == null || caughtUp;
    }

    /// Whether this installation has a key, without which none of a call's ever comes.
    public boolean opens() {
        return wrapping != null;
    }

    /// The call's keys as they travel; nothing where they are not known, or not any more.
    public Optional<CallKeys> wrapped(CallId callId) {
        return Optional.ofNullable(known.get(callId));
    }

    /// The call's keys; nothing where they are not known, or none of the installation's keys opens them.
    public Optional<CallSecrets> find(CallId callId) {
        return wrapping == null ? Optional.empty() : wrapped(callId).flatMap(wrapping::unwrap);
    }

    /// The key of words in a wrapped pair; nothing where it is destroyed, or none of the installation's keys opens it.
    public Optional<SealKey> words(CallKeys keys) {
        return wrapping == null ? Optional.empty() : wrapping.words(keys);
    }

    /// As [#wrapped], but waits for keys that are on their way. Blocks.
    public Optional<CallKeys> await(CallId callId, Duration limit) throws InterruptedException {
        long deadlineNs = System.nanoTime() + limit.toNanos();
        synchronized (arrival) {
            while (wrapping != null && !known.containsKey(callId)) {
                long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
                if (leftMs <= 0) {
                    break;
                }
                arrival.wait(leftMs);
            }
        }
        return wrapped(callId);
    }

    @Override
    public void work() throws InterruptedException {
        if (wrapping == null) {
            wake.tryAcquire(1, TimeUnit.SECONDS);
            return;
        }
        try {
            WholeTopic topic = follower == null ? follow() : follower;
            boolean any = false;
            for (ConsumerRecord<byte[], byte[]> each : topic.poll(POLL)) {
                take(each);
                any = true;
            }
            if (any) {
                synchronized (arrival) {
                    arrival.notifyAll();
                }
            }
            if (!caughtUp) {
                caughtUp = topic.isReadToItsEnd();
            }
            forget();
            pauseMs = FIRST_PAUSE_MS;
        } catch (WakeupException closing) { // the runner asks whether to go on
        } catch (KafkaException away) {
            log.atWarn().addKeyValue("failure", Causes.of(away)).log("keys of calls could not be read, trying again");
            wake.tryAcquire(pauseMs, TimeUnit.MILLISECONDS);
            pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
        }
    }

    private WholeTopic follow() {
        WholeTopic topic = WholeTopic.open(readers, Topics.CALL_KEYS.name());
        follower = topic;
        return topic;
    }

    private void take(ConsumerRecord<byte[], byte[]> each) {
        Optional<CallId> of = each.key() == null ? Optional.empty() : CallId.fromKey(each.key());
        if (each.value() == null) {
            of.ifPresent(callId -> over(callId, each.timestamp()));
            return;
        }
        switch (Topics.CALL_KEYS.codec().decode(each.value())) {
            case Codec.Decoded.Value<CallKeys>(CallKeys keys) -> {
                known.put(keys.callId(), keys);
                order.add(keys.callId());
            }
            case Codec.Decoded.Unknown<CallKeys>(String what) -> deadLetters.passOver(each, what);
            // A key that lies among the letters is there for a month, whoever erases its call.
            case Codec.Decoded.Malformed<CallKeys>(String reason) -> deadLetters.putWithoutItself(each, reason);
        }
    }

    /// Of those that were over long before this process began only the last minute is of interest.
    private void over(CallId callId, long saidMs) {
        long nowMs = clock.millis();
        if (!caughtUp && saidMs < nowMs - KEEP_OVER_MS) {
            forget(callId);
        } else {
            over.add(new Over(callId, nowMs));
        }
    }

    private void forget(CallId callId) {
        known.remove(callId);
        order.remove(callId);
    }

    private void forget() {
        long beforeMs = clock.millis() - KEEP_OVER_MS;
        Over next;
        while ((next = over.peek()) != null && next.atMs() <= beforeMs) {
            over.remove();
            forget(next.callId());
        }
        Instant madeBefore = clock.instant().minus(Topics.CALL_KEYS.retention()).minus(LATE);
        while (!order.isEmpty()) {
            CallId oldest = order.getFirst();
            CallKeys keys = known.get(oldest);
            if (keys != null && order.size() <= capacity && !keys.at().isBefore(madeBefore)) {
                break;
            }
            forget(oldest);
        }
    }

    @Override
    public void wakeUp() {
        wake.release(); // its other waits are those of a poll
    }

    @Override
    public void onClose() {
        if (follower != null) {
            follower.close();
        }
    }
}
