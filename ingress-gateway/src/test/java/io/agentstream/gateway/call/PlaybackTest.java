package io.agentstream.gateway.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class PlaybackTest {

    private static final CallId CALL = CallId.of(1, 2, 3);
    private static final long MS = 1_000;
    private static final long LOOK_AHEAD = 200 * MS;

    private final List<String> said = new ArrayList<>();
    private final Playback playback = new Playback(LOOK_AHEAD, new Playback.Output() {
        @Override
        public void media(byte[] audio, int from, int length) {
            said.add("media " + audio[from] + "x" + length);
        }

        @Override
        public void clear() {
            said.add("clear");
        }

        @Override
        public void mark(String wireName) {
            said.add("mark " + wireName);
        }

        @Override
        public void played(int turn, long playedMs, boolean finished) {
            said.add("played " + turn + " " + playedMs + (finished ? " finished" : ""));
        }

        @Override
        public void markReached(int turn, String name) {
            said.add("reached " + turn + " " + name);
        }

        @Override
        public void dropped(Playback.Drop why, int frames) {
            said.add("dropped " + why + " " + frames);
        }

        @Override
        public void playing(int turn, int epoch, long fromByte, long startsAtUs) {}

        @Override
        public void silence(long fromUs) {}

        @Override
        public void late() {
            said.add("late");
        }
    });

    private void play(int turn, int ms, long atMs) {
        byte[] audio = new byte[ms * 8];
        Arrays.fill(audio, (byte) turn);
        playback.play(new SocketCommand.Play(CALL, turn, 0, 160, Slice.of(audio)), atMs * MS);
    }

    private void mark(int turn, String name, long atMs) {
        playback.mark(new SocketCommand.Mark(CALL, turn, name), atMs * MS);
    }

    private List<String> take() {
        List<String> all = List.copyOf(said);
        said.clear();
        return all;
    }

    private long frames() {
        return take().stream().filter(what -> what.startsWith("media")).count();
    }

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
        assertEquals(List.of("media 1x160", "late", "media 1x160"), take());
    }

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

    private static SocketCommand speech(int turn, int seq, int epoch) {
        byte[] audio = new byte[160];
        Arrays.fill(audio, (byte) turn);
        return new SocketCommand.Play(CALL, turn, seq, 160, Slice.of(audio), epoch);
    }

    private void accept(SocketCommand command, long atMs) {
        assertTrue(playback.accepts(command));
        switch (command) {
            case SocketCommand.Play play -> playback.play(play, atMs * MS);
            case SocketCommand.Clear clear -> playback.clear(clear.turn(), atMs * MS);
            case SocketCommand.Mark mark -> playback.mark(mark, atMs * MS);
            case SocketCommand.SealedPlay _, SocketCommand.Admit _, SocketCommand.Open _, SocketCommand.Finish _, SocketCommand.Close _ -> {}
        }
    }

    @Test
    void countsAudioThatCameTooLate() {
        playback.open(0);
        play(1, 20, 0);
        play(1, 20, 50);

        assertEquals(List.of("media 1x160", "late", "media 1x160"), take());
    }
}
