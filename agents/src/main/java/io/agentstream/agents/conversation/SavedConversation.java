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
/// @param failure why the call is being closed, where something of ours has failed: whoever takes over closes it with the same cause
/// @param end how the agent has ended it, where that was not as an agent does; absent from older writers
public record SavedConversation(
        Phase phase, int turn, Manners manners, @Nullable JsonNode memory, @Nullable String keys, @Nullable Failure failure,
        @Nullable End end) {

    public SavedConversation(Phase phase, int turn, Manners manners, @Nullable JsonNode memory) {
        this(phase, turn, manners, memory, null, null, null);
    }

    public SavedConversation(
            Phase phase, int turn, Manners manners, @Nullable JsonNode memory, @Nullable String keys, @Nullable Failure failure) {
        this(phase, turn, manners, memory, keys, failure, null);
    }

    private static SavedConversation with(Phase phase, int turn, Manners manners, @Nullable JsonNode memory, Caller caller) {
        return new SavedConversation(phase, turn, manners, memory, caller.keys().isEmpty() ? null : caller.keys(), null);
    }

    /// What of the caller outlives a worker: whether the caller speaks is found out anew.
    Caller caller() {
        return keys == null ? Caller.SILENT : Caller.withKeys(keys);
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
        JsonNode said = state.dialogue().memory(state.floor() instanceof Floor.Speaking speaking ? speaking.playedMs() : 0);
        return switch (state.floor()) {
            case Floor.Opening o -> new SavedConversation(Phase.OPENING, 0, Manners.DEAF, null);
            case Floor.Bridged b -> new SavedConversation(Phase.BRIDGED, b.turn(), Manners.DEAF, null);
            case Floor.Thinking t -> {
                JsonNode memory = said == null ? t.memory() : said;
                yield with(memory == null ? Phase.OPENING : Phase.SPEAKING, t.turn(), t.manners(), memory, t.caller());
            }
            case Floor.Speaking s -> with(Phase.SPEAKING, s.turn(), s.manners(), said == null ? s.memory() : said, s.caller());
            case Floor.Listening l -> with(Phase.LISTENING, l.turn(), l.manners(), said == null ? l.memory() : said, l.caller());
            case Floor.Ended e -> new SavedConversation(Phase.CLOSING, e.turn(), Manners.DEAF, null, null, e.failure(), e.end());
        };
    }
}
