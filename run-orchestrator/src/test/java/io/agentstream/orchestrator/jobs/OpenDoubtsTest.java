package io.agentstream.orchestrator.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Transfers.Doubt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Many wait for the database's word, and it is asked for all of them.
final class OpenDoubtsTest {

    private static final int CALLS = 200;
    private static final Duration LASTS = Duration.ofSeconds(1);

    private final AtomicInteger asked = new AtomicInteger();
    private final Map<UUID, Doubt> open = new HashMap<>();
    private final OpenDoubts doubts = new OpenDoubts(this::ask);

    private Map<UUID, Doubt> ask(Set<UUID> calls) {
        asked.incrementAndGet();
        Map<UUID, Doubt> found = new HashMap<>(open);
        found.keySet().retainAll(calls);
        return found;
    }

    private Doubt inDoubt(UUID call, long id) {
        Doubt doubt = new Doubt(id, null, null, null);
        open.put(call, doubt);
        return doubt;
    }

    @Test
    void theDatabaseIsAskedTenTimesASecondAndOnceForEachThatComes() throws Exception {
        List<Future<?>> all = new ArrayList<>();
        for (int n = 0; n < CALLS; n++) {
            inDoubt(UUID.randomUUID(), n);
        }
        long beganNs = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (UUID call : Set.copyOf(open.keySet())) {
                all.add(threads.submit(() -> {
                    doubts.begin(call);
                    while (System.nanoTime() - beganNs < LASTS.toNanos()) {
                        assertTrue(doubts.of(call).isPresent());
                        Thread.yield();
                    }
                    doubts.end(call);
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }

        long rounds = Duration.ofNanos(System.nanoTime() - beganNs).dividedBy(OpenDoubts.POLL) + 1;
        assertTrue(asked.get() <= CALLS + rounds, asked + " questions in " + rounds + " rounds");
        assertTrue(asked.get() >= LASTS.dividedBy(OpenDoubts.POLL) / 2, asked + " questions");
    }

    @Test
    void eachIsToldItsOwn() {
        UUID one = UUID.randomUUID();
        UUID other = UUID.randomUUID();
        UUID none = UUID.randomUUID();
        Doubt ofOne = inDoubt(one, 1);
        Doubt ofOther = inDoubt(other, 2);
        List.of(one, other, none).forEach(doubts::begin);

        assertEquals(List.of(Optional.of(ofOne), Optional.of(ofOther), Optional.empty()), List.of(doubts.of(one), doubts.of(other), doubts.of(none)));
        assertEquals(1, asked.get());
    }

    @Test
    void whoeverHasGoneIsNotAskedFor() {
        UUID one = UUID.randomUUID();
        UUID gone = UUID.randomUUID();
        inDoubt(gone, 1);
        doubts.begin(gone);
        doubts.end(gone);
        doubts.begin(one);

        doubts.of(one);

        assertEquals(Optional.empty(), doubts.of(gone));
    }
}
