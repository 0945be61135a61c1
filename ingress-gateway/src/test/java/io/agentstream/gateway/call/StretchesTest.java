package io.agentstream.gateway.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CommandOrder;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What playback tells of what was heard, and the commands as they were ordered, are together what its output was given, and when.
final class StretchesTest {

    private static final CallId CALL = CallId.of(1, 2, 3);
    private static final long MS = 1_000;
    private static final long LOOK_AHEAD = 200 * MS;
    private static final long SAMPLE_US = 125;

    /// @param untilUs null where it ends with its audio
    private record Stretch(int turn, int epoch, long fromByte, long startsAtUs, @Nullable Long untilUs) {}

    /// Hears as the caller does, by what it is given; and keeps what it is told.
    private static final class Ear implements Playback.Output {
        private final List<Stretch> told = new ArrayList<>();
        private final List<byte[]> pieces = new ArrayList<>();
        private final List<Long> startsUs = new ArrayList<>();
        private long nowUs;
        private long endUs;
        private int silences;

        @Override
        public void media(byte[] audio, int from, int length) {
            long startUs = nowUs - endUs < SAMPLE_US ? endUs : nowUs;
            pieces.add(Arrays.copyOfRange(audio, from, from + length));
            startsUs.add(startUs);
            endUs = startUs + length * SAMPLE_US;
        }

        @Override
        public void clear() {
            for (int i = pieces.size() - 1; i >= 0; i--) {
                pieces.set(i, until(pieces.get(i), startsUs.get(i), nowUs));
            }
            endUs = nowUs;
        }

        @Override
        public void playing(int turn, int epoch, long fromByte, long startsAtUs) {
            told.add(new Stretch(turn, epoch, fromByte, startsAtUs, null));
        }

        @Override
        public void silence(long fromUs) {
            silences++;
            end(fromUs);
        }

        /// Also of what was told to begin later than that: the rest of one turn may sound when the next one is told.
        private void end(long atUs) {
            told.replaceAll(s -> new Stretch(
                    s.turn(), s.epoch(), s.fromByte(), s.startsAtUs(), s.untilUs() == null ? atUs : Math.min(s.untilUs(), atUs)));
        }

        @Override
        public void mark(String wireName) {}

        @Override
        public void played(int turn, long playedMs, boolean finished) {}

        @Override
        public void markReached(int turn, String name) {}

        @Override
        public void dropped(Playback.Drop why, int frames) {}

        @Override
        public void late(long pauseUs) {}

        /// Each byte that was heard, by the number of the sample since 0.
        private Map<Long, Byte> heard() {
            Map<Long, Byte> bytes = new HashMap<>();
            for (int i = 0; i < pieces.size(); i++) {
                put(bytes, pieces.get(i), startsUs.get(i));
            }
            return bytes;
        }

        private Map<Long, Byte> toldToBeHeard(Map<String, byte[]> accepted) {
            Map<Long, Byte> bytes = new HashMap<>();
            for (int i = 0; i < told.size(); i++) {
                Stretch stretch = told.get(i);
                byte[] turn = accepted.get(stretch.epoch() + ":" + stretch.turn());
                Stretch next = i + 1 < told.size() ? told.get(i + 1) : null;
                boolean goesOn = next != null && next.turn() == stretch.turn() && next.epoch() == stretch.epoch();
                byte[] audio = Arrays.copyOfRange(turn, (int) stretch.fromByte(), goesOn ? (int) next.fromByte() : turn.length);
                Long untilUs = stretch.untilUs();
                put(bytes, untilUs == null ? audio : until(audio, stretch.startsAtUs(), untilUs), stretch.startsAtUs());
            }
            return bytes;
        }

        private static void put(Map<Long, Byte> bytes, byte[] audio, long startUs) {
            for (int i = 0; i < audio.length; i++) {
                assertTrue(bytes.put(startUs + i * SAMPLE_US, audio[i]) == null, "two sounds at once");
            }
        }

        private static byte[] until(byte[] audio, long startUs, long untilUs) {
            long samples = Math.ceilDiv(untilUs - startUs, SAMPLE_US);
            return Arrays.copyOf(audio, Math.clamp(samples, 0, audio.length));
        }
    }

