package io.agentstream.worker.takeover;

import io.agentstream.schemas.CallId;
import io.agentstream.worker.takeover.ArrivalLoader.Loaded;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Partitions that have come and are not read yet: what has to be known of them is found out beside the loop, which goes on with the calls that
/// it has. Only the loop.
///
/// One question is under way at a time, of all that have come by then. What it finds counts only for partitions that have been the loop's
/// ever since it was asked: what goes away and comes back was somebody else's in between.
final class Arrivals {

    /// How soon what could not be found out is asked again.
    static final long AGAIN_MS = 1_000;

    /// For as long it is asked what others left, and calls wait for it. Then they are gone without it, but never without knowing where to begin.
    static final long WITHOUT_AFTER_MS = 60_000;

    private static final Logger log = LoggerFactory.getLogger(Arrivals.class);

    /// @param of what was asked about, with the number of each one's coming
    private record Question(Map<TopicPartition, Long> of, CompletableFuture<Loaded> answer) {}

    private final ArrivalLoader loader;
    private final Executor beside;
    private final Runnable wakeUp;
    /// With the number of each one's coming.
    private final Map<TopicPartition, Long> coming = new HashMap<>();
    private long comings;
    private @Nullable Question question;
    private long sinceMs;
    private long againMs;

    /// @param beside runs what waits for Kafka; one thing at a time is asked of it
    /// @param wakeUp tells the loop that there is an answer; any thread may call it
    Arrivals(ArrivalLoader loader, Executor beside, Runnable wakeUp) {
        this.loader = loader;
        this.beside = beside;
        this.wakeUp = wakeUp;
    }

    /// These have come, for the first time or again.
    void come(Collection<TopicPartition> added, long nowMs) {
        if (added.isEmpty()) {
            return;
        }
        comings++;
        added.forEach(each -> coming.put(each, comings));
        sinceMs = nowMs;
        againMs = nowMs;
        ask(nowMs);
    }

    /// All others are somebody else's.
    void keepOnly(Set<TopicPartition> owned) {
        coming.keySet().retainAll(owned);
    }

    /// Those that are not read yet.
    Set<TopicPartition> coming() {
        return Set.copyOf(coming.keySet());
    }

    boolean isEmpty() {
        return coming.isEmpty();
    }

    boolean isComing(TopicPartition partition) {
        return coming.containsKey(partition);
    }

    /// Whether some of what has this number in all topics is not read yet.
    boolean isComing(int number) {
        return coming.keySet().stream().anyMatch(each -> each.partition() == number);
    }

    /// Whether there is an answer for [#arrived].
    boolean isAnswered() {
        Question asked = question;
        return asked != null && asked.answer().isDone();
    }

    /// What there is to be known of partitions that can be read from now on; null where there is nothing new. Asks again what is still not known.
    @Nullable Loaded arrived(long nowMs) {
        Question asked = question;
        Loaded taken = null;
        if (asked != null && asked.answer().isDone()) {
            question = null;
            Loaded found = taken(asked, nowMs);
            coming.keySet().removeAll(found.places().keySet());
            taken = found.places().isEmpty() ? null : found;
            boolean othersCame = coming.values().stream().anyMatch(each -> !asked.of().containsValue(each));
            againMs = othersCame ? nowMs : nowMs + AGAIN_MS;
        }
        ask(nowMs);
        return taken;
    }

    private void ask(long nowMs) {
        if (question != null || coming.isEmpty() || nowMs < againMs) {
            return;
        }
        Map<TopicPartition, Long> of = Map.copyOf(coming);
        CompletableFuture<Loaded> answer = CompletableFuture.supplyAsync(() -> loader.load(of.keySet()), beside);
        question = new Question(of, answer);
        answer.whenComplete((_, _) -> wakeUp.run());
    }

    /// What was found of those that are still coming as they were.
    private Loaded taken(Question asked, long nowMs) {
        Loaded found = found(asked);
        boolean without = nowMs - sinceMs >= WITHOUT_AFTER_MS && !found.missing().isEmpty();
        if (without) {
            log.atError().addKeyValue("partitions", found.missing()).log("snapshots are not to be had, going on without them");
        }
        Map<TopicPartition, Long> places = new HashMap<>();
        Set<Integer> numbers = new HashSet<>();
        found.places().forEach((partition, place) -> {
            if (Objects.equals(coming.get(partition), asked.of().get(partition)) && (without || !found.missing().contains(partition.partition()))) {
                places.put(partition, place);
                numbers.add(partition.partition());
            }
        });
        Map<CallId, Integer> unreadable = new HashMap<>(found.unreadable());
        unreadable.values().retainAll(numbers);
        return new Loaded(
                places, found.found().stream().filter(each -> numbers.contains(each.partition())).toList(), unreadable, Set.of());
    }

    /// @throws IllegalStateException where something of ours is broken
    private static Loaded found(Question asked) {
        try {
            return asked.answer().join();
        } catch (CompletionException bug) {
            throw new IllegalStateException("it could not be found out what others left", bug.getCause());
        }
    }

    /// Nothing is asked any more.
    void stop() {
        coming.clear();
        loader.stop();
    }
}
