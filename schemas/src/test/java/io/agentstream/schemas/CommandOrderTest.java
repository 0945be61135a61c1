package io.agentstream.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.schemas.CommandOrder.Verdict;
import org.junit.jupiter.api.Test;

final class CommandOrderTest {

    private static final CallId CALL = CallId.of(1, 2, 3);

    private final CommandOrder order = new CommandOrder();

    private static SocketCommand play(int turn, int seq, int epoch) {
        return new SocketCommand.Play(CALL, turn, seq, 160, Slice.of(new byte[1]), epoch);
    }

    private void judges(Verdict expected, SocketCommand command) {
        assertEquals(expected, order.judge(command), command.toString());
    }

    @Test
    void audioThatComesAgainIsKnownByItsNumber() {
        judges(Verdict.TAKEN, play(1, 0, 0));
        judges(Verdict.TAKEN, play(1, 1, 0));
        judges(Verdict.REPEATED, play(1, 0, 0));
        judges(Verdict.REPEATED, play(1, 1, 0));
        judges(Verdict.TAKEN, play(2, 0, 0));
        judges(Verdict.REPEATED, play(1, 2, 0));
        judges(Verdict.TAKEN, play(2, 5, 0)); // what was dropped on the way leaves a gap
    }

    @Test
    void aWorkerThatLostTheCallIsNotBelieved() {
        judges(Verdict.TAKEN, play(1, 0, 7));
        judges(Verdict.TAKEN_OVER, new SocketCommand.Clear(CALL, 1, 9));
        judges(Verdict.FORMER, play(1, 1, 7));
        judges(Verdict.FORMER, new SocketCommand.Clear(CALL, 5, 7));
        judges(Verdict.FORMER, new SocketCommand.Mark(CALL, 5, "m", 8));
        judges(Verdict.FORMER, SocketCommand.Close.because(CALL, End.AGENT_HANGUP).of(7));
        judges(Verdict.TAKEN, play(2, 0, 9));
    }

    @Test
    void theNumbersOfTheNextWorkerBeginAnew() {
        judges(Verdict.TAKEN, play(5, 30, 7));
        judges(Verdict.TAKEN_OVER, play(4, 0, 9)); // its snapshot was older than the former's last turn
        judges(Verdict.REPEATED, play(4, 0, 9));
        judges(Verdict.TAKEN, play(4, 1, 9));
    }

    @Test
    void theFirstWorkerTakesNothingOver() {
        judges(Verdict.TAKEN, new SocketCommand.Admit(CALL));
        judges(Verdict.TAKEN, new SocketCommand.Open(CALL));
        judges(Verdict.TAKEN, play(1, 0, 3));
    }

    @Test
    void writersWithoutAnEpochAreBelieved() {
        judges(Verdict.TAKEN, play(1, 0, 7));
        judges(Verdict.TAKEN, SocketCommand.Close.because(CALL, End.MAX_DURATION));
        judges(Verdict.TAKEN, play(2, 0, 0)); // a worker of an older version
        judges(Verdict.REPEATED, play(2, 0, 0));
    }

    @Test
    void aWorkerWithAnEpochTakesOverFromOneWithout() {
        judges(Verdict.TAKEN, play(5, 0, 0));
        judges(Verdict.TAKEN_OVER, play(5, 0, 3));
    }
}