    private final Ear ear = new Ear();
    private final Playback playback = new Playback(LOOK_AHEAD, ear);
    private final CommandOrder order = new CommandOrder();
    private final Map<String, ByteArrayOutputStream> accepted = new HashMap<>();
    private final Random random = new Random(7);

    /// Gives the command to the playback, and to a reader of the log.
    private void order(SocketCommand command, long nowUs) {
        ear.nowUs = nowUs;
        CommandOrder.Verdict verdict = order.judge(command);
        boolean taken = verdict == CommandOrder.Verdict.TAKEN || verdict == CommandOrder.Verdict.TAKEN_OVER;
        assertEquals(taken, playback.accepts(command));
        if (!taken) {
            return;
        }
        switch (command) {
            case SocketCommand.Play play -> {
                var turn = accepted.computeIfAbsent(order.epoch() + ":" + play.turn(), key -> new ByteArrayOutputStream());
                assertEquals(turn.size(), order.fromByte());
                turn.writeBytes(play.payload().copy());
                playback.play(play, nowUs);
            }
            case SocketCommand.Clear clear -> playback.clear(clear.turn(), nowUs);
            case SocketCommand.Mark mark -> playback.mark(mark, nowUs);
            case SocketCommand.SealedPlay _, SocketCommand.Admit _, SocketCommand.Open _, SocketCommand.Finish _, SocketCommand.Close _ -> {}
        }
    }

    private void open(long nowUs) {
        ear.nowUs = nowUs;
        playback.open(nowUs);
    }

    private void tick(long nowUs) {
        ear.nowUs = nowUs;
        playback.tick(nowUs);
    }

    private SocketCommand play(int turn, int seq, int bytes, int epoch) {
        byte[] audio = new byte[bytes];
        random.nextBytes(audio);
        return new SocketCommand.Play(CALL, turn, seq, 160, Slice.of(audio), epoch);
    }

    private void tellsWhatWasHeard(String which) {
        Map<String, byte[]> all = new HashMap<>();
        accepted.forEach((turn, audio) -> all.put(turn, audio.toByteArray()));
        Map<Long, Byte> heard = ear.heard();
        Map<Long, Byte> told = ear.toldToBeHeard(all);
        heard.keySet().stream().sorted().filter(at -> !heard.get(at).equals(told.get(at))).findFirst().ifPresent(at ->
                fail(which + ": at " + at + " us was heard " + heard.get(at) + ", told is " + told.get(at)));
        assertEquals(heard.size(), told.size(), which);
    }

    @Test
    void aTurnThatGoesOnIsToldOnce() {
        open(0);
        for (int i = 0; i < 500; i++) {
            order(play(1, i, 160, 3), i * (20L * MS));
        }

        assertEquals(1, ear.told.size());
        tellsWhatWasHeard("a turn");
    }

    @Test
    void aPauseWithinATurnBeginsAnotherStretchWhereTheTurnGoesOn() {
        open(0);
        order(play(1, 0, 160, 0), 0);
        order(play(1, 1, 160, 0), 20 * MS + SAMPLE_US - 1); // a sample cannot be divided
        order(play(1, 2, 160, 0), 40 * MS + SAMPLE_US);

        assertEquals(2, ear.told.size());
        assertEquals(320, ear.told.getLast().fromByte());
        tellsWhatWasHeard("a pause");
    }

    @Test
    void aTurnThatRanOutIsToldToHaveEndedOnceNothingFollowsForAWhile() {
        open(0);
        order(play(1, 0, 160, 0), 0);
        tick(20 * MS + TurnClock.GRACE_US - 1);
        assertEquals(0, ear.silences);

        tick(20 * MS + TurnClock.GRACE_US);
        tick(5_000 * MS);
        order(play(1, 1, 160, 0), 5_000 * MS);

        assertEquals(1, ear.silences);
        assertEquals(2, ear.told.size());
        tellsWhatWasHeard("ran out");
    }

    @Test
    void aClearIsToldOnceAndOfATurnThatWasHeardToItsEndToo() {
        open(0);
        order(play(1, 0, 160, 0), 0);
        order(new SocketCommand.Clear(CALL, 1), 500 * MS);
        order(new SocketCommand.Clear(CALL, 2), 501 * MS);
        order(play(2, 0, 160, 0), 502 * MS); // accepted and cleared before: nobody hears it

        assertEquals(1, ear.silences);
                tellsWhatWasHeard("cleared");
    }

