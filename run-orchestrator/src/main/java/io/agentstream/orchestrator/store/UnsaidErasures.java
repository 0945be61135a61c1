package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// Runs that are emptied and of which nobody has said so, as a version of before did not: where their facts are made anew of what the topics
/// still have, they would have the provider's names again, for good. Gone through from the newest back, by number, which is about the
/// order in which they were made.
public final class UnsaidErasures {

    /// Runs that are looked at in one transaction.
    static final int LOOKED_AT = 500;

    /// Of which it is said in one transaction at most.
    static final int SAID = RetentionRounds.BATCH;

    /// As at the beginning, and as at the end of all.
    public static final long NEWEST = Long.MAX_VALUE;
    public static final long NONE_LEFT = 0;

    /// @param at when it was emptied
    public record Erased(UUID callId, Instant at) {}

    /// @param unsaid whose rows are locked until the transaction ends
    /// @param before from where it goes on; [#NONE_LEFT] where nothing is left
    public record Looked(List<Erased> unsaid, long before) {}

    private record Candidate(long id, Instant createdAt, boolean isUnsaid) {}

    /// Asked of each run by itself: the planner must not read everybody's events for it.
    private static final String SAID_OF_IT =
            "left join lateral (select true as said from run_events e where e.run_id = r.id and e.type = 'erased' limit 1) e on true";

    private UnsaidErasures() {}

    /// @param before number behind the first that is looked at
    /// @param since runs that were made before are not asked about any more
    public static Looked look(Connection connection, long before, Instant since) throws SQLException {
        List<Candidate> looked = Sql.query(
                connection,
                """
                select r.id, r.created_at, coalesce(u.unsaid, false) as unsaid
                  from (select id, created_at, emptied_at from runs where id < ? order by id desc limit ?) r
                  left join lateral (select e.said is null as unsaid from (values (1)) v
                """
                        + SAID_OF_IT
                        + " where r.emptied_at is not null) u on true order by r.id desc",
                row -> new Candidate(row.getLong("id"), Sql.instant(row, "created_at"), row.getBoolean("unsaid")),
                before,
                LOOKED_AT);
        List<Candidate> recent = looked.stream().filter(each -> !each.createdAt().isBefore(since)).toList();
        List<Long> unsaid = recent.stream().filter(Candidate::isUnsaid).map(Candidate::id).limit(SAID).toList();
        boolean isAll = recent.isEmpty() || looked.size() < LOOKED_AT; // numbers and times do not go quite together
        long next = unsaid.size() == SAID ? unsaid.getLast() : isAll ? NONE_LEFT : looked.getLast().id();
        return new Looked(unsaid.isEmpty() ? List.of() : locked(connection, unsaid), next);
    }

    /// Those of which nobody else has said it before they were locked.
    private static List<Erased> locked(Connection connection, List<Long> runs) throws SQLException {
        long[] ids = runs.stream().mapToLong(Long::longValue).toArray();
        EmptiedRuns.lock(connection, ids);
        return Sql.query(
                connection,
                "select r.call_id, r.emptied_at from runs r " + SAID_OF_IT + " where r.id = any(?) and e.said is null order by r.id",
                row -> new Erased(row.getObject("call_id", UUID.class), Sql.instant(row, "emptied_at")),
                (Object) ids);
    }
}
