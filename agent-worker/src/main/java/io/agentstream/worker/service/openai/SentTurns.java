package io.agentstream.worker.service.openai;

import io.agentstream.schemas.Slice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// The sound of the caller's turns that a service was sent and has not put into words yet: with its session is lost what it has heard, and the next
/// one has to hear it. Bounded; of more the oldest is dropped. Any thread.
final class SentTurns {

    private final int maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Turn> over = new ArrayDeque<>();
    private final Deque<Slice> current = new ArrayDeque<>();
    private long bytes;

    private record Turn(int number, List<Slice> sound) {
        long bytes() {
            return SentTurns.bytes(sound);
        }
    }

    SentTurns(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    private static long bytes(Iterable<Slice> sound) {
        long bytes = 0;
        for (Slice each : sound) {
            bytes += each.length();
        }
        return bytes;
    }

    /// The next of the turn that is not over yet.
    void add(Slice sound) {
        lock.lock();
        try {
            current.addLast(sound);
            bytes += sound.length();
            while (bytes > maxBytes) {
                bytes -= over.isEmpty() ? current.removeFirst().length() : over.removeFirst().bytes();
            }
        } finally {
            lock.unlock();
        }
    }

    void over(int turn) {
        lock.lock();
        try {
            if (!current.isEmpty()) {
                over.addLast(new Turn(turn, List.copyOf(current)));
                current.clear();
            }
        } finally {
            lock.unlock();
        }
    }

    /// The turn that is not over is none.
    void forget() {
        lock.lock();
        try {
            bytes -= bytes(current);
            current.clear();
        } finally {
            lock.unlock();
        }
    }

    /// Nobody has to hear this turn again.
    void known(int turn) {
        lock.lock();
        try {
            over.stream().filter(each -> each.number() == turn).forEach(each -> bytes -= each.bytes());
            over.removeIf(each -> each.number() == turn);
        } finally {
            lock.unlock();
        }
    }

    /// What was sent of the turn that is not over.
    List<Slice> unfinished() {
        lock.lock();
        try {
            return List.copyOf(current);
        } finally {
            lock.unlock();
        }
    }

    /// Empty where it is not there any more.
    List<Slice> sound(int turn) {
        lock.lock();
        try {
            List<Slice> sound = new ArrayList<>();
            over.stream().filter(each -> each.number() == turn).forEach(each -> sound.addAll(each.sound()));
            return sound;
        } finally {
            lock.unlock();
        }
    }

    boolean has(int turn) {
        return !sound(turn).isEmpty();
    }
}
