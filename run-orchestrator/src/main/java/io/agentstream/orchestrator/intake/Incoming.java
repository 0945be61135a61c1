package io.agentstream.orchestrator.intake;

import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.Topics;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/// A record that was read, and where it came from.
sealed interface Incoming {

    Source source();

    CallId callId();

    record Lifecycle(CallEvent event, Source source) implements Incoming {
        @Override
        public CallId callId() {
            return event.callId();
        }
    }

    record Conversation(ConversationEvent event, Source source) implements Incoming {
        @Override
        public CallId callId() {
            return event.callId();
        }
    }

    /// Reads a record of either topic.
    static Decoded<Incoming> decode(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return new Decoded.Malformed<>("a record without a value");
        }
        Source source = new Source(record.topic(), record.partition(), record.offset());
        if (record.topic().equals(Topics.CALL_LIFECYCLE.name())) {
            return switch (Topics.CALL_LIFECYCLE.codec().decode(record.value())) {
                case Decoded.Value<CallEvent>(CallEvent event) ->
                    new Decoded.Value<>(new Incoming.Lifecycle(event, source));
                case Decoded.Unknown<CallEvent>(String what) -> new Decoded.Unknown<>(what);
                case Decoded.Malformed<CallEvent>(String reason) -> new Decoded.Malformed<>(reason);
            };
        }
        return switch (Topics.CONVERSATION_EVENTS.codec().decode(record.value())) {
            case Decoded.Value<ConversationEvent>(var event) ->
                new Decoded.Value<>(new Incoming.Conversation(event, source));
            case Decoded.Unknown<ConversationEvent>(String what) -> new Decoded.Unknown<>(what);
            case Decoded.Malformed<ConversationEvent>(String reason) ->
                new Decoded.Malformed<>(reason);
        };
    }
}
