package io.agentstream.orchestrator.store;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Sealing;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The table of erasures, and which runs they have emptied.
public final class Erasures {

    /// Runs that are emptied in one transaction.
    public static final int BATCH = 50;

    private static final int RUNS_LOOKED_AT = 20;

    private static final String OVER = "r.state in ('completed', 'failed')";

    /// Somebody is with the transfer of its caller still, whose names he needs. That takes minutes at most.
    private static final String BUSY =
            """
             exists (select 1 from transfers t
                      where t.run_id = r.id and (t.outcome is null or t.leg_open) and t.until > now() - interval '1 hour')
            """;

    /// A number's runs, by the index that the lists have; what is longer than the index knows is looked at whole.
    private static final String OF_CALLER =
            """
             r.organization_id = ? and left(r.initial_context ->> 'caller_number', 40) = left(?, 40)
               and r.initial_context ->> 'caller_number' = ? and r.id <= ?
            """;

    private static final String OF_RUN = " r.organization_id = ? and r.id = ?";

    private Erasures() {}

    /// An order to erase.
    ///
    /// @param callerNumber null once its runs are found
    /// @param doneBy when the last copy is gone, where that is known
    public record Erasure(
            long id,
            long organizationId,
            @Nullable Long runId,
            @Nullable String callerNumber,
            long upToRun,
            String state,
            Instant createdAt,
            @Nullable Instant doneBy,
            @Nullable Instant doneAt,
            int runs,
            int events,
            int keys) {

        public boolean byNumber() {
            return runId == null;
        }

        /// Without the number.
        @Override
        public String toString() {
            return "Erasure[" + id + ", " + state + "]";
        }
    }

    /// A run that was emptied.
    ///
    /// @param sealed whether its records on the topics are unreadable without its keys
    public record Emptied(CallId callId, boolean sealed, Instant createdAt, Instant endedAt) {}

    public static Erasure ofRun(Connection connection, long organizationId, long runId) throws SQLException {
        return insert(connection, organizationId, runId, null);
    }

    public static Erasure ofCaller(Connection connection, long organizationId, String number) throws SQLException {
        return insert(connection, organizationId, null, number);
    }

    /// One of the run that is not done yet; ordered again, it is the same.
    public static Optional<Erasure> openOfRun(Connection connection, long organizationId, long runId) throws SQLException {
        return Sql.first(
                connection,
                "select *, 0 as runs from erasures where organization_id = ? and run_id = ? and state = 'pending' order by id limit 1",
                Erasures::read,
                organizationId,
                runId);
    }

    /// One of the number whose runs are not all found yet: from now on also of those that there are by now.
    public static Optional<Erasure> openOfCaller(Connection connection, long organizationId, String number) throws SQLException {
        return Sql.first(
                connection,
                """
                update erasures set up_to_run = (select coalesce(max(id), 0) from runs)
                 where id = (select id from erasures
                              where organization_id = ? and run_id is null and caller_number = ? and state = 'pending'
                              order by id limit 1 for no key update)
                   and state = 'pending' and caller_number is not null
                returning *, 0 as runs
                """,
                Erasures::read,
                organizationId,
                number);
    }

    /// Whether the organisation has so many that are not done.
    public static boolean hasOpen(Connection connection, long organizationId, int most) throws SQLException {
        return Sql.only(
                connection,
                "select count(*) from (select 1 from erasures where organization_id = ? and state = 'pending' limit ?) open",
                row -> row.getInt(1) >= most,
                organizationId,
                most);
    }

    private static Erasure insert(
            Connection connection, long organizationId, @Nullable Long runId, @Nullable String number) throws SQLException {
        return Sql.only(
                connection,
                """
                insert into erasures (organization_id, run_id, caller_number, up_to_run)
                values (?, ?::bigint, ?::text, (select coalesce(max(id), 0) from runs))
                returning *, 0 as runs
                """,
                Erasures::read,
                organizationId,
                runId,
                number);
    }

    public static Optional<Erasure> find(Connection connection, long organizationId, long id) throws SQLException {
        return Sql.first(
                connection,
                """
                select e.*, (select count(*) from erasure_runs r where r.erasure_id = e.id)::integer as runs
                  from erasures e where e.organization_id = ? and e.id = ?
                """,
                Erasures::read,
                organizationId,
                id);
    }

    public static boolean isRun(Connection connection, long organizationId, long runId) throws SQLException {
        return Sql.first(
                        connection, "select 1 from runs where organization_id = ? and id = ?", row -> true, organizationId, runId)
                .isPresent();
    }

