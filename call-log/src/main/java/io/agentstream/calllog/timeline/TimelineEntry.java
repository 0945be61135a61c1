package io.agentstream.calllog.timeline;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.agentstream.calllog.CallEntry.Why;
import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.TurnStages;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One thing that happened in a call. Times are milliseconds since the socket was accepted, each by the clock of whoever wrote it down.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
public sealed interface TimelineEntry {

    /// When it happened; of what lasts, when it was over and known.
    long atMs();

    /// The call's own number of the record that says so; null where it has none.
    @Nullable Long seq();

    /// The call's newest record that whoever says so knew; null where it is not said.
    @Nullable Long after();

    /// Where it stands in time: its beginning, of what lasts.
    default long fromMs() {
        return atMs();
    }

    /// Something became of the socket or of whoever holds the conversation.
    ///
    /// @param event `offered`, `started`, `conversation_began`, `close_ordered`, `agent_hung_up`
    /// @param details what is known of it, by name: texts and numbers
    @JsonTypeName("lifecycle")
    record Lifecycle(long atMs, @Nullable Long seq, @Nullable Long after, String event, Map<String, Object> details)
            implements TimelineEntry {}

    /// What was decided of the run.
    ///
    /// @param event `created`, `running`, `completed`, `failed`
    @JsonTypeName("decision")
    record Decision(long atMs, @Nullable Long seq, @Nullable Long after, String event, Map<String, Object> details)
            implements TimelineEntry {}

    /// The provider was asked for something.
    ///
    /// @param request `session_check`, `hang_up`, or `transfer_` and how the transfer ended
    /// @param confirmed whether it said yes
    /// @param status of its answer; null where it gave none, or nobody wrote it down
    /// @param ms from the first try to the answer; null where nobody wrote it down
    /// @param tries how often it was asked; null where nobody wrote it down
    @JsonTypeName("provider")
    record Provider(
            long atMs, @Nullable Long seq, @Nullable Long after, String request, boolean confirmed, @Nullable Integer status,
            @Nullable Long ms, @Nullable Integer tries)
            implements TimelineEntry {}

    /// Somebody begins to speak.
    @JsonTypeName("turn")
    record Turn(long atMs, @Nullable Long seq, @Nullable Long after, int turn, Party by) implements TimelineEntry {}

    /// The caller said something, or pressed a key that was taken for an answer.
    ///
    /// @param speechMs how long it was spoken; null of a key
    /// @param text what was said; null where nobody transcribes, or it is gone
    @JsonTypeName("heard")
    record Heard(
            long atMs, @Nullable Long seq, @Nullable Long after, long fromMs, long toMs, int turn, @Nullable Long speechMs,
            @Nullable String text, @Nullable String digit)
            implements TimelineEntry {}

    /// The agent said something.
    ///
    /// @param text the words; null where they are gone
    /// @param playedMs how much of it the caller heard
    /// @param whole whether the caller heard all of it
    /// @param stages when it passed its stages; null where nobody waited for it, or that is not known
    @JsonTypeName("said")
    record Said(
            long atMs, @Nullable Long seq, @Nullable Long after, long fromMs, long toMs, int turn, @Nullable String text, long playedMs,
            boolean whole, @Nullable TurnStages stages)
            implements TimelineEntry {}

    /// The caller pressed a key.
    ///
    /// @param digit null where it is sealed
    @JsonTypeName("key")
    record Key(long atMs, @Nullable Long seq, @Nullable Long after, @Nullable String digit) implements TimelineEntry {}

    /// The agent was cut off.
    ///
    /// @param turn the one that was cut off
    /// @param heardMs how much of it the caller had heard; null where nobody wrote it down
    /// @param unheardMs how much of what had been sent was not heard; null where that is not known
    /// @param unheardText the words that were not heard, by the share of the time; null where that is not known
    @JsonTypeName("interruption")
    record Interruption(
            long atMs, @Nullable Long seq, @Nullable Long after, int turn, @Nullable Long heardMs, @Nullable Long unheardMs,
            @Nullable String unheardText)
            implements TimelineEntry {}

    /// The conversation came to another node of the agent's definition.
    @JsonTypeName("node")
    record Node(long atMs, @Nullable Long seq, @Nullable Long after, String node) implements TimelineEntry {}

    /// The agent used a tool.
    ///
    /// @param result null while it works, and where it is gone
    @JsonTypeName("tool")
    record Tool(
            long atMs, @Nullable Long seq, @Nullable Long after, int turn, String tool, @Nullable JsonNode arguments, @Nullable JsonNode result)
            implements TimelineEntry {}

    /// How long something took.
    ///
    /// @param stage of the beginning `introduction`, `admission`, `proof`, `conversation`, `answer`; of a turn `first_audio`,
    ///     `first_played`, `barge_in`
    /// @param turn null of the beginning
    @JsonTypeName("latency")
    record Latency(long atMs, @Nullable Long seq, @Nullable Long after, String stage, @Nullable Integer turn, long ms)
            implements TimelineEntry {}

    /// Audio of the caller that came late or not at all, for as long as that went on.
    ///
    /// @param late frames that came more than [FrameWatch#LATE_MS] later than the most punctual ones
    /// @param worstMs the most that one was late
    /// @param lost frames that are missing, by the provider's own time or by the call's numbers
    /// @param lostMs milliseconds of them
    @JsonTypeName("frames")
    record Frames(
            long atMs, @Nullable Long seq, @Nullable Long after, long fromMs, int late, long worstMs, int lost, long lostMs)
            implements TimelineEntry {}

    /// Neither side made a sound.
    @JsonTypeName("silence")
    record Silence(long atMs, @Nullable Long seq, @Nullable Long after, long fromMs, long ms) implements TimelineEntry {}

    /// Another worker went on with the conversation.
    ///
    /// @param gapMs milliseconds of the caller's audio that nobody heard
    @JsonTypeName("takeover")
    record Takeover(long atMs, @Nullable Long seq, @Nullable Long after, long gapMs) implements TimelineEntry {}

    /// Something was wrong that nobody complained of.
    ///
    /// @param turn which one; null where it is the whole call
    /// @param ms how long it was waited; null where it is no wait
    @JsonTypeName("fault")
    record Fault(long atMs, @Nullable Long seq, @Nullable Long after, SilentFault fault, @Nullable Integer turn, @Nullable Long ms)
            implements TimelineEntry {}

    /// The socket was closed.
    ///
    /// @param end how the call ended; null where it failed
    /// @param failure what went wrong; null where nothing did
    @JsonTypeName("close")
    record Close(
            long atMs, @Nullable Long seq, @Nullable Long after, int closeCode, String reason, @Nullable String end,
            @Nullable String failure, Map<String, Integer> oddMessages)
            implements TimelineEntry {}

    /// Something is not there any more, or never came.
    ///
    /// @param firstSeq number of the first record that is missing; null where nobody knows
    @JsonTypeName("gap")
    record Gap(
            long atMs, @Nullable Long seq, @Nullable Long after, Why why, String topic, @Nullable Long firstSeq, @Nullable Long lastSeq)
            implements TimelineEntry {}

    /// A record that cannot be read.
    @JsonTypeName("unreadable")
    record Unreadable(long atMs, @Nullable Long seq, @Nullable Long after, String topic, int partition, long offset, String reason)
            implements TimelineEntry {}
}
