package io.agentstream.cli.audit;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.MediaFrameCodec;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.time.Instant;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/// Gathers what the topics say of a stretch's calls.
///
/// @param lifecycleFrom calls from then on have all their records on `call.lifecycle.v1`; so the others
record LogEvidence(Instant lifecycleFrom, Instant mediaFrom, Instant eventsFrom, Instant conversationsFrom) {

    static LogEvidence gather(TopicScan topics, Stretch stretch) throws IOException {
        Instant from = Instant.ofEpochMilli(stretch.first().madeAtMs());
        return new LogEvidence(
                topics.read(Topics.CALL_LIFECYCLE, from, record ->
                        take(stretch, record, Topics.CALL_LIFECYCLE, LogEvidence::lifecycle)),
                topics.read(Topics.CALL_MEDIA, from, record -> media(stretch, record)),
                topics.read(Topics.RUN_EVENTS, from, record -> take(stretch, record, Topics.RUN_EVENTS, LogEvidence::decided)),
                topics.read(Topics.CONVERSATION_EVENTS, from, record -> said(stretch, record)))
                .with(topics, stretch, from);
    }

    private LogEvidence with(TopicScan topics, Stretch stretch, Instant from) throws IOException {
        topics.read(Topics.RUNS, from, record -> {
            if (record.value() == null) {
                CallId.fromKey(record.key()).ifPresent(id -> stretch.add(id, LogEvidence::deleted));
            } else {
                take(stretch, record, Topics.RUNS, LogEvidence::told);
            }
        });
        return this;
    }

    private static <V> void take(
            Stretch stretch, ConsumerRecord<byte[], byte[]> record, Topic<V> topic, BiConsumer<Evidence, V> taker) {
        byte[] key = record.key();
        byte[] value = record.value();
        if (key == null || value == null) {
            return;
        }
        CallId.fromKey(key).ifPresent(id -> stretch.add(id, call -> {
            switch (topic.codec().decode(value)) {
                case Decoded.Value<V>(V read) -> taker.accept(call, read);
                case Decoded.Unknown<V>(String what) -> call.newerWriter = true;
                case Decoded.Malformed<V>(String reason) -> call.unreadable(where(record) + ": " + reason);
            }
        }));
    }

    private static void lifecycle(Evidence call, CallEvent event) {
        call.onLifecycle = true;
        call.number(event.seq());
        call.at(event.at());
        switch (event) {
            case CallEvent.Offered offered -> {
                call.offered = true;
                call.refusal = offered.refusal();
            }
            case CallEvent.Started _, CallEvent.Alive _ -> {
                // they count by their numbers and times
            }
            case CallEvent.Ended ended -> {
                call.endedOtherwise |= call.ended != null && !call.ended.equals(ended);
                call.ended = ended;
            }
        }
    }

    /// Of a frame only the beginning is read, which has its call and its number, whatever is behind it and whoever can read that.
    private static void media(Stretch stretch, ConsumerRecord<byte[], byte[]> record) {
        byte[] key = record.key();
        byte[] value = record.value();
        if (key == null || value == null) {
            return;
        }
        CallId.fromKey(key).ifPresent(id -> stretch.add(id, call -> MediaFrameCodec.header(value)
                .filter(header -> header.callId().equals(id))
                .ifPresentOrElse(
                        header -> {
                            call.frames++;
                            call.number(header.seq());
                            call.at(header.atMs());
                        },
                        () -> call.unreadable(where(record) + ": not a frame of this call"))));
    }

    private static void decided(Evidence call, RunEvent event) {
        call.ref = event.run();
        call.at(event.at());
        switch (event) {
            case RunEvent.Created _ -> call.created = true;
            case RunEvent.Running running -> call.runningAt = running.at();
            case RunEvent.Completed _, RunEvent.Failed _ -> {
                call.overOtherwise |= call.over != null && !call.over.equals(event);
                call.over = event;
            }
            case RunEvent.HangUp _, RunEvent.Transferred _, RunEvent.Erased _ -> {
                // what became of the provider's side says nothing of the run
            }
        }
    }

    /// Of what is said nothing is kept. What only a newer version can read says nothing of services that this one knows.
    private static void said(Stretch stretch, ConsumerRecord<byte[], byte[]> record) {
        byte[] key = record.key();
        byte[] value = record.value();
        if (key == null || value == null) {
            return;
        }
        CallId.fromKey(key).ifPresent(id -> stretch.add(id, call -> {
            call.saidAt = Math.max(call.saidAt, record.offset());
            switch (Topics.CONVERSATION_EVENTS.codec().decode(value)) {
                case Decoded.Value<ConversationEvent>(ConversationEvent event) -> {
                    call.at(event.at());
                    if (call.isNews(event) && event instanceof ConversationEvent.Used used) {
                        call.services = ServiceUse.sum(call.services, used.services());
                    }
                }
                case Decoded.Unknown<ConversationEvent>(String what) -> {
                    // whoever keeps it passes it over, too
                }
                case Decoded.Malformed<ConversationEvent>(String reason) -> call.unreadable(where(record) + ": " + reason);
            }
        }));
    }

    private static void told(Evidence call, RunFacts facts) {
        Long number = facts.revision();
        long revision = number == null ? 0 : number;
        call.wentBack |= revision < call.revision;
        call.revision = Math.max(call.revision, revision);
        call.facts = facts;
        call.deleted = false;
        call.at(facts.updatedAt());
        call.at(facts.finalizedAt());
    }

    private static void deleted(Evidence call) {
        call.facts = null;
        call.deleted = true;
    }

    private static String where(ConsumerRecord<byte[], byte[]> record) {
        return "record " + record.offset() + " of " + record.topic() + "-" + record.partition();
    }
}