    /// Takes one that is due for so many seconds, in which nobody else gets it. Whoever fails with it has put it behind the others. Each
    /// organisation has its turn: of the next one behind `after` that has any, the one that is due for the longest.
    ///
    /// @param after organisation of the one that was taken before
    public static Optional<Erasure> take(Connection connection, int seconds, long after) throws SQLException {
        Optional<Erasure> next = takeBehind(connection, seconds, after);
        return next.isPresent() || after == 0 ? next : takeBehind(connection, seconds, 0);
    }

    private static Optional<Erasure> takeBehind(Connection connection, int seconds, long after) throws SQLException {
        return Sql.first(
                connection,
                """
                with recursive tenants(id) as (
                    (select organization_id from erasures where state = 'pending' and organization_id > ? order by organization_id limit 1)
                    union all
                    select (select e.organization_id from erasures e where e.state = 'pending' and e.organization_id > t.id
                             order by e.organization_id limit 1)
                      from tenants t where t.id is not null)
                update erasures set next_at = now() + make_interval(secs => ?)
                 where id = (select due.id
                               from tenants t
                              cross join lateral (select e.id from erasures e
                                                   where e.organization_id = t.id and e.state = 'pending' and e.next_at <= now()
                                                   order by e.next_at, e.id limit 1 for no key update skip locked) due
                              where t.id is not null limit 1)
                returning *, 0 as runs
                """,
                Erasures::read,
                after,
                seconds);
    }

    /// Looks at it again after so many seconds.
    public static void later(Connection connection, long id, int seconds, @Nullable Instant doneBy) throws SQLException {
        Sql.update(
                connection,
                "update erasures set next_at = now() + make_interval(secs => ?), done_by = ?::timestamptz where id = ?",
                seconds,
                doneBy,
                id);
    }

    /// All its runs are found and emptied: the number is not needed any more. False, and nothing changes, where it was ordered again since it was
    /// read, and is of more runs by now.
    public static boolean found(Connection connection, Erasure erasure) throws SQLException {
        return erasure.callerNumber() == null
                || Sql.update(
                                connection,
                                """
                                update erasures set caller_number = null
                                 where id = ? and run_id is null and caller_number is not null and up_to_run = ?
                                """,
                                erasure.id(),
                                erasure.upToRun())
                        > 0;
    }

    public static void done(Connection connection, long id) throws SQLException {
        Sql.update(
                connection,
                "update erasures set state = 'done', done_at = now(), caller_number = null where id = ? and state = 'pending'",
                id);
    }

    /// Empties some of the erasure's runs that are over and says how many: 0 means that there are no more.
    public static EmptiedRuns.Progress empty(Connection connection, Erasure erasure) throws SQLException {
        List<Long> found = Sql.query(
                connection,
                "select r.id from runs r where" + which(erasure) + " and " + OVER + " and not" + BUSY
                        + " and not exists (select 1 from erasure_runs e where e.erasure_id = ? and e.run_id = r.id)"
                        + " order by r.id limit ?",
                row -> row.getLong(1),
                parameters(erasure, erasure.id(), BATCH));
        if (found.isEmpty()) {
            return EmptiedRuns.Progress.NONE;
        }
        long[] runs = EmptiedRuns.portion(connection, found, EmptiedRuns.MOST_EVENTS);
        EmptiedRuns.lock(connection, runs);
        EmptiedRuns.Counts counts = EmptiedRuns.empty(connection, runs);
        Sql.update(
                connection, "insert into erasure_runs (erasure_id, run_id) select ?, unnest(?::bigint[]) on conflict do nothing",
                erasure.id(), runs);
        Sql.update(
                connection,
                "update erasures set events = events + ?, keys = keys + ? where id = ?",
                counts.events(),
                counts.keys(),
                erasure.id());
        return new EmptiedRuns.Progress(runs.length, counts.emptied());
    }

    /// Whether runs of it are not over yet. A call that has not started may have its number still to come, with its start.
    public static boolean anyOpen(Connection connection, Erasure erasure) throws SQLException {
        return Sql.first(
                                connection,
                                "select 1 from runs r where" + which(erasure) + " and (not " + OVER + " or" + BUSY + ") limit 1",
                                row -> true,
                                parameters(erasure))
                        .isPresent()
                || (erasure.byNumber()
                        && Sql.first(
                                        connection,
                                        "select 1 from runs where organization_id = ? and id <= ? and state = 'initialized' limit 1",
                                        row -> true,
                                        erasure.organizationId(),
                                        erasure.upToRun())
                                .isPresent());
    }

