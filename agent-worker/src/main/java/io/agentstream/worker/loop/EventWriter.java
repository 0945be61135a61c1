package io.agentstream.worker.loop;

import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.runtime.Causes;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.ConversationSnapshot;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import io.agentstream.worker.takeover.Batch;
import io.agentstream.worker.takeover.SnapshotEpoch;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes what conversations are made of, and what another worker needs to go on with them. Each loop has one; they may
/// share a producer. Only the loop; what the producer reports comes from its own thread.
final class EventWriter {

    private static final Logger log = LoggerFactory.getLogger(EventWriter.class);

    /// What fits into a record with its key and what Kafka adds, and what readers of a topic's JSON take.
    static final int MAX_SNAPSHOT_BYTES = (1 << 20) - 4_096;

    private final Producer<byte[], byte[]> producer;
    private final WorkerMeters meters;
    private final ProducerHealth health = new ProducerHealth();
    private final JournalWriter journal;
    private final Runnable awaitedSettled;
    private Batch batch = new Batch();

    /// What becomes of a record. On the producer's thread, or within the sending.
    private interface Settled {

        /// @param failure null: it is written
        void as(@Nullable Exception failure);
    }

    /// @param producer of the events profile that does not block; stays its giver's to close
    /// @param awaitedSettled told when a snapshot that is waited for is written, or could not be; on the producer's thread
    EventWriter(Producer<byte[], byte[]> producer, WorkerMeters meters, Runnable awaitedSettled) {
        this.awaitedSettled = awaitedSettled;
        this.producer = producer;
        this.meters = meters;
        this.journal = new JournalWriter(producer, meters);
    }

    /// What the machines took in and gave; written with the snapshots, and for longer not than a batch may wait.
    JournalWriter journal() {
        return journal;
    }

    /// Closes the batch that was sent up to now, and begins another.
    Batch nextBatch() {
        Batch closed = batch;
        batch = new Batch();
        return closed;
    }

    /// Whether the producer knows the topics. It never blocks, so it has to be asked until it does.
    boolean ready() {
        try {
            return !producer.partitionsFor(Topics.CONVERSATION_EVENTS.name()).isEmpty()
                    && !producer.partitionsFor(Topics.CONVERSATION_SNAPSHOTS.name()).isEmpty()
                    && !producer.partitionsFor(Topics.CALL_JOURNAL.name()).isEmpty();
        } catch (KafkaException notYet) {
            return false;
        }
    }

    void tell(LiveConversation of, Fact fact, long nowMs) {
        of.number++;
        send(Topics.CONVERSATION_EVENTS, of, encoded(of, event(of, fact, Instant.ofEpochMilli(nowMs))));
    }

    /// Tells what the conversation's services were used for. Where that could not be written it is told again with the next, as long as the conversation is held here; where
    /// Kafka has it all the same, and only did not say so in time, it counts twice.
    void used(LiveConversation of, List<ServiceUse> uses, long nowMs) {
        of.number++;
        ConversationEvent.Used event = new ConversationEvent.Used(of.callId, of.number, of.after, Instant.ofEpochMilli(nowMs), uses, of.epoch);
        send(Topics.CONVERSATION_EVENTS, of, encoded(of, event), List.of(), failure -> {
            if (failure != null) {
                of.unwritten.accumulateAndGet(uses, ServiceUse::sum);
            }
        });
    }

    private static byte[] encoded(LiveConversation of, ConversationEvent event) {
        SealKey words = of.words();
        return Topics.CONVERSATION_EVENTS.codec().encode(words == null ? event : Sealing.seal(event, words));
    }

    private static ConversationEvent event(LiveConversation of, Fact fact, Instant at) {
        CallId call = of.callId;
        long number = of.number;
        long after = of.after;
        Integer epoch = of.epoch;
        return switch (fact) {
            case Fact.Began f -> new ConversationEvent.Began(call, number, after, at, epoch);
            case Fact.TurnStarted f -> new ConversationEvent.TurnStarted(call, number, after, at, f.turn(), f.by(), epoch);
            case Fact.Heard f -> new ConversationEvent.Heard(call, number, after, at, f.turn(), null, f.digit(), f.speechMs(), epoch);
            case Fact.Understood f ->
                new ConversationEvent.Heard(call, number, after, at, f.turn(), f.text(), null, f.speechMs(), epoch);
            case Fact.ToolUsed f ->
                new ConversationEvent.ToolCalled(call, number, after, at, f.turn(), f.tool(), f.arguments(), f.result(), epoch);
            case Fact.TransferAsked f -> new ConversationEvent.ToolCalled(
                    call, number, after, at, f.turn(), f.tool(), f.arguments(), null, epoch, null, f.key(), null);
            case Fact.Said f -> new ConversationEvent.Said(
                    call, number, after, at, f.turn(), f.text(), f.playedMs(), f.whole(), epoch, null, of.stages.of(f.turn()));
            case Fact.Interrupted f -> new ConversationEvent.Interrupted(call, number, after, at, f.turn(), epoch);
            case Fact.NodeEntered f -> new ConversationEvent.NodeEntered(call, number, after, at, f.node(), epoch, f.outcome());
            case Fact.Latency f -> new ConversationEvent.Latency(call, number, after, at, f.turn(), f.what(), f.ms(), epoch);
            case Fact.HungUp f -> new ConversationEvent.HungUp(call, number, after, at, f.end(), epoch);
            case Fact.Resumed f -> new ConversationEvent.Resumed(call, number, after, at, f.gapMs(), epoch);
        };
    }

