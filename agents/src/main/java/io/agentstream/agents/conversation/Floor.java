package io.agentstream.agents.conversation;

import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Who may speak: the half of a conversation's state that knows turns, what was played of them and what the caller does, and nothing of
/// what is said. `turn` is the newest number that was given to a turn.
public sealed interface Floor {

    Floor NEW = new Opening();

    int turn();

    /// The run is not known to be running.
    record Opening() implements Floor {
        @Override
        public int turn() {
            return 0;
        }
    }

    /// The engine's audio flows beside the caller's, all of it as one turn.
    ///
    /// @param fromMs since when the caller is heard, by the gateway's clock; 0: from the beginning
    record Bridged(int turn, long fromMs) implements Floor {}

    /// Whoever answers is asked and has not given audio yet.
    ///
    /// @param sinceMs since when the caller waits; the greatest number where nobody does
    /// @param memory what an engine outside of the machine has left; null where the dialogue keeps its own
    /// @param caller what the caller does meanwhile
    /// @param soundless lines in a row that had no sound, up to this one
    record Thinking(int turn, long sinceMs, Manners manners, @Nullable JsonNode memory, Caller caller, int soundless)
            implements Floor {

        Thinking(int turn, long sinceMs, Manners manners, @Nullable JsonNode memory, Caller caller) {
            this(turn, sinceMs, manners, memory, caller, 0);
        }
    }

    /// Audio of the turn is on its way to the caller.
    ///
    /// @param text what was given to the caller, or waits to be
    /// @param waiting audio that is not sent yet
    /// @param sentMs milliseconds of audio that were sent
    /// @param playedMs milliseconds that the caller is known to have heard
    /// @param endsMs when the caller will have heard what was sent, by the clock
    /// @param then what follows; absent while the engine has not finished
    /// @param sinceMs since when the caller waits to hear the turn's first sound; the greatest number where nobody does
    /// @param caller what the caller does meanwhile
    record Speaking(
            int turn,
            Manners manners,
            @Nullable JsonNode memory,
            String text,
            List<Slice> waiting,
            long sentMs,
            long playedMs,
            long endsMs,
            @Nullable Then then,
            long sinceMs,
            Caller caller)
            implements Floor {

        /// Milliseconds that the caller has probably heard by now.
        long heardMs(long nowMs) {
            return Math.clamp(sentMs - Math.max(0, endsMs - nowMs), Math.min(playedMs, sentMs), sentMs);
        }
    }

    /// It is the caller's turn.
    ///
    /// @param hearing whether the turn is the caller's speech, which will be answered
    /// @param caller what the caller does
    record Listening(int turn, Manners manners, @Nullable JsonNode memory, boolean hearing, Caller caller)
            implements Floor {}

    /// Over; nothing leads out of here.
    ///
    /// @param failure what of ours has ended it; null where it ended as it should
    /// @param end how the agent has ended it, where that was not as an agent does; null: as one does, or not by the agent
    record Ended(int turn, @Nullable Failure failure, @Nullable End end) implements Floor {

        public Ended(int turn) {
            this(turn, null, null);
        }

        public Ended(int turn, @Nullable Failure failure) {
            this(turn, failure, null);
        }
    }
}