    private static String which(Erasure erasure) {
        return erasure.runId() == null ? OF_CALLER : OF_RUN;
    }

    private static @Nullable Object[] parameters(Erasure erasure, Object... rest) {
        Long run = erasure.runId();
        @Nullable Object[] which = run == null
                ? new @Nullable Object[] {
                    erasure.organizationId(), erasure.callerNumber(), erasure.callerNumber(), erasure.upToRun()
                }
                : new @Nullable Object[] {erasure.organizationId(), run};
        @Nullable Object[] all = new @Nullable Object[which.length + rest.length];
        System.arraycopy(which, 0, all, 0, which.length);
        System.arraycopy(rest, 0, all, which.length, rest.length);
        return all;
    }

    /// The runs that it emptied, and ended after `since`: of older ones nothing can be left on a topic.
    public static List<Emptied> emptied(Connection connection, long erasureId, Instant since) throws SQLException {
        return Sql.query(
                connection,
                """
                select r.call_id, r.created_at, r.ended_at, k.run_id is not null as sealed
                  from erasure_runs e join runs r on r.id = e.run_id left join run_keys k on k.run_id = r.id
                 where e.erasure_id = ? and r.ended_at > ?
                """,
                row -> new Emptied(
                        new CallId(row.getObject("call_id", UUID.class)),
                        row.getBoolean("sealed"),
                        Sql.instant(row, "created_at"),
                        Sql.instant(row, "ended_at")),
                erasureId,
                since);
    }

    /// Which of these calls have runs that are over.
    public static Set<CallId> over(Connection connection, Set<CallId> calls) throws SQLException {
        return new HashSet<>(Sql.query(
                connection,
                "select r.call_id from runs r where r.call_id = any(?::uuid[]) and " + OVER,
                row -> new CallId(row.getObject("call_id", UUID.class)),
                (Object) calls.stream().map(CallId::toString).toArray(String[]::new)));
    }

    /// Whether something of its runs can still be read here, or opened with what is here: then it is not done. Some runs at a time.
    public static boolean isAnythingLeft(Connection connection, long erasureId) throws SQLException {
        List<Long> runs;
        long after = 0;
        do {
            runs = Sql.query(
                    connection,
                    "select run_id from erasure_runs where erasure_id = ? and run_id > ? order by run_id limit ?",
                    row -> row.getLong(1),
                    erasureId,
                    after,
                    RUNS_LOOKED_AT);
            if (isAnythingLeft(connection, runs)) {
                return true;
            }
            after = runs.isEmpty() ? after : runs.getLast();
        } while (runs.size() == RUNS_LOOKED_AT);
        return false;
    }

    private static boolean isAnythingLeft(Connection connection, List<Long> runs) throws SQLException {
        return Sql.first(
                connection,
                """
                select 1 from runs r
                 where r.id = any(?::bigint[])
                   and (r.initial_context - '{provider,direction}'::text[] <> '{}' or r.gathered_context <> '{}' or r.logs <> '{}'
                        or exists (select 1 from run_keys k where k.run_id = r.id and num_nonnulls(k.media, k.words) > 0)
                        or exists (select 1 from run_words w where w.run_id = r.id)
                        or exists (select 1 from transfers t
                                    where t.run_id = r.id
                                      and num_nonnulls(t.session, t.target, t.told, t.leg, t.missed, t.ticket) > 0)
                        or exists (select 1 from webhook_deliveries d where d.run_id = r.id and d.payload is not null)
                        or exists (select 1 from run_events e where e.run_id = r.id and e.payload ??| ?::text[]))
                 limit 1
                """,
                row -> true,
                runs.toArray(Long[]::new),
                Sealing.personalFields()).isPresent();
    }

    private static Erasure read(ResultSet row) throws SQLException {
        return new Erasure(
                row.getLong("id"),
                row.getLong("organization_id"),
                Sql.longOrNull(row, "run_id"),
                row.getString("caller_number"),
                row.getLong("up_to_run"),
                row.getString("state"),
                Sql.instant(row, "created_at"),
                Sql.instantOrNull(row, "done_by"),
                Sql.instantOrNull(row, "done_at"),
                row.getInt("runs"),
                row.getInt("events"),
                row.getInt("keys"));
    }
}
