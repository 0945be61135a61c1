package io.agentstream.gateway.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Whatever a worker orders, a network doubles and a clock does: what holds of every playback.
final class PlaybackModelTest {

    private static final CallId CALL = CallId.of(1, 2, 3);
    private static final long LOOK_AHEAD_US = 200_000;
    private static final int FRAME = 160;

    /// What a playback did, and whether it may.
    private static final class Listener implements Playback.Output {
        final List<Integer> heard = new ArrayList<>();
        final Map<Integer, Long> playedMs = new HashMap<>();
        final Map<Integer, Long> sentBytes = new HashMap<>();
        final Set<String> reached = new HashSet<>();
        int clearedTurn;
        int dropped;
        long nowUs;
        long endUs;

        @Override
        public void media(byte[] audio, int from, int length) {
            int turn = audio[from];
            assertTrue(turn > clearedTurn, "audio of turn " + turn + ", which was cleared");
            assertTrue(heard.isEmpty() || heard.getLast() <= turn, "turn " + turn + " after " + heard);
            assertTrue(endUs - nowUs < LOOK_AHEAD_US, "too far ahead of the ear");
            endUs = (nowUs - endUs < 125 ? endUs : nowUs) + length * 125L; // a pause shorter than a sample is none
            heard.add(turn);
            sentBytes.merge(turn, (long) length, Long::sum);
        }

        @Override
        public void clear() {
            endUs = nowUs;
        }

        @Override
        public void mark(String wireName) {}

        @Override
        public void played(int turn, long ms, boolean finished) {
            long before = playedMs.getOrDefault(turn, 0L);
            assertTrue(ms >= before || finished, "turn " + turn + " went back from " + before + " to " + ms);
            assertTrue(ms <= sentBytes.getOrDefault(turn, 0L) / 8, "more of turn " + turn + " was played than sent");
            playedMs.put(turn, ms);
        }

        @Override
        public void markReached(int turn, String name) {
            assertTrue(reached.add(name), name + " was reached twice");
            assertTrue(turn > clearedTurn, name + " is of a cleared turn");
        }

        @Override
        public void dropped(Playback.Drop why, int frames) {
            dropped += frames;
        }

        @Override
        public void playing(int turn, int epoch, long fromByte, long startsAtUs) {}

        @Override
        public void silence(long fromUs) {}

        @Override
        public void late(long pauseUs) {}
    }

    @Test
    void holdsWhateverIsOrdered() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int call = 0; call < 300; call++) {
            one(new Random(random.nextLong()), "seed " + seed + ", call " + call);
        }
    }

    private static void one(Random random, String which) {
        Listener listener = new Listener();
        Playback playback = new Playback(LOOK_AHEAD_US, listener);
        List<SocketCommand.Play> ordered = new ArrayList<>();
        int turn = 1;
        int seq = 0;
        int marks = 0;
        boolean open = false;
        int frames = 0;
        for (int step = 0; step < 200; step++) {
            listener.nowUs += random.nextInt(60_000);
            long nowUs = listener.nowUs;
            switch (random.nextInt(10)) {
                case 0 -> {
                    turn++;
                    seq = 0;
                }
                case 1 -> {
                    if (listener.clearedTurn < turn && random.nextBoolean()) {
                        int upTo = turn - random.nextInt(2);
                        listener.clearedTurn = Math.max(listener.clearedTurn, upTo);
                        playback.clear(upTo, nowUs);
                    }
                }
                case 2 -> playback.mark(new SocketCommand.Mark(CALL, turn, "m" + marks++), nowUs);
                case 3 -> {
                    if (!ordered.isEmpty()) { // a producer that got no answer sends again
                        SocketCommand.Play again = ordered.get(random.nextInt(ordered.size()));
                        assertTrue(!playback.accepts(again), which);
                        frames += (again.payload().length() + FRAME - 1) / FRAME;
                    }
                }
                case 4 -> {
                    open = true;
                    playback.open(nowUs);
                }
                case 5, 6 -> playback.tick(nowUs);
                default -> {
                    byte[] audio = new byte[1 + random.nextInt(5 * FRAME)];
                    Arrays.fill(audio, (byte) turn);
                    SocketCommand.Play play = new SocketCommand.Play(CALL, turn, seq++, FRAME, Slice.of(audio));
                    ordered.add(play);
                    assertTrue(playback.accepts(play), which);
                    playback.play(play, nowUs);
                    frames += (audio.length + FRAME - 1) / FRAME;
                }
            }
        }
        if (!open) {
            playback.open(listener.nowUs);
        }
        while (playback.dueUs() != Long.MAX_VALUE) {
            listener.nowUs = Math.max(listener.nowUs, playback.dueUs());
            playback.tick(listener.nowUs);
        }
        // every frame was heard once or dropped once, and what was not cleared was heard to its end
        assertEquals(frames, listener.heard.size() + listener.dropped, which);
        listener.sentBytes.forEach((number, bytes) -> {
            if (number > listener.clearedTurn) {
                assertEquals(bytes / 8, listener.playedMs.get(number), which + ", turn " + number);
            }
        });
    }
}
