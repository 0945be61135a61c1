package io.agentstream.agents.conversation;

import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A conversation's state as another worker needs it: without the audio, which can be made again.
///
/// @param phase where the conversation was
/// @param turn newest turn
/// @param manners what was listened to
/// @param memory what the dialogue, or an engine outside of the machine, needs to go on; absent as long as nothing was said
/// @param keys keys that wait for a node that takes keys; absent where there are none
/// @param spokeMs length of what the caller has said that waits to be answered; absent where there is nothing
/// @param pace how the caller speaks; absent as long as nothing is known
/// @param failure why the call is being closed, where something of ours has failed: whoever takes over closes it with the same cause
/// @param end how the agent has ended it, where that was not as an agent does; absent from older writers
public record SavedConversation(
        Phase phase,
        int turn,
        Manners manners,
        @Nullable JsonNode memory,
        @Nullable String keys,
        @Nullable Long spokeMs,
        @Nullable Pace pace,
        @Nullable Failure failure,
        @Nullable End end) {

    public SavedConversation(Phase phase, int turn, Manners manners, @Nullable JsonNode memory) {
        this(phase, turn, manners, memory, null, null, null, null, null);
    }

    public SavedConversation(
            Phase phase, int turn, Manners manners, @Nullable JsonNode memory, @Nullable String keys, @Nullable Failure failure) {
        this(phase, turn, manners, memory, keys, null, null, failure, null);
    }

    private static SavedConversation with(
            Phase phase, int turn, Manners manners, @Nullable JsonNode memory, Caller caller, long spokeMs) {
        return new SavedConversation(
                phase, turn, manners, memory, caller.keys().isEmpty() ? null : caller.keys(), spokeMs == 0 ? null : spokeMs,
                caller.pace().equals(Pace.UNKNOWN) ? null : caller.pace(), null, null);
    }

    /// What of the caller outlives a worker: whether the caller speaks is found out anew.
    Caller caller() {
        return Caller.left(keys, spokeMs, pace);
    }

    public enum Phase {
        /// Nothing was said yet.
        OPENING,
        /// The engine's audio flows beside the caller's.
        BRIDGED,
        /// A line is being made or spoken.
        SPEAKING,
        LISTENING,
        /// The agent has hung up, or the call is closed because something failed.
        CLOSING
    }

    /// Whether all of it was there: a snapshot of another version may lack something, or name a phase that is not known here.
    @SuppressWarnings("NullAway") // it comes from outside, whatever its types promise
    public boolean isWhole() {
        return phase != null && manners != null && manners.digits() != null;
    }

    /// Of a live state; the state of a call that is over has nothing to be saved but that it is.
    public static SavedConversation of(Conversation state) {
        JsonNode said = switch (state.floor()) {
            case Floor.Speaking speaking -> said(state.dialogue(), speaking);
            case Floor.Held held -> said(state.dialogue(), held.line());
            case Floor.Opening _, Floor.Bridged _, Floor.Thinking _, Floor.Listening _, Floor.Ended _ -> state.dialogue().memory(0, 0);
        };
        return switch (state.floor()) {
            case Floor.Opening o -> new SavedConversation(Phase.OPENING, 0, Manners.DEAF, null);
            case Floor.Bridged b -> new SavedConversation(Phase.BRIDGED, b.turn(), Manners.DEAF, null);
            case Floor.Thinking t -> {
                JsonNode memory = said == null ? t.memory() : said;
                yield with(memory == null ? Phase.OPENING : Phase.SPEAKING, t.turn(), t.manners(), memory, t.caller(), t.caller().spokeMs());
            }
            case Floor.Speaking s -> speaking(s, said);
            case Floor.Held h -> speaking(h.line(), said);
            case Floor.Listening l -> with(
                    Phase.LISTENING, l.turn(), l.manners(), said == null ? l.memory() : said, l.caller(),
                    l.pause() == null ? 0 : Math.max(1, l.pause().speechMs()));
            case Floor.Ended e -> new SavedConversation(
                    Phase.CLOSING, e.turn(), Manners.DEAF, null, null, null, null, e.failure(), e.end());
        };
    }

    private static @Nullable JsonNode said(Dialogue dialogue, Floor.Speaking line) {
        return dialogue.memory(line.playedMs(), line.wire().baseMs());
    }

    private static SavedConversation speaking(Floor.Speaking line, @Nullable JsonNode said) {
        return with(
                Phase.SPEAKING, line.turn(), line.manners(), said == null ? line.memory() : said, line.caller(), line.caller().spokeMs());
    }
}
