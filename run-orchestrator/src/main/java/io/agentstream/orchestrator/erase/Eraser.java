package io.agentstream.orchestrator.erase;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.ErasedRuns;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.EmptiedRuns;
import io.agentstream.orchestrator.store.Erasures;
import io.agentstream.orchestrator.store.Erasures.Emptied;
import io.agentstream.orchestrator.store.Erasures.Erasure;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does what is ordered to be erased, any orchestrator any of it, in steps that may be done again: the runs' rows and keys in batches,
/// then the keys on their topic, then it looks whether anything can still be read, and only then says that it is done.
public final class Eraser {

    private static final Logger log = LoggerFactory.getLogger(Eraser.class);

    private static final long PAUSE_MS = 500;
    private static final int SOON_S = 1;
    private static final int AGAIN_S = 15;

    /// A call may last for hours: the longer it is waited for, the more rarely it is looked at.
    private static final int OPEN_MOST_S = 60;

    /// A key may have to wait for hours, and each look is a reading of the whole topic: the older an erasure, the more rarely.
    private static final int AGAIN_MOST_S = 300;

    /// Erasures whose keys are looked for in one reading of the topic.
    static final int AT_ONCE = 200;

    /// How long it waits at most for what time takes away.
    private static final int LATER_S = 3_600;

    /// Longer than it takes to read the keys' topic twice.
    private static final int TAKEN_S = 45;

    /// How much longer than its retention a record may stay on a topic: a segment, and the broker's own rounds.
    static final Duration MARGIN = Duration.ofDays(2);

    /// After this long nothing of a call is left on any topic that has a retention, whether it was sealed or not.
    static final Duration LONGEST = Topics.ALL.stream()
            .filter(topic -> topic.cleanup().contains(Topic.Cleanup.DELETE))
            .map(Topic::retention)
            .max(Comparator.naturalOrder())
            .orElseThrow()
            .plus(MARGIN);

    /// After this long a key is not on its topic any more: its retention, a twenty-fourth of it for the segment, and the broker's rounds.
    static final Duration KEYS_STAY = Topics.CALL_KEYS.retention().plusMinutes(30);

    private final Database database;
    private final Keys topic;
    private final InstantSource clock;
    private final Predicate<Decision> told;

    /// Whose was taken last; only the loop.
    private long served;

    /// Where the keys of calls travel.
    @FunctionalInterface
    public interface Keys {
        /// Takes away what can be taken away, and says whose keys are still there; blocks.
        Set<CallId> destroy(Set<CallId> calls) throws InterruptedException;
    }

    /// @param told given what is to be announced of runs that were emptied, one after the other until it says that one is not said: the outbox
    ///     has the others
    public Eraser(Database database, Keys topic, InstantSource clock, Predicate<Decision> told) {
        this.database = database;
        this.topic = topic;
        this.clock = clock;
        this.told = told;
    }

    /// Its loop, which owns it.
    ///
    /// @param ready whether database and Kafka answer
    public DutyCycle loop(BooleanSupplier ready) {
        return new StepLoop("orchestrator-eraser", PAUSE_MS, ready, this::step, "an erasure is tried again");
    }

    /// Takes what is due a step further; false where nothing is. Empties rows of one erasure after the other, until one has rows left;
    /// the keys of those that have none are looked for together.
    boolean step() throws InterruptedException {
        List<Erasure> emptied = new ArrayList<>();
        boolean any = false;
        boolean more = true;
        try {
            while (more && emptied.size() < AT_ONCE) {
                Optional<Taken> taken = take();
                any |= taken.isPresent();
                more = taken.isPresent() && taken.get().isEmptied();
                if (more) {
                    emptied.add(taken.orElseThrow().erasure());
                }
            }
        } finally { // one that fails keeps none of the others from being done
            if (!emptied.isEmpty()) {
                finish(emptied);
            }
        }
        return any;
    }

    private record Taken(Erasure erasure, boolean isEmptied) {}

