package io.agentstream.worker.loop;

import io.agentstream.agents.conversation.ConversationInput.Answer;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.NextPartition;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Codec;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import io.agentstream.worker.definitions.Definitions;
import io.agentstream.worker.engine.AgentEngines;
import io.agentstream.worker.engine.ReplySink;
import io.agentstream.worker.takeover.ArrivalLoader;
import io.agentstream.worker.takeover.Partitions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.errors.InvalidSessionTimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Holds the conversations of its partitions: one thread, one consumer, one producer of socket commands. Reads records, takes
/// what engines have posted, and calls back whose deadline has passed.
///
/// It waits in `poll` and nowhere else; an engine that posts from its own thread wakes it there.
public final class ConversationLoop implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(ConversationLoop.class);

    /// Longest wait. Deadlines make it shorter, a mailbox with something in it ends it.
    static final long WAIT_MS = 100;

    /// Longest wait of a loop that has no partitions: what it is to have waits until it asks the group again.
    static final long WAIT_FOR_ANY_MS = 20;

    static final long SECOND_MS = 1_000;

    /// Until it is tried again to join a group that has workers of another version.
    private static final long OTHERS_MS = 500;

    /// How often callers of whom nothing comes are looked after.
    static final long LISTEN_EVERY_MS = 100;

    /// Kafka answers as long as its last answer to a commit is not older.
    static final long KAFKA_IS_THERE_MS = 5_000;

    /// Replies of engines that are taken between two polls.
    static final int MAX_REPLIES_IN_PASS = 1_000;

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final String role;
    private final Consumer<byte[], byte[]> consumer;
    private final CommandWriter commands;
    private final EventWriter events;
    private final DeadLetters deadLetters;
    private final WorkerMeters meters;
    private final LongSupplier clockMs;
    private final Definitions definitions;
    private final BooleanSupplier keysRead;
    private final long sureMs;
    private final long missedMs;
    private boolean waitsForOthers;
    private final Mailbox mailbox = new Mailbox();
    private final AtomicBoolean waiting = new AtomicBoolean();
    private final Deadlines deadlines = new Deadlines();
    private final ConversationEffects effects;
    private final Intents intents;
    private final Guard guard;
    private final Calls calls = new Calls();
    private final Conversations conversations;
    private final ArrivalLoader arrivals;
    private final Partitions partitions;
    private @Nullable Thread thread;
    private boolean subscribed;
    private volatile boolean producersReady;
    private long nextSecondMs;
    private long nextListenMs;
    private long lastPassMs;

    /// What a loop is made of. The consumer is closed by the loop, because that is how it hands over, and what looks into partitions
    /// that come; closing either once more does nothing. Everything else stays its giver's to close.
    ///
    /// @param next what the consumer and its group tell each other
    /// @param beside runs what waits for Kafka while the loop goes on, each in a thread that may wait
    /// @param keys of the calls that there are, as far as they are known by now
    /// @param keysRead whether those are known that were there when this process began, and all else is prepared for calls to come
    public record Parts(
            Consumer<byte[], byte[]> consumer,
            NextPartition next,
            Producer<byte[], byte[]> media,
            Producer<byte[], byte[]> events,
            ArrivalLoader arrivals,
            Executor beside,
            DeadLetters deadLetters,
            AgentEngines engines,
            Definitions definitions,
            Metrics metrics,
            Limits limits,
            LongSupplier clockMs,
            Function<CallId, Optional<CallSecrets>> keys,
            BooleanSupplier keysRead) {}

    /// @param conversations most conversations of the loop
    /// @param lostAfterSeconds how long a call may be quiet before its conversation is given up
    /// @param sessionMs after which the group gives away the partitions of a member that it has not heard of; at least two seconds
    public record Limits(int conversations, int lostAfterSeconds, long sessionMs) {

        /// The group is asked every second, and its answer takes a moment.
        private static final long LEAST_SURE_MS = 1_500;

        /// As long as the group's last answer is not older, the partitions are certainly the loop's own; one that stood still for longer may
        /// have lost them without knowing it.
        long sureMs() {
            return Math.max(LEAST_SURE_MS, sessionMs / 2);
        }

        /// Who stood still for longer may have been missed: the last heartbeat was a while before that.
        long missedMs() {
            return sessionMs * 3 / 4;
        }
    }

    public ConversationLoop(int number, Parts parts) {
        this.role = "worker-loop-" + number;
        this.consumer = parts.consumer();
        this.deadLetters = parts.deadLetters();
        this.meters = WorkerMeters.of(parts.metrics());
        this.events = new EventWriter(parts.events(), meters, this::endWait);
        this.clockMs = parts.clockMs();
        this.definitions = parts.definitions();
        this.keysRead = parts.keysRead();
        this.sureMs = parts.limits().sureMs();
        this.missedMs = parts.limits().missedMs();
        this.commands = new CommandWriter(parts.media(), meters);
        this.intents = new Intents(meters);
        this.effects = new ConversationEffects(commands, events, deadlines, meters, intents);
        this.guard = new Guard(effects, commands, meters);
        Beginnings beginnings = new Beginnings(
                calls, new SessionOpener(parts.engines(), parts.definitions(), this::sink), guard, deadlines, meters,
                () -> consumer.groupMetadata().generationId(), parts.limits().conversations(), parts.keys());
        this.conversations = new Conversations(calls, beginnings, guard, events, deadlines, meters, parts.limits(), this::knowsItsCalls);
        this.arrivals = parts.arrivals();
        this.partitions = new Partitions(
                consumer, parts.next(), new Held(conversations, beginnings, events), arrivals, parts.beside(), this::endWait, clockMs);
    }

    @Override
    public String role() {
        return role;
    }

    /// Whether the loop has its share of the partitions and can write. Any thread.
    public boolean ready() {
        return producersReady && partitions.isReady();
    }

    /// Conversations at present. Any thread.
    public int conversations() {
        return calls.size();
    }

    @Override
    public void onStart() {
        thread = Thread.currentThread();
        subscribe();
    }

    /// Not before the definitions and the keys of calls are read: the calls that come with the partitions would be closed for want of them. Nor
    /// before it can write: a producer that never blocks would drop the first words.
    private boolean subscribe() {
        if (!subscribed && definitions.ready() && keysRead.getAsBoolean() && canWrite()) {
            subscribed = true;
            consumer.subscribe(Partitions.TOPICS.stream().<String>map(Topic::name).toList(), partitions);
        }
        return subscribed;
    }

    private boolean canWrite() {
        producersReady = producersReady || (commands.ready() && events.ready());
        return producersReady;
    }

    @Override
    public void work() {
        if (!subscribe()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(WAIT_MS));
            return;
        }
        ConsumerRecords<byte[], byte[]> records = poll();
        long startNs = System.nanoTime();
        long nowMs = clockMs.getAsLong();
        long stoodStillMs = lastPassMs > 0 ? nowMs - lastPassMs : 0;
        lastPassMs = nowMs;
        if (stoodStillMs > sureMs && !partitions.stillOurs(stoodStillMs > missedMs)) {
            return; // what was read is somebody else's
        }
        partitions.takeArrived(nowMs);
        if (!records.isEmpty() && !partitions.moving()) {
            // A run's beginning before its frames, its frames before its end: all three may come at once.
            for (ConsumerRecord<byte[], byte[]> each : records.records(Topics.RUN_EVENTS.name())) {
                runEvent(each, nowMs);
            }
            for (ConsumerRecord<byte[], byte[]> each : records.records(Topics.CALL_MEDIA.name())) {
                frame(each, nowMs);
            }
            for (ConsumerRecord<byte[], byte[]> each : records.records(Topics.CALL_LIFECYCLE.name())) {
                callEvent(each, nowMs);
            }
        }
        if (!partitions.moving()) {
            Mailbox.Posted posted;
            int most = MAX_REPLIES_IN_PASS; // engines that answer without end do not keep the loop from its calls
            while (most-- > 0 && (posted = mailbox.take()) != null) {
                conversations.reply(posted, nowMs);
            }
            LiveConversation overflowed;
            while ((overflowed = mailbox.takeOverflowed()) != null) {
                conversations.overflowed(overflowed, nowMs);
            }
            conversations.fire(nowMs);
            if (nowMs >= nextListenMs) {
                nextListenMs = nowMs + LISTEN_EVERY_MS;
                conversations.listen(nowMs);
            }
            ask();
        }
        commands.resend(nowMs);
        if (nowMs >= nextSecondMs) {
            nextSecondMs = nowMs + SECOND_MS;
            everySecond(nowMs);
        }
        meters.loop().record(System.nanoTime() - startNs, TimeUnit.NANOSECONDS);
    }

    /// Who stood still within this pass leaves it to the next one, which asks first whether the calls are still its own.
    private void ask() {
        long nowMs = clockMs.getAsLong();
        if (nowMs - lastPassMs <= sureMs) {
            intents.toSaveAgain(nowMs).forEach(each -> events.save(each, nowMs));
            for (Intents.Due due : intents.take(nowMs)) {
                guard.ask(due, nowMs);
            }
        }
    }

    private ConsumerRecords<byte[], byte[]> poll() {
        long nowMs = clockMs.getAsLong();
        long waitMs = Math.clamp(deadlines.nextMs() - nowMs, 0, partitions.isWithoutAny() ? WAIT_FOR_ANY_MS : WAIT_MS);
        waiting.set(true);
        try {
            boolean now = (!partitions.moving() && (!mailbox.isEmpty() || intents.anyDue(nowMs))) || partitions.hasArrived(); // it may have come just before `waiting` was set
            return consumer.poll(Duration.ofMillis(now ? 0 : waitMs));
        } catch (WakeupException somethingPosted) {
            return ConsumerRecords.empty();
        } catch (InconsistentGroupProtocolException others) {
            waitForOthers();
            return ConsumerRecords.empty();
        } catch (InvalidSessionTimeoutException refused) {
            throw new IllegalStateException(
                    "the brokers take no session timeout as short as " + Keys.WORKER_SESSION_TIMEOUT.variable()
                            + " says: make it longer, or their group.min.session.timeout.ms shorter",
                    refused);
        } finally {
            waiting.set(false);
        }
    }

    /// Workers of an older version share partitions in another way: there is one group of the one, or of the other. They may be about to go.
    private void waitForOthers() {
        if (!waitsForOthers) {
            waitsForOthers = true;
            log.atWarn().log("workers of another version have the calls: waiting until the last of them is stopped");
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(OTHERS_MS));
    }

    private void everySecond(long nowMs) {
        boolean kafkaAnswers = kafkaAnswers(nowMs);
        boolean dead = commands.health().isDead(nowMs, kafkaAnswers); // each counts on from one second to the next
        if (events.health().isDead(nowMs, kafkaAnswers) || dead) {
            throw new IllegalStateException("a producer cannot write any more, although Kafka answers");
        }
        if (kafkaAnswers) {
            conversations.second(nowMs);
        }
        if (!partitions.moving()) {
            partitions.commitWritten(conversations.anyUnsaved());
        }
    }

    private boolean kafkaAnswers(long nowMs) {
        return nowMs - partitions.acknowledgedMs() < KAFKA_IS_THERE_MS;
    }

    private boolean knowsItsCalls(int partition) {
        return clockMs.getAsLong() - partitions.acknowledgedMs() < sureMs && partitions.isLoaded(partition);
    }

    private void runEvent(ConsumerRecord<byte[], byte[]> each, long nowMs) {
        switch (decode(Topics.RUN_EVENTS, each)) {
            case Codec.Decoded.Value<RunEvent>(RunEvent event) -> conversations.runEvent(event, each.partition(), nowMs);
            case Codec.Decoded.Unknown<RunEvent>(String what) -> deadLetters.passOver(each, what);
            case Codec.Decoded.Malformed<RunEvent>(String reason) -> deadLetters.put(each, reason);
        }
    }

    private void frame(ConsumerRecord<byte[], byte[]> each, long nowMs) {
        switch (decode(Topics.CALL_MEDIA, each)) {
            case Codec.Decoded.Value<MediaFrame>(MediaFrame frame) -> conversations.frame(frame, each.partition(), nowMs);
            case Codec.Decoded.Unknown<MediaFrame>(String what) -> deadLetters.passOver(each, what);
            case Codec.Decoded.Malformed<MediaFrame>(String reason) -> deadLetters.put(each, reason);
        }
    }

    private void callEvent(ConsumerRecord<byte[], byte[]> each, long nowMs) {
        switch (decode(Topics.CALL_LIFECYCLE, each)) {
            case Codec.Decoded.Value<CallEvent>(CallEvent event) -> {
                switch (event) {
                    case CallEvent.Ended ended -> conversations.end(ended.callId(), ended.at().toEpochMilli(), nowMs);
                    case CallEvent.Alive alive -> conversations.alive(alive.callId());
                    case CallEvent.Offered offered -> { }
                    case CallEvent.Started started -> { }
                }
            }
            case Codec.Decoded.Unknown<CallEvent>(String what) -> deadLetters.passOver(each, what);
            case Codec.Decoded.Malformed<CallEvent>(String reason) -> deadLetters.put(each, reason);
        }
    }

    private static <V> Codec.Decoded<V> decode(Topic<V> topic, ConsumerRecord<byte[], byte[]> each) {
        return each.value() == null ? new Codec.Decoded.Malformed<>("no value") : topic.codec().decode(each.value());
    }

    private ReplySink sink(LiveConversation conversation) {
        return answer -> post(conversation, answer);
    }

    @SuppressWarnings("ReferenceEquality") // threads
    private boolean post(LiveConversation conversation, Answer answer) {
        if (Thread.currentThread() == thread && effects.answerAtOnce(conversation, answer)) {
            return true;
        }
        boolean taken = mailbox.post(conversation, answer);
        endWait();
        return taken;
    }

    /// Any thread.
    private void endWait() {
        if (waiting.compareAndSet(true, false)) {
            consumer.wakeup();
        }
    }

    @Override
    public void wakeUp() {
        consumer.wakeup();
    }

    /// Leaves the group at once, so that others take over without waiting for a timeout.
    @Override
    public void onClose() {
        try {
            partitions.close();
        } finally {
            try {
                consumer.close(CloseOptions.timeout(CLOSE_LIMIT));
            } finally {
                arrivals.close();
            }
        }
    }
}
