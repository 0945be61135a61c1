package io.agentstream.agents.conversation;

import io.agentstream.agents.conversation.ConversationInput.Ending;
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

        /// Whether the caller waits for it since a sound or key: else nobody does, as for what the agent says by itself.
        public boolean isWaitedFor() {
            return sinceMs != FloorMachine.NOBODY_WAITS;
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
    /// @param wire where the audio is
    /// @param dueMs when the line wants to be called back
    /// @param fallsSilentMs when the agent falls silent if the caller speaks on; [Dialogue#NEVER] where nobody interrupts
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
            Caller caller,
            Wire wire,
            long dueMs,
            long fallsSilentMs)
            implements Floor {

        /// Milliseconds that the caller has probably heard by now.
        long heardMs(long nowMs) {
            return Math.clamp(sentMs - Math.max(0, endsMs - nowMs), Math.min(playedMs, sentMs), sentMs);
        }
    }

    /// Where a line's audio is.
    ///
    /// @param reply the turn that it is the answer of. It is played under another number once it goes on after it was held
    /// @param baseMs what was heard of it under former numbers
    /// @param unheard what was sent and is not known to be heard, in order
    record Wire(int reply, long baseMs, List<Slice> unheard) {

        static Wire of(int turn) {
            return new Wire(turn, 0, List.of());
        }
    }

    /// The agent has fallen silent in the middle of a line, because the caller speaks: to interrupt, or only to show that somebody listens. The
    /// line's answer goes on being made.
    ///
    /// @param line as it was; what comes of it waits
    /// @param heardMs what was heard of it
    /// @param sinceMs when the agent fell silent
    /// @param beganMs when the caller began to speak
    /// @param endedMs when the caller stopped; 0: the caller is speaking
    /// @param words what was understood of that; null as long as nothing was
    record Held(Speaking line, long heardMs, long sinceMs, long beganMs, long endedMs, ConversationInput.@Nullable CallerWords words)
            implements Floor {
        @Override
        public int turn() {
            return line.turn();
        }

        Held with(Speaking other) {
            return new Held(other, heardMs, sinceMs, beganMs, endedMs, words);
        }
    }

    /// It is the caller's turn.
    ///
    /// @param hearing whether the turn is the caller's speech, which will be answered
    /// @param caller what the caller does
    /// @param pause the caller has paused, or is done; null while the caller speaks, or has not begun
    /// @param ending how what was understood of the turn ends
    record Listening(
            int turn, Manners manners, @Nullable JsonNode memory, boolean hearing, Caller caller, @Nullable Pause pause, Ending ending)
            implements Floor {

        Listening(int turn, Manners manners, @Nullable JsonNode memory, boolean hearing, Caller caller) {
            this(turn, manners, memory, hearing, caller, null, Ending.UNKNOWN);
        }

        /// Since when the caller has spoken whose turn it is.
        long beganMs() {
            return pause == null ? caller.sinceMs() : pause.sinceMs() - pause.speechMs();
        }
    }

    /// The caller has stopped speaking.
    ///
    /// @param speechMs how long the caller's turn was by then, with the pauses in it
    /// @param lastMs how long what was said last was, behind the pause before
    record Pause(long sinceMs, long speechMs, long lastMs) {

        /// Behind a turn of one piece.
        Pause(long sinceMs, long speechMs) {
            this(sinceMs, speechMs, speechMs);
        }
    }

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
