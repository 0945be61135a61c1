package io.agentstream.schemas;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a conversation is made of, on `conversation.events.v1`.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface ConversationEvent {

    CallId callId();

    /// Number of the event within the conversation, from 1.
    long number();

    /// Sequence number of the call's newest record that the conversation had seen.
    long after();

    Instant at();

    /// Which of the two parties.
    enum Party {
        AGENT,
        CALLER,
        /// Somebody whom only a newer writer knows.
        @JsonEnumDefaultValue
        OTHER
    }

    @JsonTypeName("began")
    @Doc("A worker holds a conversation for the run from now on. A run that is running and gets none is ended.")
    record Began(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at)
            implements ConversationEvent {}

    @JsonTypeName("turn_started")
    @Doc("Somebody begins to speak.")
    record TurnStarted(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc("The turn.") int turn,
            @Doc("Who speaks.") Party by)
            implements ConversationEvent {}

    @JsonTypeName("heard")
    @Doc("The caller said or pressed something.")
    record Heard(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc("The turn.") int turn,
            @Doc("What was said, where the engine transcribes.") @Nullable String text,
            @Doc("The key that was pressed.") @Nullable String digit,
            @Doc("Milliseconds of speech.") @Nullable Long speechMs)
            implements ConversationEvent {}

    @JsonTypeName("said")
    @Doc("The agent's words of a turn were given to the caller, whole or in part.")
    record Said(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc("The turn.") int turn,
            @Doc("The words.") String text,
            @Doc("Milliseconds of the audio that the caller heard.") long playedMs,
            @Doc("Whether the caller heard all of it.") boolean whole)
            implements ConversationEvent {}

    @JsonTypeName("interrupted")
    @Doc("The caller spoke or pressed a key while the agent spoke; the rest of the turn was dropped.")
    record Interrupted(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc("The turn that was interrupted.") int turn)
            implements ConversationEvent {}

    @JsonTypeName("node_entered")
    @Doc("The conversation came to another node of the agent's definition.")
    record NodeEntered(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc("Name of the node.") String node)
            implements ConversationEvent {}

    @JsonTypeName("tool_called")
    @Doc("The agent used a tool.")
    record ToolCalled(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc("The turn.") int turn,
            @Doc("Name of the tool.") String tool,
            @Doc("What it was given.") JsonNode arguments,
            @Doc("What it answered; absent while it works.") @Nullable JsonNode result)
            implements ConversationEvent {}

    @JsonTypeName("latency")
    @Doc("How long the caller waited for something.")
    record Latency(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc("The turn.") int turn,
            @Doc("What was waited for: first_audio, barge_in.") String what,
            @Doc("Milliseconds.") long ms)
            implements ConversationEvent {}

    @JsonTypeName("hung_up")
    @Doc("The agent ends the call.")
    record HungUp(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc("Why.") End end)
            implements ConversationEvent {}

    @JsonTypeName("resumed")
    @Doc("Another worker went on with the conversation.")
    record Resumed(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc("Milliseconds of the caller's audio that nobody heard.") long gapMs)
            implements ConversationEvent {}
}
