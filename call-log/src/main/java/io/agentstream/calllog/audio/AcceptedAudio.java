package io.agentstream.calllog.audio;

import io.agentstream.schemas.CommandOrder;
import io.agentstream.schemas.CommandOrder.Verdict;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The audio that a gateway took of a call's commands, by the gateway's own rule, turn after turn: it is asked for in the order in which
/// it was played, so that one command at a time is all that is held. One thread.
final class AcceptedAudio {

    private final Feed<SocketCommand> commands;
    private final CommandOrder order = new CommandOrder();
    private @Nullable Slice audio;
    private int epoch;
    private int turn;
    private long fromByte;
    private int clearedEpoch;
    /// Turns of [#clearedEpoch] up to this one were cleared: what came of them afterwards was not played.
    private long clearedTurn = Long.MIN_VALUE;

    AcceptedAudio(Feed<SocketCommand> commands) {
        this.commands = commands;
    }

    /// Puts bytes of a turn's audio into `to`, from its start.
    ///
    /// @param at the first one's place in the audio that was taken of the turn
    /// @return how many there are; 0 where the turn has no more
    int read(int ofEpoch, int ofTurn, long at, byte[] to, int most) throws IOException {
        while (audio != null || advance()) {
            Slice held = audio;
            if (held == null) {
                return 0; // cannot be
            }
            boolean isMine = epoch == ofEpoch && turn == ofTurn;
            if (!isMine && (epoch > ofEpoch || (epoch == ofEpoch && turn > ofTurn))) {
                return 0;
            }
            if (isMine && fromByte > at) {
                return 0; // what was wanted is gone by
            }
            long skip = at - fromByte;
            if (isMine && skip < held.length()) {
                int count = (int) Math.min(most, held.length() - skip);
                System.arraycopy(held.array(), held.offset() + (int) skip, to, 0, count);
                return count;
            }
            audio = null;
        }
        return 0;
    }

    /// Goes to the next audio that was taken; false behind the last.
    private boolean advance() throws IOException {
        SocketCommand command;
        while ((command = commands.next()) != null) {
            Verdict verdict = order.judge(command);
            if (verdict != Verdict.TAKEN && verdict != Verdict.TAKEN_OVER) {
                continue;
            }
            if (command instanceof SocketCommand.Clear clear) {
                clearedTurn = clearedEpoch == order.epoch() ? Math.max(clearedTurn, clear.turn()) : clear.turn();
                clearedEpoch = order.epoch();
            } else if (command instanceof SocketCommand.Play play && play.payload().length() > 0 && !isCleared(play)) {
                audio = play.payload();
                epoch = order.epoch();
                turn = play.turn();
                fromByte = order.fromByte();
                return true;
            }
        }
        return false;
    }

    private boolean isCleared(SocketCommand.Play play) {
        return clearedEpoch == order.epoch() && play.turn() <= clearedTurn;
    }
}
