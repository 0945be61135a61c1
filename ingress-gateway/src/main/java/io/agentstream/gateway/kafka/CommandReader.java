package io.agentstream.gateway.kafka;

import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.DutyCycle;
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
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;

/// Reads the partition of `socket.commands.v1` that is this gateway's slot, from its end as it was when the reader came. Until it
/// knows that end no call may be offered, or the answer could lie before it. The loop is one thread's; the rest is for any.
public final class CommandReader implements DutyCycle {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration POSITION = Duration.ofMillis(500);

    private final Consumer<byte[], byte[]> consumer;
    private final TopicPartition slot;
    private final CallLog callLog;
    private final CommandDelivery delivery;
    private final DeadLetters deadLetters;
    private final InstantSource clock;
    private final Timer lag;
    private final Counter commands;

    private boolean placed;
    private volatile boolean reading;
    private volatile long position;

    /// @param consumer closed by the loop
    public CommandReader(
            Consumer<byte[], byte[]> consumer,
            int slot,
            CallLog callLog,
            CommandDelivery delivery,
            DeadLetters deadLetters,
            Metrics metrics,
            InstantSource clock) {
        this.consumer = consumer;
        this.slot = new TopicPartition(Topics.SOCKET_COMMANDS.name(), slot);
        this.callLog = callLog;
        this.delivery = delivery;
        this.deadLetters = deadLetters;
        this.clock = clock;
        this.lag = metrics.timer("agent_stream_gateway_command_lag");
        this.commands = metrics.counter("agent_stream_gateway_commands");
    }

    /// Why no call can be served yet, or nothing.
    public Optional<String> reason() {
        return reading ? Optional.empty() : Optional.of("commands of slot " + slot.partition() + " are not read yet");
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
    public void onStart() {
        consumer.assign(List.of(slot));
    }

    @Override
    public void work() throws Exception {
        if (reading || begin()) {
            read();
        }
    }

    /// Kafka may not be there yet, or the topic: this is tried until it works.
    private boolean begin() {
        try {
            if (!placed) {
                consumer.seekToEnd(List.of(slot));
                position = consumer.position(slot, POSITION);
                placed = true;
            }
            reading = callLog.warmUp();
        } catch (RetriableException notYet) {
            return false;
        }
        if (!reading) {
            consumer.poll(POLL); // nothing can be for us yet; this keeps the pace
        }
        return reading;
    }

    private void read() throws InterruptedException {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        if (records.isEmpty()) {
            return;
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
    }

    private void deliver(ConsumerRecord<byte[], byte[]> commandRecord) {
        if (commandRecord.value() == null) {
            deadLetters.put(commandRecord, "a command without a value");
            return;
        }
        switch (Topics.SOCKET_COMMANDS.codec().decode(commandRecord.value())) {
            case Decoded.Value<SocketCommand>(SocketCommand command) -> delivery.add(command);
            case Decoded.Unknown<SocketCommand>(String what) -> deadLetters.passOver(commandRecord, what);
            case Decoded.Malformed<SocketCommand>(String reason) -> deadLetters.put(commandRecord, reason);
        }
    }

    @Override
    public void wakeUp() {
        consumer.wakeup();
    }

    @Override
    public void onClose() {
        reading = false;
        consumer.close();
    }
}
