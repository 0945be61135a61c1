package io.agentstream.gateway.call;

import io.agentstream.schemas.SocketCommand;

/// The turns of a call's workers, one after the other: a turn is its worker's rank and its number, in one `long`, so that every turn of a
/// later worker is later, whatever its number.
///
/// What a former worker left goes on sounding until the next one clears it, as it does where a line was cut off; and of its turns nothing is
/// said any more that would be taken for the next one's. Confined to its call's thread.
final class WorkerTurns {

    /// More than there are turn numbers.
    private static final long WORKER = 1L << 33;

    private int worker;
    /// From this number on a turn of a former worker could be taken for one of the present worker.
    private long ambiguousFrom = Long.MAX_VALUE;

    /// Another worker has the call.
    ///
    /// @param first what it says first
    void takenOver(SocketCommand first) {
        worker++;
        ambiguousFrom = switch (first) {
            case SocketCommand.Play play -> play.turn();
            case SocketCommand.Mark mark -> mark.turn();
            case SocketCommand.Clear clear -> clear.turn() + 1L;
            case SocketCommand.SealedPlay play -> play.turn();
            case SocketCommand.Admit _, SocketCommand.Open _, SocketCommand.Finish _, SocketCommand.Close _ -> Long.MAX_VALUE;
        };
    }

    /// The present worker's turn of that number.
    long turn(int number) {
        return worker * WORKER + number;
    }

    static int number(long turn) {
        return (int) turn;
    }

    /// Whether the present worker has it.
    boolean isPresent(long turn) {
        return turn >= worker * WORKER - WORKER / 2;
    }

    /// Whether its number alone says whose it is.
    boolean isClear(long turn) {
        return isPresent(turn) || number(turn) < ambiguousFrom;
    }

    /// Of the names of the present worker's marks at the provider, so that no two workers' are one.
    String wirePrefix() {
        return worker == 0 ? "" : worker + ".";
    }
}
