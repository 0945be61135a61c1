package io.agentstream.cli.audit;

import io.agentstream.cli.audit.RunRecords.Row;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.RunFacts;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A run's end as one source tells it.
///
/// @param state completed or failed; or what it is where it is not over
/// @param how the end or the failure, empty where it has none
/// @param at when; null where it is not over
/// @param cost what was charged
/// @param by whose doing it was; null where an older writer did not say
/// @param outcome what it achieved; null where nothing is said of that
record Told(
        String state, String how, @Nullable Instant at, BigDecimal cost, @Nullable String by, @Nullable String outcome) {

    /// Of times that were written with more digits by one than by another.
    private static final long SAME_MS = 1;

    static Told of(Row row) {
        String how = row.endBy() != null ? row.endBy() : row.failureCode();
        return new Told(row.state(), how == null ? "" : how, row.endedAt(), row.cost(), row.disconnectedBy(), row.outcome());
    }

    /// @param over one of the two that end a run
    static Told of(RunEvent over) {
        return switch (over) {
            case RunEvent.Completed e -> new Told(
                    "completed", Judge.lower(e.end()), e.at(), money(e.cost()), lower(e.disconnectedBy()), e.outcome());
            case RunEvent.Failed e -> new Told(
                    "failed", Judge.code(e.failure()), e.at(), money(e.cost()), lower(e.disconnectedBy()), e.outcome());
            case RunEvent.Created _, RunEvent.Running _, RunEvent.HangUp _, RunEvent.Transferred _, RunEvent.Erased _ ->
                throw new IllegalArgumentException("no end of a run");
        };
    }

    static Told of(RunFacts facts) {
        String how = facts.end() != null ? Judge.lower(facts.end()) : facts.failure() != null ? Judge.code(facts.failure()) : "";
        return new Told(
                facts.state(), how, facts.endedAt(), money(facts.cost()), lower(facts.disconnectedBy()), facts.outcome());
    }

    private static @Nullable String lower(@Nullable Enum<?> constant) {
        return constant == null ? null : Judge.lower(constant);
    }

    static BigDecimal money(@Nullable String text) {
        return text == null ? BigDecimal.ZERO : new BigDecimal(text);
    }

    /// The first difference, or null.
    @Nullable String differenceTo(Told other) {
        if (!state.equals(other.state)) {
            return state + " against " + other.state;
        }
        if (!how.equals(other.how)) {
            return how + " against " + other.how;
        }
        if (!isSame(at, other.at)) {
            return "ended at " + at + " against " + other.at;
        }
        if (cost.compareTo(other.cost) != 0) {
            return "cost " + plain(cost) + " against " + plain(other.cost);
        }
        if (isOther(by, other.by)) {
            return "ended by " + by + " against " + other.by;
        }
        return isOther(outcome, other.outcome) ? "the outcome" : null; // in the agent's own words, which stay there
    }

    /// What one of them does not say is no difference.
    private static boolean isOther(@Nullable String one, @Nullable String other) {
        return one != null && other != null && !one.equals(other);
    }

    static String plain(BigDecimal money) {
        return money.signum() == 0 ? "0" : money.stripTrailingZeros().toPlainString();
    }

    static boolean isSame(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null && other == null;
        }
        return Math.abs(one.toEpochMilli() - other.toEpochMilli()) <= SAME_MS;
    }
}
