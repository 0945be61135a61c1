package io.agentstream.agents.conversation;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A conversation's state as another worker needs it: without the audio, which can be made again.
///
/// @param phase where the conversation was
/// @param turn newest turn
/// @param manners what was listened to
/// @param memory the engine's own, absent as long as it has given none
public record SavedConversation(Phase phase, int turn, Manners manners, @Nullable JsonNode memory) {

    public enum Phase {
        /// Nothing was said yet.
        OPENING,
        /// The engine's audio flows beside the caller's.
        BRIDGED,
        /// A line is being made or spoken.
        SPEAKING,
        LISTENING,
        /// The agent has hung up.
        CLOSING
    }

    /// Of a live state; the state of a call that is over has nothing to be saved but that it is.
    public static SavedConversation of(Conversation state) {
        return switch (state) {
            case Conversation.Opening o -> new SavedConversation(Phase.OPENING, 0, Manners.DEAF, null);
            case Conversation.Bridged b -> new SavedConversation(Phase.BRIDGED, b.turn(), Manners.DEAF, null);
            case Conversation.Thinking t -> new SavedConversation(
                    t.memory() == null ? Phase.OPENING : Phase.SPEAKING, t.turn(), t.manners(), t.memory());
            case Conversation.Speaking s -> new SavedConversation(Phase.SPEAKING, s.turn(), s.manners(), s.memory());
            case Conversation.Listening l -> new SavedConversation(Phase.LISTENING, l.turn(), l.manners(), l.memory());
            case Conversation.Ended e -> new SavedConversation(Phase.CLOSING, e.turn(), Manners.DEAF, null);
        };
    }
}
