package io.agentstream.gateway.call;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What the caller hears, and what is told of it.
final class PlaybackTest extends PlayedCall {

    @Test
    void sendsNoMoreThanTheLookAheadAndThenInStepWithTheCaller() {
        playback.open(0);
        play(1, 1_000, 0);
        assertEquals(10, frames());

        playback.tick(19 * MS);
        assertEquals(1, frames());
        playback.tick(20 * MS);
        assertEquals(0, frames());
        for (long ms = 30; ms <= 100; ms += 10) {
            playback.tick(ms * MS);
        }
        assertEquals(4, frames());
    }

    @Test
    void tellsWhenItWantsToBeTicked() {
        playback.open(0);
        assertEquals(Long.MAX_VALUE, playback.dueUs());

        play(1, 1_000, 0);

        assertEquals(1, playback.dueUs());
    }

    @Test
    void makesOneMessageOfEachFrameAndTheLastMayBeShorter() {
        playback.open(0);
        playback.play(new SocketCommand.Play(CALL, 1, 0, 100, Slice.of(new byte[250])), 0);
        assertEquals(List.of("media 0x100", "media 0x100", "media 0x50"), take());
    }

    @Test
    void holdsWhatComesBeforeTheCallIsOpen() {
        play(1, 20, 0);
        mark(1, "m", 0);
        assertEquals(List.of(), take());

        playback.open(50 * MS);
        assertEquals(List.of("media 1x160", "mark 1:m"), take());
    }

    @Test
    void clearDropsWhatIsQueuedAndTellsWhatWasHeard() {
        playback.open(0);
        play(1, 1_000, 0);
        mark(1, "end", 0);
        take();

        playback.clear(1, 50 * MS);
        assertEquals(List.of("dropped CLEARED 40", "played 1 50 finished", "clear"), take());

        play(1, 20, 60);
        mark(1, "late", 60);
        assertEquals(List.of("dropped CLEARED 1", "dropped CLEARED 0"), take());

        play(2, 20, 60);
        assertEquals(List.of("media 2x160"), take());
    }

    @Test
    void whatWaitsBehindAClearedTurnGoesOutAtOnce() {
        playback.open(0);
        play(1, 1_000, 0);
        play(2, 20, 0);
        take();

        playback.clear(1, 50 * MS);

        assertEquals("media 2x160", take().getLast());
    }

    @Test
    void clearOfATurnThatWasNeverHeardSaysSo() {
        playback.open(0);

        playback.clear(4, 10 * MS);
        playback.clear(4, 20 * MS);

        assertEquals(List.of("played 4 0 finished", "clear"), take());
    }

    @Test
    void aLateClearLeavesALaterTurnAlone() {
        playback.open(0);
        play(1, 20, 0);
        play(2, 20, 10);
        take();

        playback.clear(1, 15 * MS);

        assertEquals(List.of("played 1 15 finished"), take());
    }

    @Test
    void saysEverySecondHowMuchWasHeardAndAtTheEndOnce() {
        playback.open(0);
        play(1, 1_500, 0);
        for (long ms = 10; ms <= 4_000; ms += 10) {
            playback.tick(ms * MS);
        }

        assertEquals(
                "played 1 1000,played 1 1500 finished",
                take().stream().filter(what -> what.startsWith("played")).collect(Collectors.joining(",")));
    }

    @Test
    void aTurnThatGoesOnAfterAPauseKeepsCounting() {
        playback.open(0);
        play(1, 100, 0);
        playback.tick(700 * MS);
        play(1, 100, 1_000);
        playback.tick(2_000 * MS);

        assertEquals(
                "played 1 100 finished,played 1 200 finished",
                take().stream().filter(what -> what.startsWith("played")).collect(Collectors.joining(",")));
    }

    @Test
    void theNextTurnFinishesTheOneBefore() {
        playback.open(0);
        play(1, 100, 0);
        play(2, 100, 10);
        take();

        playback.tick(100 * MS);

        assertEquals(List.of("played 1 100 finished"), take());
    }

    @Test
    void theEndOfTheCallTellsWhatWasHeard() {
        playback.open(0);
        play(3, 1_000, 0);
        take();

        playback.end(70 * MS);

        assertEquals(List.of("played 3 70 finished"), take());
    }

    @Test
    void tooMuchCutsTheTurnAtItsEnd() {
        playback.open(0);
        int longest = 8_000;
        for (int i = 0; i < 16; i++) {
            play(1, longest, 0);
        }
        take();

        play(1, longest, 0);
        play(1, 20, 0);

        assertEquals(List.of("dropped OVERFLOW 400", "dropped OVERFLOW 1"), take());

        for (long atMs = 0; playback.soundsUntilUs() < 128_000 * MS; atMs += 20) { // everything that waited is on its way
            playback.tick(atMs * MS);
        }
        take();
        play(1, 20, 128_000);
        play(2, 20, 128_000);

        assertEquals("dropped OVERFLOW 1", take().getFirst());
        assertEquals(128_020 * MS, playback.soundsUntilUs()); // the next turn's
    }

    @Test
    void saysUntilWhenTheCallerHearsSomething() {
        playback.open(0);
        play(1, 100, 0);
        assertEquals(100 * MS, playback.soundsUntilUs());

        playback.clear(1, 30 * MS);

        assertEquals(30 * MS, playback.soundsUntilUs());
    }

    @Test
    void countsTimeByTheFormatOfTheCall() {
        playback.format(new MediaFormat("audio/x-mulaw", 16_000, 1));
        playback.open(0);

        play(1, 20, 0);

        assertEquals(10 * MS, playback.soundsUntilUs());
        play(1, 20, 11); // a millisecond late, which is many samples
        assertEquals(List.of("media 1x160", "late 1", "media 1x160"), take());
    }

    @Test
    void countsAudioThatCameTooLate() {
        playback.open(0);
        play(1, 20, 0);
        play(1, 20, 50);

        assertEquals(List.of("media 1x160", "late 30", "media 1x160"), take());
    }
}
