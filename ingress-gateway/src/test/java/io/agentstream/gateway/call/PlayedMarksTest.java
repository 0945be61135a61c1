package io.agentstream.gateway.call;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Marks, and when they are reached.
final class PlayedMarksTest extends PlayedCall {

    @Test
    void aMarkIsReachedByTheClockWhereTheProviderIsSilent() {
        playback.open(0);
        play(1, 100, 0);
        mark(1, "end", 0);
        take();

        playback.tick(299 * MS);
        assertEquals(List.of(), take());
        playback.tick(300 * MS);
        playback.echoed("1:end");
        playback.tick(400 * MS);

        assertEquals(List.of("reached 1 end"), take());
    }

    @Test
    void aMarkIsReachedByItsEchoOnce() {
        playback.open(0);
        play(1, 100, 0);
        mark(1, "end", 0);
        take();

        playback.echoed("1:another");
        assertEquals(List.of(), take());
        playback.echoed("1:end");
        assertEquals(List.of("reached 1 end"), take());
        playback.echoed("1:end");
        playback.tick(400 * MS);

        assertEquals(List.of(), take());
    }

    @Test
    void echoesOfClearedMarksSayNothing() {
        playback.open(0);
        play(1, 100, 0);
        mark(1, "end", 0);
        playback.clear(1, 10 * MS);
        take();

        playback.echoed("1:end");
        playback.tick(5_000 * MS);

        assertEquals(List.of(), take());
    }

    @Test
    void aMarkWaitsForTheAudioBeforeIt() {
        playback.open(0);
        play(1, 400, 0);
        mark(1, "end", 0);
        assertEquals(10, frames());

        for (long ms = 10; ms <= 220; ms += 10) {
            playback.tick(ms * MS);
        }

        assertEquals("mark 1:end", take().getLast());
    }

    @Test
    void noMoreMarksWaitThanTheirNumberWhetherTheyWereSentOrNot() {
        // given half of them sent, and the other half behind audio that waits
        playback.open(0);
        for (int i = 0; i < Playback.MAX_MARKS / 2; i++) {
            mark(1, "m", 0);
        }
        play(1, 1_000, 0);
        for (int i = 0; i < Playback.MAX_MARKS / 2; i++) {
            mark(1, "m", 0);
        }
        assertEquals(List.of(), take().stream().filter(what -> what.startsWith("dropped")).toList());

        // when
        mark(1, "one more", 0);

        // then
        assertEquals(List.of("dropped OVERFLOW 0"), take());
    }

    @Test
    void nothingIsSaidOfMarksOrAudioAfterTheEnd() {
        playback.open(0);
        play(1, 1_000, 0);
        mark(1, "behind it", 0);
        playback.end(10 * MS);
        take();

        play(2, 20, 20);
        playback.tick(10_000 * MS);
        playback.echoed("1:behind it");

        assertEquals(List.of(), take());
        assertEquals(Long.MAX_VALUE, playback.dueUs());
    }

    @Test
    void aMarkThatWasSentIsNotReachedAfterTheEnd() {
        playback.open(0);
        play(1, 20, 0);
        mark(1, "end", 0);
        playback.end(10 * MS);
        take();

        playback.tick(10_000 * MS);
        playback.echoed("1:end");

        assertEquals(List.of(), take());
        assertEquals(Long.MAX_VALUE, playback.dueUs());
    }
}
