package io.agentstream.gateway.call;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.schemas.SocketCommand;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Another worker goes on, whose numbers are its own.
final class PlaybackTakeOverTest extends PlayedCall {

    @Test
    void theNextWorkerIsHeardWhateverItsNumbers() {
        // given a worker that cleared its fifth turn and speaks the sixth
        playback.open(0);
        accept(new SocketCommand.Clear(CALL, 5, 3), 0);
        accept(speech(6, 0, 3), 0);
        take();

        // when one with an older snapshot goes on
        accept(new SocketCommand.Clear(CALL, 4, 8), 10);
        accept(speech(5, 0, 8), 10);

        // then what the former left is cleared, and nothing is said of turns that the new one could take for its own
        assertEquals(List.of("played 4 0 finished", "clear", "media 5x160"), take());
        playback.tick(1_000 * MS);
        assertEquals(List.of("played 5 20 finished"), take());
    }

    /// A turn that the former worker spoke and that the new one cannot mean any more is still told of.
    @Test
    void ofATurnBeforeTheFirstOfTheNextWorkerIsToldWhatWasHeard() {
        playback.open(0);
        accept(speech(4, 0, 3), 0);
        take();

        accept(speech(5, 0, 8), 10);
        playback.tick(1_000 * MS);

        assertEquals(List.of("media 5x160", "played 4 20 finished", "played 5 20 finished"), take());
    }

    @Test
    void andSoIsTheTurnThatTheNextWorkerClearsFirst() {
        playback.open(0);
        accept(speech(4, 0, 3), 0);
        take();

        accept(new SocketCommand.Clear(CALL, 4, 8), 10);

        assertEquals(List.of("played 4 10 finished", "played 4 0 finished", "clear"), take());
    }

    @Test
    void ofATurnThatCouldBeTheNextWorkersFirstNothingIsTold() {
        playback.open(0);
        accept(speech(5, 0, 3), 0);
        take();

        accept(speech(5, 0, 8), 10);
        playback.tick(1_000 * MS);

        assertEquals(List.of("media 5x160", "played 5 20 finished"), take());
    }

    @Test
    void norWhereTheNextWorkerBeginsWithAMark() {
        playback.open(0);
        accept(speech(5, 0, 3), 0);
        take();

        accept(new SocketCommand.Mark(CALL, 5, "m", 8), 10);
        playback.tick(1_000 * MS);

        assertEquals(List.of("mark 1.5:m", "reached 5 m"), take());
    }

    @Test
    void aMarkThatAFormerWorkerSentIsReachedForNobody() {
        playback.open(0);
        accept(speech(1, 0, 3), 0);
        accept(new SocketCommand.Mark(CALL, 1, "end", 3), 0);
        accept(speech(2, 0, 8), 10);
        take();

        playback.echoed("1:end");
        playback.tick(1_000 * MS);

        assertEquals(List.of("played 1 20 finished", "played 2 20 finished"), take());
    }

    @Test
    void aMarkOfAFormerWorkerIsSentToNobody() {
        playback.open(0);
        accept(speech(1, 0, 3), 0);
        for (int seq = 1; seq <= 20; seq++) { // more than the look-ahead
            accept(speech(1, seq, 3), 0);
        }
        accept(new SocketCommand.Mark(CALL, 1, "end", 3), 0);
        take();

        accept(speech(2, 0, 8), 0);
        for (long ms = 0; ms <= 1_000; ms += 10) {
            playback.tick(ms * MS);
        }

        assertEquals(List.of(), take().stream().filter(what -> what.startsWith("mark") || what.startsWith("reached")).toList());
    }
}
