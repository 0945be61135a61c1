package io.agentstream.gateway.call;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A [Playback] and what it does, in words.
abstract class PlayedCall {

    static final CallId CALL = CallId.of(1, 2, 3);
    static final long MS = 1_000;
    static final long LOOK_AHEAD = 200 * MS;

    final List<String> said = new ArrayList<>();
    final Playback playback = new Playback(LOOK_AHEAD, new Playback.Output() {
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
        public void late(long pauseUs) {
            said.add("late " + pauseUs / MS);
        }
    });

    void play(int turn, int ms, long atMs) {
        byte[] audio = new byte[ms * 8];
        Arrays.fill(audio, (byte) turn);
        playback.play(new SocketCommand.Play(CALL, turn, 0, 160, Slice.of(audio)), atMs * MS);
    }

    void mark(int turn, String name, long atMs) {
        playback.mark(new SocketCommand.Mark(CALL, turn, name), atMs * MS);
    }

    List<String> take() {
        List<String> all = List.copyOf(said);
        said.clear();
        return all;
    }

    long frames() {
        return take().stream().filter(what -> what.startsWith("media")).count();
    }

    static SocketCommand speech(int turn, int seq, int epoch) {
        byte[] audio = new byte[160];
        Arrays.fill(audio, (byte) turn);
        return new SocketCommand.Play(CALL, turn, seq, 160, Slice.of(audio), epoch);
    }

    void accept(SocketCommand command, long atMs) {
        assertTrue(playback.accepts(command));
        switch (command) {
            case SocketCommand.Play play -> playback.play(play, atMs * MS);
            case SocketCommand.Clear clear -> playback.clear(clear.turn(), atMs * MS);
            case SocketCommand.Mark mark -> playback.mark(mark, atMs * MS);
            case SocketCommand.SealedPlay _, SocketCommand.Admit _, SocketCommand.Open _, SocketCommand.Finish _, SocketCommand.Close _ -> {}
        }
    }
}
