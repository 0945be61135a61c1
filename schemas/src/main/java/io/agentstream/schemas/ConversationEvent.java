package io.agentstream.schemas;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.time.Instant;
import java.util.List;
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

    /// Generation of the workers' group in which the writer took the conversation up; it is larger for whoever takes the
    /// conversation up after it. What comes with a smaller one than was seen of the call is of a worker that has lost the call and
    /// did not know it yet: it is not believed. Absent from workers that had none.
    @Nullable Integer epoch();

    String EPOCH = "Generation of the workers' group in which the writer took the conversation up; a smaller one than was seen"
            + " of the call is not believed.";

    /// Which of the two parties.
    enum Party {
        AGENT,
        CALLER,
        /// Somebody whom only a newer writer knows.
        @JsonEnumDefaultValue
        OTHER
    }

    @JsonTypeName("began")
    @Doc("A worker holds the conversation: the first event of each. A run that is running and has none is nobody's.")
    record Began(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc(EPOCH) @Nullable Integer epoch)
            implements ConversationEvent {}

    @JsonTypeName("turn_started")
    @Doc("Somebody begins to speak.")
    record TurnStarted(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc("The turn.") int turn,
            @Doc("Who speaks.") Party by,
            @Doc(EPOCH) @Nullable Integer epoch)
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
            @Doc("Milliseconds of speech.") @Nullable Long speechMs,
            @Doc(EPOCH) @Nullable Integer epoch,
            @Doc(Sealing.DOC) @Nullable String sealed)
            implements ConversationEvent {

        /// An event of which nothing is sealed.
        public Heard(
                CallId callId, long number, long after, Instant at, int turn, @Nullable String text, @Nullable String digit, @Nullable Long speechMs, @Nullable Integer epoch) {
            this(callId, number, after, at, turn, text, digit, speechMs, epoch, null);
        }
    }

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
            @Doc("Whether the caller heard all of it.") boolean whole,
            @Doc(EPOCH) @Nullable Integer epoch,
            @Doc(Sealing.DOC) @Nullable String sealed,
            @Doc("When the answer passed its stages; absent where nobody waited for it, where another worker had begun it, and from older writers.")
                    @Nullable TurnStages stages)
            implements ConversationEvent {

        /// Of which no stages are known.
        public Said(
                CallId callId, long number, long after, Instant at, int turn, String text, long playedMs, boolean whole, @Nullable Integer epoch,
                @Nullable String sealed) {
            this(callId, number, after, at, turn, text, playedMs, whole, epoch, sealed, null);
        }

        /// An event of which nothing is sealed.
        public Said(
                CallId callId, long number, long after, Instant at, int turn, String text, long playedMs, boolean whole, @Nullable Integer epoch) {
            this(callId, number, after, at, turn, text, playedMs, whole, epoch, null);
        }
    }

    @JsonTypeName("interrupted")
    @Doc("The caller spoke or pressed a key while the agent spoke; the rest of the turn was dropped.")
    record Interrupted(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc("The turn that was interrupted.") int turn,
            @Doc(EPOCH) @Nullable Integer epoch)
            implements ConversationEvent {}

    @JsonTypeName("node_entered")
    @Doc("The conversation came to another node of the agent's definition.")
    record NodeEntered(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc("Name of the node.") String node,
            @Doc(EPOCH) @Nullable Integer epoch,
            @Doc("What the call has achieved by that, in the words of its agent's definition; absent where that is nothing new, and from"
                    + " older writers.") @Nullable String outcome)
            implements ConversationEvent {

        /// One by which nothing is achieved, or an older writer's.
        public NodeEntered(CallId callId, long number, long after, Instant at, String node, @Nullable Integer epoch) {
            this(callId, number, after, at, node, epoch, null);
        }
    }

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
            @Doc("What it answered; absent while it works.") @Nullable JsonNode result,
            @Doc(EPOCH) @Nullable Integer epoch,
            @Doc(Sealing.DOC) @Nullable String sealed,
            @Doc("Key of this use within the call, where the orchestrator is to give the caller to whom the arguments say: to, a number or"
                            + " address, and ring_ms. Done once for each key. Absent for any other tool.")
                    @Nullable String transfer,
            @Doc("Of a sealed event: whether there is a result. Absent where the result says it, and from older writers, of whose sealed events"
                            + " it is not known without the key.")
                    @Nullable Boolean answered)
            implements ConversationEvent {

        /// An event of which nothing is sealed.
        public ToolCalled(
                CallId callId, long number, long after, Instant at, int turn, String tool, JsonNode arguments, @Nullable JsonNode result, @Nullable Integer epoch) {
            this(callId, number, after, at, turn, tool, arguments, result, epoch, null, null, null);
        }

        /// Whether the tool has answered, as far as the event says it without its key.
        public boolean hasAnswered() {
            return answered == null ? result != null : answered;
        }
    }

    @JsonTypeName("latency")
    @Doc("How long the caller waited for something.")
    record Latency(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc("The turn.") int turn,
            @Doc("What was waited for: first_audio, which was sent; first_played, which was heard; barge_in.") String what,
            @Doc("Milliseconds.") long ms,
            @Doc(EPOCH) @Nullable Integer epoch)
            implements ConversationEvent {}

    @JsonTypeName("hung_up")
    @Doc("The agent ends the call.")
    record HungUp(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc("Why.") End end,
            @Doc(EPOCH) @Nullable Integer epoch)
            implements ConversationEvent {}

    @JsonTypeName("resumed")
    @Doc("Another worker went on with the conversation.")
    record Resumed(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc("Milliseconds of the caller's audio that nobody heard.") long gapMs,
            @Doc(EPOCH) @Nullable Integer epoch)
            implements ConversationEvent {}

    @JsonTypeName("used")
    @Doc("What the conversation's services were used for since the event of this type before it: told soon after something was used, when the"
            + " conversation goes to another worker, and when it is over. The sum of them is what the call used. A worker that is killed has"
            + " not told what it used last: what came in the second before, and what was under way.")
    record Used(
            @Doc("The call.") CallId callId,
            @Doc("Number of the event within the conversation.") long number,
            @Doc("The call's newest record that the conversation had seen.") long after,
            @Doc("When.") Instant at,
            @Doc("What was used, by service.") List<ServiceUse> services,
            @Doc(EPOCH) @Nullable Integer epoch)
            implements ConversationEvent {}
}
