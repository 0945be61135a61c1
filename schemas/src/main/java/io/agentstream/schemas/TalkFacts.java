package io.agentstream.schemas;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

@Doc("What a run's conversation told.")
public record TalkFacts(
        @Doc("When a worker took the conversation up.") @Nullable Instant beganAt,
        @Doc("Number of the newest turn.") int turns,
        @Doc("Turns of the agent.") int agentTurns,
        @Doc("Turns of the caller: speech and keys.") int callerTurns,
        @Doc("Turns of the agent that the caller cut off.") int interruptions,
        @Doc("Keys that the caller pressed: how many, not which.") int keys,
        @Doc("Uses of tools that were answered, an http node among them, and transfers that were tried.") int tools,
        @Doc("When the caller was first heard to speak.") @Nullable Instant firstSpeechAt,
        @Doc("When the caller's last speech was over.") @Nullable Instant lastSpeechAt,
        @Doc("Milliseconds of the caller's speech.") long callerMs,
        @Doc("Milliseconds of the agent's speech that the caller heard.") long agentMs,
        @Doc("Milliseconds of the run in which neither spoke; once it is over, and absent where the agent tells no turns, as an echo.") @Nullable Long silenceMs,
        @Doc("How often the caller waited for an answer and heard it begin. What the agent says before the caller has said anything is no"
                + " answer; older writers count it.") int replies,
        @Doc("Sum of those waits in milliseconds, each from the caller's last sound or key to the first sound of the answer that was"
                + " played.") long replyMs,
        @Doc("The longest of those waits in milliseconds.") @Nullable Long longestReplyMs,
        @Doc("How often another worker went on with the conversation.") int resumed,
        @Doc("Milliseconds of the caller's audio that nobody heard because of it.") long gapMs,
        @Doc("Generation of the workers' group that the newest event is of; 0 where it has none.") int epoch,
        @Doc("Number of the newest event.") long number,
        @Doc("When the agent asked last for the caller to be given to somebody else.") @Nullable Instant transferAskedAt,
        @Doc("What its services were used for; absent where nothing was, and from older writers.") @Nullable List<ServiceUse> services,
        @Doc("What the callers' waits were made of; absent where no answer passed every stage, and from older writers.") @Nullable StageFacts stages,
        @Doc("Milliseconds from when the agent was to speak first to the first sound of its greeting that was played; absent where it did not,"
                + " and from older writers.") @Nullable Long greetingMs) {

    /// As an older writer tells it.
    public TalkFacts(
            @Nullable Instant beganAt,
            int turns,
            int agentTurns,
            int callerTurns,
            int interruptions,
            int keys,
            int tools,
            @Nullable Instant firstSpeechAt,
            @Nullable Instant lastSpeechAt,
            long callerMs,
            long agentMs,
            @Nullable Long silenceMs,
            int replies,
            long replyMs,
            @Nullable Long longestReplyMs,
            int resumed,
            long gapMs,
            int epoch,
            long number,
            @Nullable Instant transferAskedAt,
            @Nullable List<ServiceUse> services,
            @Nullable StageFacts stages) {
        this(
                beganAt, turns, agentTurns, callerTurns, interruptions, keys, tools, firstSpeechAt, lastSpeechAt, callerMs, agentMs, silenceMs,
                replies, replyMs, longestReplyMs, resumed, gapMs, epoch, number, transferAskedAt, services, stages, null);
    }

    public static final TalkFacts NONE =
            new TalkFacts(null, 0, 0, 0, 0, 0, 0, null, null, 0, 0, null, 0, 0, null, 0, 0, 0, 0, null, null, null);
}
