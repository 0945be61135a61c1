package io.agentstream.orchestrator.run;

import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;

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
}
