package io.agentstream.gateway.kafka;

import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.KafkaTrouble;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the partition of `socket.commands.v1` that is this gateway's slot, from its end as it was when the reader came. Until it
/// knows that end no call may be offered, or the answer could lie before it. Whatever Kafka says against reading (away, no
/// permission, a certificate that has run out) is tried again, more and more slowly, and said. The calls that are there go on; where
/// Kafka is there and refuses, only for a while, because nobody is to talk, and to pay, on a line on which nothing answers. The
/// loop is one thread's; the rest is for any.
public final class CommandReader implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(CommandReader.class);

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration POSITION = Duration.ofMillis(500);
    static final long FIRST_RETRY_MS = 100;
    static final long LAST_RETRY_MS = 5_000;

    private final Consumer<byte[], byte[]> consumer;
    private final Supplier<OptionalInt> slot;
    private final CallLog callLog;
    private final CommandDelivery delivery;
    private final DeadLetters deadLetters;
    private final InstantSource clock;
    private final Runnable onRefused;
    private final RefusedReading refusals = new RefusedReading();
    private final Timer lag;
    private final Counter commands;

    private final Semaphore wake = new Semaphore(0);

    private @Nullable TopicPartition partition;
    private boolean placed;
    private long retryMs = FIRST_RETRY_MS;
    private volatile boolean reading;
    private volatile String failure = "";
    private volatile long position;

    /// @param consumer closed by the loop
    /// @param slot nothing as long as it is not chosen
    /// @param onRefused ends the calls that there are, because Kafka has refused for long to let their commands be read; on the loop's thread
    public CommandReader(
            Consumer<byte[], byte[]> consumer,
            Supplier<OptionalInt> slot,
            CallLog callLog,
            CommandDelivery delivery,
            DeadLetters deadLetters,
            Metrics metrics,
            InstantSource clock,
            Runnable onRefused) {
        this.consumer = consumer;
        this.slot = slot;
        this.callLog = callLog;
        this.delivery = delivery;
        this.deadLetters = deadLetters;
        this.clock = clock;
        this.onRefused = onRefused;
        this.lag = metrics.timer("agent_stream_gateway_command_lag");
        this.commands = metrics.counter("agent_stream_gateway_commands");
    }

    /// Why no call can be served yet, or nothing.
    public Optional<String> reason() {
        if (reading && failure.isEmpty()) {
            return Optional.empty();
        }
        OptionalInt known = slot.get();
        String which = known.isPresent() ? "commands of slot " + known.getAsInt() : "commands";
        return Optional.of(which + (failure.isEmpty() ? " are not read yet" : " cannot be read: " + failure));
    }

    /// The next record that will be read.
    public long position() {
        return position;
    }

    @Override
    public String role() {
        return "gateway-commands";
    }

    @Override
    public void work() throws InterruptedException {
        try {
            refusals.well((reading || begin()) && read(), clock.millis());
            if (!refusals.isRefused()) {
                failure = "";
            }
            retryMs = FIRST_RETRY_MS;
        } catch (WakeupException | InterruptException stopped) {
            throw stopped;
        } catch (KafkaException notNow) {
            failed(notNow);
            if (reading) {
                judge(notNow);
            }
            pause(Math.min(retryMs, refusals.leftMs(clock.millis())));
            retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
        }
    }

    private void failed(KafkaException why) {
        String name = why.getClass().getSimpleName();
        if (!name.equals(failure)) {
            log.atWarn().addKeyValue("failure", Causes.of(why)).log("commands cannot be read");
        }
        failure = name;
    }

    /// While Kafka is away the calls wait for it: it comes back by itself.
    private void judge(KafkaException why) {
        if (KafkaTrouble.of(why) == KafkaTrouble.AWAY) {
            refusals.over();
        } else if (refusals.refused(clock.millis())) {
            log.atError()
                    .addKeyValue("failure", Causes.of(why))
                    .addKeyValue("after_ms", RefusedReading.LASTS_MS)
                    .log("commands are not to be had; closing the calls");
            onRefused.run();
        }
    }

    private void pause(long ms) throws InterruptedException {
        if (wake.tryAcquire(ms, TimeUnit.MILLISECONDS)) {
            wake.drainPermits();
        }
    }

    /// Kafka may not be there yet, or the topic: this is tried until it works.
    private boolean begin() throws InterruptedException {
        OptionalInt known = slot.get();
        if (known.isEmpty()) {
            pause(FIRST_RETRY_MS);
            return false;
        }
        TopicPartition mine = partition;
        if (mine == null) {
            mine = new TopicPartition(Topics.SOCKET_COMMANDS.name(), known.getAsInt());
            partition = mine;
            consumer.assign(List.of(mine));
        }
        if (!placed) {
            consumer.seekToEnd(List.of(mine));
            position = consumer.position(mine, POSITION);
            placed = true;
        }
        reading = callLog.warmUp();
        if (!reading) {
            consumer.poll(POLL); // nothing can be for us yet; this keeps the pace
        }
        return reading;
    }

    /// @return whether there was something to read
    private boolean read() throws InterruptedException {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        if (records.isEmpty()) {
            return false;
        }
        long nowMs = clock.millis();
        long newestMs = nowMs;
        for (ConsumerRecord<byte[], byte[]> commandRecord : records) {
            deliver(commandRecord);
            newestMs = commandRecord.timestamp();
            position = commandRecord.offset() + 1;
        }
        delivery.flush();
        commands.increment(records.count());
        lag.record(Math.max(0, nowMs - newestMs), TimeUnit.MILLISECONDS);
        return true;
    }

    private void deliver(ConsumerRecord<byte[], byte[]> commandRecord) {
        if (commandRecord.value() == null) {
            deadLetters.put(commandRecord, "a command without a value");
            return;
        }
        switch (Topics.SOCKET_COMMANDS.codec().decode(commandRecord.value())) {
            case Decoded.Value<SocketCommand>(SocketCommand command) ->
                delivery.add(command, commandRecord.partition(), commandRecord.offset());
            case Decoded.Unknown<SocketCommand>(String what) -> deadLetters.passOver(commandRecord, what);
            case Decoded.Malformed<SocketCommand>(String reason) -> deadLetters.put(commandRecord, reason);
        }
    }

    @Override
    public void wakeUp() {
        wake.release();
        consumer.wakeup();
    }

    @Override
    public void onClose() {
        reading = false;
        consumer.close();
    }
}
