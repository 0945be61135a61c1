package io.agentstream.orchestrator.facts;

import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.Usage;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What follows from a run's events. Pure; any thread.
final class Projection {

    private static final String INITIALIZED = "initialized";
    private static final String RUNNING = "running";
    private static final String COMPLETED = "completed";
    private static final String FAILED = "failed";

    private Projection() {}

    /// The facts after `event`; nothing where it tells nothing new. Events are said again after a crash, and then say what was
    /// known: a run never goes back. That the provider has ended the call changes none of the facts.
    static Optional<RunFacts> next(@Nullable RunFacts known, RunEvent event) {
        String state = state(event);
        if (event instanceof RunEvent.HangUp || (known != null && rank(known.state()) >= rank(state))) {
            return Optional.empty();
        }
        Instant createdAt = known == null ? null : known.createdAt();
        Instant startedAt = known == null ? null : known.startedAt();
        return Optional.of(switch (event) {
            case RunEvent.Created e ->
                new RunFacts(e.callId(), e.run(), state, e.at(), null, null, null, null, null, null);
            case RunEvent.Running e ->
                new RunFacts(e.callId(), e.run(), state, createdAt, e.at(), null, null, null, null, null);
            case RunEvent.Completed e -> new RunFacts(
                    e.callId(), e.run(), state, createdAt, startedAt, e.at(), e.durationMs(), e.end(), null, e.cost());
            case RunEvent.Failed e -> new RunFacts(
                    e.callId(), e.run(), state, createdAt, startedAt, e.at(), e.durationMs(), null, e.failure(), e.cost());
            case RunEvent.HangUp _ -> throw new IllegalStateException("of no consequence");
        });
    }

    static boolean isOver(RunFacts facts) {
        return facts.endedAt() != null;
    }

    /// Key in `usage.v1` of the minute in which the run ended; the run is over.
    static String usageKey(RunFacts facts) {
        return facts.run().organizationId() + "@" + minute(facts);
    }

    /// The minute with one more run that is over.
    static Usage add(@Nullable Usage usage, RunFacts facts) {
        Usage before = usage == null ? new Usage(facts.run().organizationId(), minute(facts), 0, 0, 0) : usage;
        boolean completed = facts.state().equals(COMPLETED);
        Long talkMs = facts.durationMs();
        return new Usage(
                before.organizationId(),
                before.minute(),
                before.completed() + (completed ? 1 : 0),
                before.failed() + (completed ? 0 : 1),
                before.talkMs() + (talkMs == null ? 0 : talkMs));
    }

    private static Instant minute(RunFacts facts) {
        Instant endedAt = facts.endedAt();
        if (endedAt == null) {
            throw new IllegalStateException("the run is not over");
        }
        return endedAt.truncatedTo(ChronoUnit.MINUTES);
    }

    private static String state(RunEvent event) {
        return switch (event) {
            case RunEvent.Created created -> INITIALIZED;
            case RunEvent.Running running -> RUNNING;
            case RunEvent.Completed completed -> COMPLETED;
            case RunEvent.Failed failed -> FAILED;
            case RunEvent.HangUp ended -> COMPLETED;
        };
    }

    private static int rank(String state) {
        return switch (state) {
            case INITIALIZED -> 0;
            case RUNNING -> 1;
            default -> 2;
        };
    }
}
