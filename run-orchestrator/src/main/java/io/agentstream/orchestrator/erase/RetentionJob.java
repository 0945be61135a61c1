package io.agentstream.orchestrator.erase;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.ErasedRuns;
import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.EmptiedRuns;
import io.agentstream.orchestrator.store.RetentionRounds;
import io.agentstream.orchestrator.store.RetentionRounds.Round;
import io.agentstream.orchestrator.store.UnsaidErasures;
import io.agentstream.orchestrator.store.UnsaidErasures.Looked;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.Topics;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// Forgets what organisations keep for a time only, any orchestrator any of it, some runs at a time.
public final class RetentionJob {

    private static final long PAUSE_MS = 5_000;

    /// How often it is looked for organisations that have times of their own since.
    private static final Duration BEGIN_EVERY = Duration.ofSeconds(60);

    /// For how long it is known who has looked at what.
    static final Duration LOOKS_KEPT = Duration.ofDays(90);

    /// In one statement. As long as there are so many, it goes on with the next step, so that it is never behind for long.
    static final int LOOKS_AT_ONCE = 5_000;

    /// How often it is looked for runs that a version of before has emptied and said nothing of: it may run beside this one for a while.
    private static final Duration UNSAID_EVERY = Duration.ofDays(1);

    /// After this long no topic has the provider's names of a call any more, of which its facts could be made anew.
    static final Duration NAMES_STAY = Topics.CALL_LIFECYCLE.retention().plus(Eraser.MARGIN);

    private final Database database;
    private final InstantSource clock;
    private final Predicate<Decision> told;
    private final Counter runs;
    private Instant nextBegin = Instant.MIN;
    private boolean looksLeft;
    private Instant nextUnsaid = Instant.MIN;
    private long unsaidBefore;

    /// @param told given what is to be announced of runs that were emptied, one after the other until it says that one is not said: the outbox
    ///     has the others
    public RetentionJob(Database database, InstantSource clock, Metrics metrics, Predicate<Decision> told) {
        this.database = database;
        this.clock = clock;
        this.told = told;
        this.runs = metrics.counter("agent_stream_orchestrator_retention_runs"); // gone through, whether anything was left of them or not
    }

    /// Its loop, which owns it.
    ///
    /// @param ready whether database and Kafka answer
    public DutyCycle loop(BooleanSupplier ready) {
        return new StepLoop("orchestrator-retention", PAUSE_MS, ready, this::step, "what is to be forgotten is tried again");
    }

    /// Takes one organisation a step further; false where none is due, and nothing else is left.
    boolean step() {
        Instant now = clock.instant();
        if (!now.isBefore(nextBegin)) {
            nextBegin = now.plus(BEGIN_EVERY); // also where something of it fails: what follows is not kept from its turn
            looksLeft = true;
            database.withConnection(RetentionRounds::begin);
        }
        if (looksLeft) {
            looksLeft = database.withConnection(connection -> AuditLog.forgetLooks(connection, LOOKS_KEPT, LOOKS_AT_ONCE)) == LOOKS_AT_ONCE;
        }
        Optional<Round> due = database.withConnection(RetentionRounds::take);
        due.ifPresent(round -> goOn(round, now));
        boolean unsaidLeft = sayOfThoseBefore(now);
        return due.isPresent() || looksLeft || unsaidLeft;
    }

    /// Some runs further; false where there is nothing more to do.
    private boolean sayOfThoseBefore(Instant now) {
        if (!now.isBefore(nextUnsaid)) {
            nextUnsaid = now.plus(UNSAID_EVERY);
            unsaidBefore = UnsaidErasures.NEWEST;
        }
        long before = unsaidBefore;
        if (before == UnsaidErasures.NONE_LEFT) {
            return false;
        }
        unsaidBefore = UnsaidErasures.NONE_LEFT; // where it fails, the next time: what else there is has its turn
        List<Decision> said = new ArrayList<>();
        unsaidBefore = database.inTransaction(connection -> {
            Looked looked = UnsaidErasures.look(connection, before, now.minus(NAMES_STAY));
            for (UnsaidErasures.Erased run : looked.unsaid()) {
                said.addAll(ErasedRuns.tell(connection, List.of(run.callId()), run.at()));
            }
            return looked.before();
        });
        ErasedRuns.announce(said, told);
        return unsaidBefore != UnsaidErasures.NONE_LEFT;
    }

    private void goOn(Round round, Instant now) {
        List<Decision> said = new ArrayList<>();
        int goneThrough = database.inTransaction(connection -> {
            EmptiedRuns.Progress progress = RetentionRounds.goOn(connection, round, now);
            said.addAll(ErasedRuns.tell(connection, progress.emptied(), now));
            return progress.runs();
        });
        runs.increment(goneThrough);
        ErasedRuns.announce(said, told);
    }
}
