package io.agentstream.calllog.timeline;

import io.agentstream.audio.Loudness;
import io.agentstream.audio.MuLaw;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the agent sent of each turn, and when the caller heard it. Knows the newest turns only. One thread.
final class AgentAudio {

    private static final int TURNS_KEPT = 32;

    /// What one verdict about a sound is about.
    private static final int PIECE_BYTES = 20 * MuLaw.BYTES_PER_MS;

    private final Map<Integer, Turn> turns = new LinkedHashMap<>();
    private final Sounds sounds;
    private int epoch;
    private int newestTurn = -1;
    private int newestSeq = -1;
    private boolean isSent;
    private boolean isSealed;
    private boolean isLoud;
    private @Nullable Long firstHeardMs;

    private static final class Turn {
        private long sentBytes;
        private long fromMs = -1;
        private long playedMs;
        private long stretchFromMs = -1;
        private long stretchPlayedMs;
    }

    AgentAudio(Sounds sounds) {
        this.sounds = sounds;
    }

    /// What comes again, or of a worker that has lost the call, is passed over as the gateway passes over it.
    void sent(SocketCommand.Play play) {
        if (play.epoch() != SocketCommand.NO_EPOCH && play.epoch() < epoch) {
            return;
        }
        boolean isLater = play.epoch() > epoch || play.turn() > newestTurn
                || (play.turn() == newestTurn && play.seq() > newestSeq);
        epoch = Math.max(epoch, play.epoch());
        if (!isLater) {
            return;
        }
        newestTurn = play.turn();
        newestSeq = play.seq();
        isSent = true;
        turn(play.turn()).sentBytes += play.payload().length();
        isLoud = isLoud || isLoud(play.payload());
    }

    /// Something was sent that cannot be opened.
    void sentSealed() {
        isSent = true;
        isSealed = true;
    }

    private static boolean isLoud(Slice audio) {
        for (int at = 0; at < audio.length(); at += PIECE_BYTES) {
            if (Loudness.isSound(audio.array(), audio.offset() + at, Math.min(PIECE_BYTES, audio.length() - at))) {
                return true;
            }
        }
        return false;
    }

    /// From a time on a turn is heard from a byte on, as long as nobody clears it.
    void playing(int number, long fromByte, long atMs) {
        Turn turn = turn(number);
        turn.stretchFromMs = atMs;
        turn.stretchPlayedMs = fromByte / MuLaw.BYTES_PER_MS;
    }

    /// So much of a turn was heard by now.
    void played(int number, long playedMs, long atMs) {
        Turn turn = turn(number);
        long freshMs = playedMs - turn.playedMs;
        if (freshMs <= 0) {
            return;
        }
        boolean isStretchKnown = turn.stretchFromMs >= 0 && playedMs >= turn.stretchPlayedMs;
        long toMs = isStretchKnown ? turn.stretchFromMs + playedMs - turn.stretchPlayedMs : atMs;
        long fromMs = Math.max(0, toMs - freshMs);
        turn.fromMs = turn.fromMs < 0 ? fromMs : turn.fromMs;
        turn.playedMs = playedMs;
        firstHeardMs = firstHeardMs == null ? fromMs : firstHeardMs;
        sounds.agent(fromMs, toMs);
    }

    private Turn turn(int number) {
        Turn known = turns.get(number);
        if (known != null) {
            return known;
        }
        if (turns.size() == TURNS_KEPT) {
            turns.remove(turns.keySet().iterator().next());
        }
        Turn turn = new Turn();
        turns.put(number, turn);
        return turn;
    }

    /// When the caller began to hear a turn; null where nobody says.
    @Nullable Long fromMs(int number) {
        Turn turn = turns.get(number);
        return turn == null || turn.fromMs < 0 ? null : (Long) turn.fromMs;
    }

    /// Milliseconds that were sent of a turn; null where nobody knows.
    @Nullable Long sentMs(int number) {
        Turn turn = turns.get(number);
        return turn == null || turn.sentBytes == 0 ? null : (Long) (turn.sentBytes / MuLaw.BYTES_PER_MS);
    }

    /// When the caller heard the agent for the first time; null where that was not yet.
    @Nullable Long firstHeardMs() {
        return firstHeardMs;
    }

    boolean isSent() {
        return isSent;
    }

    /// Whether all that was sent was silence.
    boolean isSilent() {
        return isSent && !isSealed && !isLoud;
    }
}