    private Optional<Taken> take() {
        Optional<Erasure> next = database.withConnection(connection -> Erasures.take(connection, TAKEN_S, served));
        served = next.map(Erasure::organizationId).orElse(0L);
        return next.map(erasure -> new Taken(erasure, isEmptied(erasure)));
    }

    private boolean isEmptied(Erasure erasure) {
        List<Decision> said = new ArrayList<>();
        boolean isEmptied = database.inTransaction(connection -> {
            EmptiedRuns.Progress emptied = Erasures.empty(connection, erasure);
            boolean some = emptied.runs() > 0;
            said.addAll(ErasedRuns.tell(connection, emptied.emptied(), clock.instant()));
            boolean open = !some && Erasures.anyOpen(connection, erasure);
            boolean found = !some && !open && Erasures.found(connection, erasure);
            // Who dies from here on is not waited for any longer than that.
            Erasures.later(connection, erasure.id(), found ? TAKEN_S : open ? again(erasure, clock.instant(), SOON_S, OPEN_MOST_S) : 0, erasure.doneBy());
            return found;
        });
        ErasedRuns.announce(said, told);
        return isEmptied;
    }

    /// What still stands in the way of one.
    ///
    /// @param keys that may still be on their topic, of which calls
    /// @param keysThere until when at most
    /// @param inTheClear until when something of it can be read without a key; null where there is nothing such
    private record Rest(Erasure erasure, Set<CallId> keys, @Nullable Instant keysThere, @Nullable Instant inTheClear) {}

    private void finish(List<Erasure> emptied) throws InterruptedException {
        Instant now = clock.instant();
        List<Rest> rests = new ArrayList<>();
        Set<CallId> keys = new HashSet<>();
        for (Erasure erasure : emptied) {
            Rest rest = rest(erasure, now);
            rests.add(rest);
            keys.addAll(rest.keys());
        }
        Set<CallId> there = keys.isEmpty() ? Set.of() : topic.destroy(keys);
        for (Rest rest : rests) {
            finish(rest, Collections.disjoint(rest.keys(), there), now);
        }
    }

    private Rest rest(Erasure erasure, Instant now) {
        List<Emptied> recent =
                database.withConnection(connection -> Erasures.emptied(connection, erasure.id(), now.minus(LONGEST)));
        Set<CallId> keys = new HashSet<>();
        Instant inTheClear = null;
        Instant keysThere = null;
        for (Emptied run : recent) {
            if (!run.sealed()) {
                inTheClear = later(inTheClear, run.endedAt().plus(LONGEST));
            } else if (run.createdAt().plus(KEYS_STAY).isAfter(now)) {
                keys.add(run.callId());
                keysThere = later(keysThere, run.createdAt().plus(KEYS_STAY));
            }
        }
        return new Rest(erasure, keys, keysThere, inTheClear);
    }

    private void finish(Rest rest, boolean gone, Instant now) {
        Erasure erasure = rest.erasure();
        Instant keysThere = rest.keysThere();
        Instant inTheClear = rest.inTheClear();
        Instant until = gone ? inTheClear : keysThere == null ? inTheClear : later(inTheClear, keysThere);
        boolean done = database.inTransaction(connection -> {
            if (gone && until == null && !Erasures.isAnythingLeft(connection, erasure.id())) {
                Erasures.done(connection, erasure.id());
                return true;
            }
            Erasures.later(
                    connection, erasure.id(), gone && until != null ? secondsUntil(until, now) : again(erasure, now, AGAIN_S, AGAIN_MOST_S), until);
            return false;
        });
        if (done) {
            log.atInfo().addKeyValue("erasure", erasure.id()).log("erased");
        }
    }

    /// A quarter of the time that it has waited.
    private static int again(Erasure erasure, Instant now, int leastS, int mostS) {
        return Math.clamp(Duration.between(erasure.createdAt(), now).toSeconds() / 4, leastS, mostS);
    }

    private static int secondsUntil(Instant until, Instant now) {
        return Math.clamp(Duration.between(now, until).toSeconds() + 1, 1, LATER_S);
    }

    private static Instant later(@Nullable Instant one, Instant other) {
        return one == null || other.isAfter(one) ? other : one;
    }
}