    void save(LiveConversation of, long nowMs) {
        journal.flush(of, false);
        of.unsavedSeconds = 0;
        of.unsaved = false;
        of.savedMs = nowMs;
        if (of.pending != null && of.pending.sealed() != null) {
            return; // what was left stands there, and nobody here can say it better
        }
        SavedConversation left = of.pending == null ? null : of.pending.left();
        SavedConversation saved = left != null ? left : SavedConversation.of(of.state);
        ConversationSnapshot snapshot = new ConversationSnapshot(
                of.callId, of.after, Instant.ofEpochMilli(nowMs), of.number, of.reference(), Json.MAPPER.valueToTree(saved), of.epoch);
        SealKey words = of.words();
        byte[] value = Topics.CONVERSATION_SNAPSHOTS.codec().encode(words == null ? snapshot : Sealing.seal(snapshot, words));
        int number = ++of.saves;
        if (value.length <= MAX_SNAPSHOT_BYTES) {
            send(Topics.CONVERSATION_SNAPSHOTS, of, value, SnapshotEpoch.headers(of.epoch), failure -> settled(of, number, failure));
        } else {
            tooLarge(of, value.length);
            of.writtenSave.accumulateAndGet(number, Math::max); // it never is, and nothing is to wait for it
        }
    }

    private void settled(LiveConversation of, int number, @Nullable Exception failure) {
        int awaited = of.awaitedSave;
        if (failure == null) {
            int before = of.writtenSave.getAndAccumulate(number, Math::max); // one that cannot be may have passed it
            if (before < awaited && awaited <= number) {
                awaitedSettled.run();
            }
        } else {
            of.lostSave.accumulateAndGet(number, Math::max);
            if (of.writtenSave.get() < awaited && awaited <= number) {
                awaitedSettled.run();
            }
        }
    }

    /// The one before stands: whoever takes over goes on from there. What a dialogue keeps is bounded so that it does not come to this; no record
    /// that nobody can write, or read, is tried again and again.
    private void tooLarge(LiveConversation of, int bytes) {
        meters.eventsLost().increment();
        if (!of.tooLarge) {
            of.tooLarge = true;
            log.atError().addKeyValue("call", of.callId).addKeyValue("bytes", bytes).log("snapshot does not fit into a record; the one before stands");
        }
    }

    /// Says that the conversation is over.
    void forget(LiveConversation of) {
        journal.flush(of, true);
        send(Topics.CONVERSATION_SNAPSHOTS, of, null);
    }

    ProducerHealth health() {
        return health;
    }

    /// Waits until everything was written or given up, which takes as long as the producer's own limit.
    void flush() {
        producer.flush();
    }

    private void send(Topic<?> topic, LiveConversation of, byte @Nullable [] value) {
        send(topic, of, value, List.of(), failure -> { });
    }

    private void send(Topic<?> topic, LiveConversation of, byte @Nullable [] value, List<Header> headers, Settled settled) {
        Batch in = batch;
        in.sent();
        Callback report = (metadata, failure) -> {
            health.report(failure);
            in.settled(failure != null && lost(topic, of, failure));
            settled.as(failure);
        };
        try {
            producer.send(new ProducerRecord<>(topic.name(), of.partition, of.key, value, headers), report);
        } catch (KafkaException failure) { // most failures come to the callback, but not all
            report.onCompletion(null, failure);
        }
    }

    /// A snapshot that could not be written is written again in a second, as long as that may help, and sooner where something waits for it ([Intents#toSaveAgain]); the
    /// reason of the others is said, and they are gone.
    ///
    /// @return whether it may help
    private boolean lost(Topic<?> topic, LiveConversation of, Exception failure) {
        meters.eventsLost().increment();
        log.atError()
                .addKeyValue("call", of.callId)
                .addKeyValue("topic", topic.name())
                .addKeyValue("failure", Causes.of(failure))
                .log("event could not be written");
        boolean mayBeTriedAgain = failure instanceof RetriableException;
        if (mayBeTriedAgain && topic.equals(Topics.CONVERSATION_SNAPSHOTS)) {
            of.unsaved = true;
        }
        return mayBeTriedAgain;
    }
}
