package io.agentstream.worker.engine.realtime;

import io.agentstream.agents.conversation.Remark;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.Realtime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// What the caller said last: where the service that heard it is lost for good before it is answered, the one that takes its place has to hear it.
/// Bounded as what waits for a service is; of more the beginning is dropped. One thread.
final class LastTurn {

    private final Deque<Slice> sound = new ArrayDeque<>();
    private long bytes;
    private int turn;
    private boolean over;

    void begins(int of) {
        forget();
        turn = of;
    }

    void add(Slice frame) {
        sound.addLast(frame);
        bytes += frame.length();
        while (bytes > Realtime.MAX_WAITING_BYTES) {
            bytes -= sound.removeFirst().length();
        }
    }

    void ends() {
        over = true;
    }

    void forget() {
        sound.clear();
        bytes = 0;
        over = false;
    }

    int turn() {
        return turn;
    }

    /// Whether it is the last of what was said, and not known in words.
    boolean isLast(List<Remark> history) {
        return over && !sound.isEmpty() && !history.isEmpty() && history.getLast().equals(Remark.unworded(turn));
    }

    List<Slice> sound() {
        return List.copyOf(sound);
    }
}
