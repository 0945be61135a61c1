package io.agentstream.calllog;

import io.agentstream.calllog.CallEntry.Missing;
import io.agentstream.calllog.CallEntry.Why;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What the numbers that workers give say of records that are missing: those of a conversation's events, which go on from one worker to the
/// next, and those of the agent's audio, which begin with 0 in each turn of each worker. What came twice says nothing, nor does what was
/// written by a worker that had lost the call. One thread.
final class TopicNumbers {

    private int eventsEpoch;
    private long event;
    private int playsEpoch = SocketCommand.NO_EPOCH;
    private int turn;
    /// Number of the newest audio of the turn; before the first one none is expected but the first.
    private int play = -1;
    private boolean hasPlayed;

    /// What is missing before an entry; null where nothing is.
    ///
    /// @param isCut whether the beginning of its topic is deleted: then nothing is known of what was before the first that is left
    @Nullable Missing before(CallEntry entry, boolean isCut) {
        return switch (entry) {
            case CallEntry.Conversation(var _, ConversationEvent told) -> before(told, isCut);
            case CallEntry.Command(var _, SocketCommand command) -> switch (command) {
                case SocketCommand.Play p -> before(entry.at(), p.epoch(), p.turn(), p.seq(), isCut);
                case SocketCommand.SealedPlay p -> before(entry.at(), p.epoch(), p.turn(), p.seq(), isCut);
                case SocketCommand.Admit _, SocketCommand.Open _, SocketCommand.Clear _, SocketCommand.Mark _, SocketCommand.Finish _,
                        SocketCommand.Close _ -> null;
            };
            case CallEntry.Lifecycle _, CallEntry.Media _, CallEntry.Decision _, CallEntry.Unreadable _, Missing _ -> null;
        };
    }

    private @Nullable Missing before(ConversationEvent told, boolean isCut) {
        Integer writers = told.epoch();
        int epoch = writers == null ? eventsEpoch : writers;
        if (epoch < eventsEpoch || (epoch == eventsEpoch && told.number() <= event)) {
            return null;
        }
        long expected = isCut && event == 0 ? told.number() : event + 1;
        eventsEpoch = epoch;
        event = told.number();
        return lost(told.at(), Topics.CONVERSATION_EVENTS.name(), expected, told.number());
    }

    private @Nullable Missing before(Instant at, int writer, int ofTurn, int number, boolean isCut) {
        int epoch = writer == SocketCommand.NO_EPOCH ? playsEpoch : writer;
        boolean goesOn = hasPlayed && epoch == playsEpoch;
        if (hasPlayed && (epoch < playsEpoch || (goesOn && (ofTurn < turn || (ofTurn == turn && number <= play))))) {
            return null;
        }
        int expected = goesOn && ofTurn == turn ? play + 1 : isCut && !hasPlayed ? number : 0;
        hasPlayed = true;
        playsEpoch = epoch;
        turn = ofTurn;
        play = number;
        return lost(at, Topics.SOCKET_COMMANDS.name(), expected, number);
    }

    private static @Nullable Missing lost(Instant at, String topic, long expected, long found) {
        return found > expected ? new Missing(at, Why.LOST, topic, expected, found - 1) : null;
    }
}
