package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.store.Transfers.Doubt;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/// Which of the calls that somebody waits for are still in doubt, asked once for all of them: however many wait, the database is asked ten times a second, and
/// once more for each that comes. Any thread; blocks on the database.
final class OpenDoubts {

    /// How old an answer may be.
    static final Duration POLL = Duration.ofMillis(100);

    private record Round(long atNs, Set<UUID> asked, Map<UUID, Doubt> doubts) {}

    private final Function<Set<UUID>, Map<UUID, Doubt>> ask;
    private final Set<UUID> waiting = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock(); // held while it is asked: whoever comes meanwhile waits for the same answer
    private Round last = new Round(System.nanoTime() - POLL.toNanos(), Set.of(), Map.of());

    /// @param ask the database, for all of these calls
    OpenDoubts(Function<Set<UUID>, Map<UUID, Doubt>> ask) {
        this.ask = ask;
    }

    /// From now on the call is among those that are asked for.
    void begin(UUID call) {
        waiting.add(call);
    }

    /// It is not any more.
    void end(UUID call) {
        waiting.remove(call);
    }

    /// What is in doubt of a call that has begun to wait: as it was when this was called, or up to a tenth of a second before.
    Optional<Doubt> of(UUID call) {
        lock.lock();
        try {
            if (!last.asked().contains(call) || System.nanoTime() - last.atNs() >= POLL.toNanos()) {
                Set<UUID> all = Set.copyOf(waiting);
                long atNs = System.nanoTime();
                last = new Round(atNs, all, ask.apply(all));
            }
            return Optional.ofNullable(last.doubts().get(call));
        } finally {
            lock.unlock();
        }
    }
}
