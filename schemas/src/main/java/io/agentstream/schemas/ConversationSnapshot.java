package io.agentstream.schemas;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

@Doc("What another worker needs to go on with a conversation. A record without a value says that the conversation is over.")
public record ConversationSnapshot(
        @Doc("The call.") CallId callId,
        @Doc("The call's newest record that the snapshot takes into account.") long after,
        @Doc("When it was taken.") Instant at,
        @Doc("Number of the conversation's newest event.") long number,
        @Doc("The event that began the conversation, without the definition where that has a key.") RunEvent.Running run,
        @Doc("State of the conversation's machine.") JsonNode state,
        @Doc(ConversationEvent.EPOCH) @Nullable Integer epoch,
        @Doc(Sealing.DOC) @Nullable String sealed) {

    /// A snapshot of which nothing is sealed.
    public ConversationSnapshot(
            CallId callId, long after, Instant at, long number, RunEvent.Running run, JsonNode state, @Nullable Integer epoch) {
        this(callId, after, at, number, run, state, epoch, null);
    }
}
