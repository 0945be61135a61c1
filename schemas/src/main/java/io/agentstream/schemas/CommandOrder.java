package io.agentstream.schemas;

/// Says which of a call's commands are to be believed: those of the worker that has the call now, each once. The gateway asks it of
/// each command that it may play, and whoever reads a call back asks it again of the same commands in the same order, with sealed
/// audio opened before. One thread at a time; deterministic.
///
/// Workers follow one another with growing epochs ([SocketCommand]); a worker that lost the call and writes on is passed over. Audio
/// is numbered within its turn and turns only grow, so what a producer sends again after a slow answer is known by its number. With
/// a new worker the numbers begin anew, whatever they are.
public final class CommandOrder {

    /// What is to be done with a command.
    public enum Verdict {
        TAKEN,
        /// The first of a worker that has taken the call up: what the one before it left is over.
        TAKEN_OVER,
        /// Of a worker that lost the call.
        FORMER,
        /// Audio that came already.
        REPEATED
    }

    private int epoch = SocketCommand.NO_EPOCH;
    private boolean played;
    private int turn;
    private int seq;
    private long fromByte;
    private long toByte;

    public Verdict judge(SocketCommand command) {
        int writer = command.epoch();
        if (writer != SocketCommand.NO_EPOCH && writer < epoch) {
            return Verdict.FORMER;
        }
        boolean takenOver = writer > epoch && (played || epoch != SocketCommand.NO_EPOCH);
        if (writer != SocketCommand.NO_EPOCH && writer != epoch) {
            played = played && !takenOver;
            epoch = writer;
        }
        if (command instanceof SocketCommand.Play play && !isNew(play)) {
            return Verdict.REPEATED;
        }
        return takenOver ? Verdict.TAKEN_OVER : Verdict.TAKEN;
    }

    /// The epoch of the worker that has the call.
    public int epoch() {
        return epoch;
    }

    /// Where the newest audio that was taken begins in all that was taken of its turn.
    public long fromByte() {
        return fromByte;
    }

    private boolean isNew(SocketCommand.Play play) {
        boolean later = !played || play.turn() > turn || (play.turn() == turn && play.seq() > seq);
        if (later) {
            fromByte = played && play.turn() == turn ? toByte : 0;
            toByte = fromByte + play.payload().length();
            played = true;
            turn = play.turn();
            seq = play.seq();
        }
        return later;
    }
}
