package io.agentstream.orchestrator.facts;

import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunFacts;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What one run adds to its organisation's minute. Immutable; any thread.
///
/// @param revision of the facts that say so
/// @param minute beginning of the minute in which the run was over
/// @param completed whether it ended; else it failed
/// @param refused code of the failure of a run that never came to talk; null of one that did
/// @param talkMs milliseconds of talk of a run that ended
/// @param seconds started seconds of talk
/// @param cost what was charged
record Share(
        long revision,
        long organizationId,
        long agentId,
        Instant minute,
        boolean completed,
        @Nullable String refused,
        long talkMs,
        long seconds,
        BigDecimal cost) {

    private static final long SECOND_MS = 1_000;

    /// The share of a run, or nothing while it is not over.
    static Optional<Share> of(RunFacts facts) {
        Instant endedAt = facts.endedAt();
        if (endedAt == null) {
            return Optional.empty();
        }
        Long revision = facts.revision();
        Long duration = facts.durationMs();
        long talkMs = duration == null ? 0 : Math.max(0, duration);
        boolean completed = facts.state().equals(RunPart.COMPLETED);
        return Optional.of(new Share(
                revision == null ? 0 : revision,
                facts.run().organizationId(),
                facts.run().agentId(),
                endedAt.truncatedTo(ChronoUnit.MINUTES),
                completed,
                completed || facts.startedAt() != null ? null : code(facts.failure()),
                completed ? talkMs : 0,
                (talkMs + SECOND_MS - 1) / SECOND_MS,
                facts.cost() == null ? BigDecimal.ZERO : new BigDecimal(facts.cost())));
    }

    private static String code(@Nullable Failure failure) {
        return failure == null
                ? "other"
                : failure.runFailure().orElse(failure.name().toLowerCase(Locale.ROOT));
    }

    /// Key of the minute in `usage.v1`.
    String key() {
        return organizationId + "@" + minute;
    }
}
