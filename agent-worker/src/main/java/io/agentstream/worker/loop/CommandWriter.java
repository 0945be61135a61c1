package io.agentstream.worker.loop;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;

/// Writes what gateways are to do with their sockets. Only the loop; what the producer reports comes from its own thread.
///
/// All commands of a loop go through one producer that has one request in flight, so that a close or a mark cannot overtake
/// the audio before it. Audio that cannot be delivered is counted and gone. A clear or a close is sent again until it is
/// delivered or the call is over: a late clear is harmless, because it names its turn, and a late close is still a close.
final class CommandWriter {

    static final long RESEND_AFTER_MS = 500;

    /// Each conversation has one close and few clears under way; more than this means that Kafka is gone for long.
    static final int MAX_UNDELIVERED = 10_000;

    private record Undelivered(LiveConversation of, SocketCommand command) {}

    private final Producer<byte[], byte[]> producer;
    private final WorkerMeters meters;
    private final Callback count;
    private final Queue<Undelivered> undelivered = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean anyUndelivered = new AtomicBoolean();
    private long resendAtMs;

    /// @param producer of the media profile; stays its giver's to close
    CommandWriter(Producer<byte[], byte[]> producer, WorkerMeters meters) {
        this.producer = producer;
        this.meters = meters;
        this.count = (metadata, failure) -> {
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
        to.playedFrames++;
        meters.played().increment();
        send(to, new SocketCommand.Play(to.callId, turn, seq, frameBytes, audio, to.epoch), count);
    }

    void mark(LiveConversation to, int turn) {
        send(to, new SocketCommand.Mark(to.callId, turn, "turn-" + turn, to.epoch), count);
    }

    /// For a clear or a close.
    void insist(LiveConversation to, SocketCommand command) {
        send(to, command, (metadata, failure) -> {
            if (failure != null) {
                meters.undelivered().increment();
                if (!to.closed) {
                    undelivered.add(new Undelivered(to, command));
                    anyUndelivered.set(true);
                }
            }
        });
    }

    /// A close for a call that has no conversation.
    void refuse(int slot, CallId callId, SocketCommand.Close close) {
        send(slot, callId.toKey(), close, count);
    }

    /// A close for a call of which nobody knows which gateway has it: all of them are told, and those that do not hold it pass it over.
    void refuseEverywhere(CallId callId, SocketCommand.Close close) {
        byte[] key = callId.toKey();
        try {
            for (PartitionInfo slot : producer.partitionsFor(Topics.SOCKET_COMMANDS.name())) {
                send(slot.partition(), key, close, count);
            }
        } catch (KafkaException failure) {
            count.onCompletion(null, failure);
        }
    }

    /// Sends again what did not arrive, at most each half second.
    void resend(long nowMs) {
        if (!anyUndelivered.get() || nowMs < resendAtMs) {
            return;
        }
        resendAtMs = nowMs + RESEND_AFTER_MS;
        anyUndelivered.set(false);
        int most = Math.min(undelivered.size(), MAX_UNDELIVERED); // what fails at once is in the queue again
        for (int i = 0; i < most; i++) {
            Undelivered next = undelivered.poll();
            if (next != null && !next.of().closed) {
                insist(next.of(), next.command());
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