    @Test
    void aTurnThatOverflowedIsToldToEndWhereItWasCutOff() {
        open(0);
        for (int i = 0; i < 20; i++) {
            order(play(1, i, 64_000, 0), 0);
        }
        order(play(2, 0, 64_000, 0), 0); // cut off as a whole
        for (long atUs = 0; atUs < 200_000 * MS; atUs += 20 * MS) {
            tick(atUs);
        }

        assertEquals(1, ear.told.size());
        assertEquals(1, ear.silences);
        tellsWhatWasHeard("an overflow");
    }

    /// What a network that delivers at its own pace costs: once late, all that follows is put off.
    @Test
    void anEchoOfUnevenPaceIsToldForEachTimeThatItIsLaterThanEver() {
        open(0);
        int frames = 30_000; // ten minutes
        double jitterUs = 0;
        for (int i = 0; i < frames; i++) {
            jitterUs = Math.max(jitterUs - 20 * MS, -Math.log(random.nextDouble()) * 5 * MS); // in order
            order(play(1, i, 160, 0), i * (20L * MS) + (long) jitterUs);
        }

        System.out.println("ten minutes of an uneven echo: " + ear.told.size() + " stretches of " + frames + " frames");
        assertTrue(ear.told.size() <= 30, ear.told.size() + " stretches");
    }

    @Test
    void whateverIsOrderedIsToldAsItWasHeard() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random seeds = new Random(seed);
        for (int call = 0; call < 300; call++) {
            new StretchesTest().one(new Random(seeds.nextLong()), "seed " + seed + ", call " + call);
        }
    }

    private void one(Random dice, String which) {
        long nowUs = dice.nextInt(1_000);
        List<SocketCommand> ordered = new ArrayList<>();
        int turn = 1;
        int seq = 0;
        int epoch = dice.nextInt(3);
        boolean large = dice.nextInt(10) == 0; // so much that not all may wait
        for (int step = 0; step < 150; step++) {
            nowUs += dice.nextInt(4) == 0 ? dice.nextInt(400_000) : dice.nextInt(30) * 1_000L + dice.nextInt(200);
            switch (dice.nextInt(12)) {
                case 0 -> {
                    turn++;
                    seq = 0;
                }
                case 1 -> order(new SocketCommand.Clear(CALL, turn - dice.nextInt(2), epoch), nowUs);
                case 2 -> order(new SocketCommand.Mark(CALL, turn, "m" + step, epoch), nowUs);
                case 3 -> {
                    if (!ordered.isEmpty()) { // sent again, or by a worker that lost the call
                        order(ordered.get(dice.nextInt(ordered.size())), nowUs);
                    }
                }
                case 4 -> open(nowUs);
                case 5, 6 -> tick(nowUs);
                case 7 -> {
                    if (dice.nextInt(8) == 0) { // another worker goes on, with numbers from an older snapshot
                        epoch += 1 + dice.nextInt(3);
                        turn = Math.max(1, turn - dice.nextInt(2));
                        seq = dice.nextInt(2);
                        order(new SocketCommand.Clear(CALL, turn - 1, epoch), nowUs);
                    }
                }
                default -> {
                    SocketCommand play = play(turn, seq++, 1 + dice.nextInt(large ? 64_000 : 5 * 160), epoch);
                    ordered.add(play);
                    order(play, nowUs);
                }
            }
        }
        open(nowUs);
        while (playback.dueUs() != Long.MAX_VALUE) {
            nowUs = Math.max(nowUs, playback.dueUs() + dice.nextInt(20_000));
            tick(nowUs);
        }
        tellsWhatWasHeard(which);
    }

    @Test
    void theFormerWorkersTurnIsToldAsItsOwn() {
        open(0);
        order(play(4, 0, 4_000, 3), 0);
        order(play(5, 0, 4_000, 3), 0);
        order(play(4, 0, 4_000, 8), 10 * MS);
        for (long atUs = 0; atUs < 2_000 * MS; atUs += 10 * MS) {
            tick(Math.max(10 * MS, atUs));
        }

        assertArrayEquals(new int[] {3, 3, 8}, ear.told.stream().mapToInt(Stretch::epoch).toArray());
        tellsWhatWasHeard("taken over");
    }
}
