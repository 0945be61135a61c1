package io.agentstream.worker.loop;

import io.agentstream.schemas.FrameSeal;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.jspecify.annotations.Nullable;

/// Writes what gateways are to do with their sockets. Only the loop; what the producer reports comes from its own thread.
///
/// All commands of a loop go through one producer that has one request in flight, so that a close or a mark cannot overtake
/// the audio before it. Audio that cannot be delivered is counted and gone. A clear or a close is sent again until it is
/// delivered or the call is over, or for a minute where nothing is heard of the call: a late clear is harmless, because it names its turn, and a late close is still a close.
final class CommandWriter {

    static final long RESEND_AFTER_MS = 500;

    /// Each conversation has one close and few clears under way; more than this means that Kafka is gone for long. What is beyond it is
    /// gone.
    static final int MAX_UNDELIVERED = 10_000;

    /// Of a call that has no conversation nobody hears that it is over.
    static final int MAX_TRIES = 120;

    private static final int EVERY_SLOT = -1;

    /// @param of conversation with whose end it is over too; null for a call that has none
    /// @param triesLeft of a call that has none
    private record Undelivered(int slot, SocketCommand command, @Nullable LiveConversation of, int triesLeft) {}

    private final Producer<byte[], byte[]> producer;
    private final WorkerMeters meters;
    private final Callback count;
    private final ProducerHealth health = new ProducerHealth();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Queue<Undelivered> undelivered = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean anyUndelivered = new AtomicBoolean();
    private long resendAtMs;

    /// @param producer of the media profile; stays its giver's to close
    CommandWriter(Producer<byte[], byte[]> producer, WorkerMeters meters) {
        this.producer = producer;
        this.meters = meters;
        this.count = (metadata, failure) -> {
            health.report(failure);
            if (failure != null) {
                meters.undelivered().increment();
            }
        };
    }

    /// Whether the producer knows the topic. It never blocks, so it has to be asked until it does.
    boolean ready() {
        try {
            return !producer.partitionsFor(Topics.SOCKET_COMMANDS.name()).isEmpty();
        } catch (KafkaException notYet) {
            return false;
        }
    }

    void play(LiveConversation to, int turn, int frameBytes, Slice audio) {
        int seq = to.nextSeq(turn);
        int frames = Math.ceilDiv(audio.length(), frameBytes);
        to.playedFrames += frames;
        meters.played().increment(frames);
        SocketCommand.Play play = new SocketCommand.Play(to.callId, turn, seq, frameBytes, to.sounds(audio), to.epoch);
        FrameSeal seal = to.seal();
        send(to, seal == null ? play : seal.seal(play), count);
    }

    void mark(LiveConversation to, int turn) {
        send(to, new SocketCommand.Mark(to.callId, turn, "turn-" + turn, to.epoch), count);
    }

    ProducerHealth health() {
        return health;
    }

    /// For a clear or a close.
    void insist(LiveConversation to, SocketCommand command) {
        insist(new Undelivered(to.slot, command, to, 0));
    }

    /// A close for a call that has no conversation.
    void refuse(int slot, SocketCommand.Close close) {
        insist(new Undelivered(slot, close, null, MAX_TRIES));
    }

    /// A close for a call of which nobody knows which gateway has it: all of them are told, and those that do not hold it pass it over.
    void refuseEverywhere(SocketCommand.Close close) {
        insist(new Undelivered(EVERY_SLOT, close, null, MAX_TRIES));
    }

    private void insist(Undelivered what) {
        if (what.slot() != EVERY_SLOT) {
            send(what.slot(), what.command().callId().toKey(), what.command(), (metadata, failure) -> {
                health.report(failure);
                if (failure != null) {
                    failed(what);
                }
            });
            return;
        }
        try {
            for (PartitionInfo slot : producer.partitionsFor(Topics.SOCKET_COMMANDS.name())) {
                insist(new Undelivered(slot.partition(), what.command(), null, what.triesLeft()));
            }
        } catch (KafkaException failure) {
            health.report(failure);
            failed(what);
        }
    }

    /// Any thread.
    private void failed(Undelivered what) {
        meters.undelivered().increment();
        LiveConversation of = what.of();
        boolean over = of == null ? what.triesLeft() <= 0 : of.closed;
        if (over) {
            return;
        }
        if (waiting.incrementAndGet() > MAX_UNDELIVERED) {
            waiting.decrementAndGet();
            return;
        }
        undelivered.add(what);
        anyUndelivered.set(true);
    }

    /// Sends again what did not arrive, at most each half second.
    void resend(long nowMs) {
        if (!anyUndelivered.get() || nowMs < resendAtMs) {
            return;
        }
        resendAtMs = nowMs + RESEND_AFTER_MS;
        anyUndelivered.set(false);
        int most = waiting.get(); // what fails at once is in the queue again
        for (int i = 0; i < most; i++) {
            Undelivered next = undelivered.poll();
            if (next == null) {
                break;
            }
            waiting.decrementAndGet();
            LiveConversation of = next.of();
            if (of == null || !of.closed) {
                insist(new Undelivered(next.slot(), next.command(), of, next.triesLeft() - 1));
            }
        }
    }

    private void send(LiveConversation to, SocketCommand command, Callback callback) {
        send(to.slot, to.key, command, callback);
    }

    private void send(int slot, byte[] key, SocketCommand command, Callback callback) {
        try {
            producer.send(
                    new ProducerRecord<>(
                            Topics.SOCKET_COMMANDS.name(), slot, key, Topics.SOCKET_COMMANDS.codec().encode(command)),
                    callback);
        } catch (KafkaException failure) { // most failures come to the callback, but not all
            callback.onCompletion(null, failure);
        }
    }
}
