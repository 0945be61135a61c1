package io.agentstream.orchestrator.store;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Sealing;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The table of erasures, and the erasing of what the database knows of a run. What is done twice changes nothing the second time.
public final class Erasures {

    /// Runs that are emptied in one transaction.
    public static final int BATCH = 50;

    private static final String OVER = "state in ('completed', 'failed')";

    private Erasures() {}

    /// An order to erase; `callerNumber` is null once the runs are found. `doneBy`: when the last copy is gone, where that is known.
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

    /// A run that was emptied. `sealed`: its records on the topics are unreadable without its keys.
    public record Emptied(CallId callId, boolean sealed, Instant endedAt) {}

    public static Erasure ofRun(Connection connection, long organizationId, long runId) throws SQLException {
        return insert(connection, organizationId, runId, null);
    }

    public static Erasure ofCaller(Connection connection, long organizationId, String number) throws SQLException {
        return insert(connection, organizationId, null, number);
    }

    private static Erasure insert(
            Connection connection, long organizationId, @Nullable Long runId, @Nullable String number) throws SQLException {
        return Sql.only(
                connection,
                """
                insert into erasures (organization_id, run_id, caller_number, by_number, up_to_run)
                values (?, ?::bigint, ?::text, ?, (select coalesce(max(id), 0) from runs))
                returning *, 0 as runs
                """,
                Erasures::read,
                organizationId, runId, number, runId == null);
    }

    public static Optional<Erasure> find(Connection connection, long organizationId, long id) throws SQLException {
        return Sql.first(
                connection,
                """
                select e.*, (select count(*) from runs r where r.erasure_id = e.id)::integer as runs
                  from erasures e where e.organization_id = ? and e.id = ?
                """,
                Erasures::read,
                organizationId, id);
    }

    public static boolean isRun(Connection connection, long organizationId, long runId) throws SQLException {
        return Sql.first(
                        connection, "select 1 from runs where organization_id = ? and id = ?", row -> true, organizationId, runId)
                .isPresent();
    }

    /// The one that is due, locked until the transaction ends; one that somebody else is at is passed over.
    public static Optional<Erasure> due(Connection connection) throws SQLException {
        return Sql.first(
                connection,
                """
                select *, 0 as runs from erasures where state = 'pending' and next_at <= now()
                 order by next_at, id limit 1 for no key update skip locked
                """,
                Erasures::read);
    }

    /// Looks at it again after so many seconds.
    public static void later(Connection connection, long id, int seconds, @Nullable Instant doneBy) throws SQLException {
        Sql.update(
                connection,
                "update erasures set next_at = now() + make_interval(secs => ?), done_by = ?::timestamptz where id = ?",
                seconds, doneBy, id);
    }

    public static void done(Connection connection, long id) throws SQLException {
        Sql.update(
                connection,
                """
                update erasures set state = 'done', done_at = now(), caller_number = null
                 where id = ? and state = 'pending'
                """,
                id);
    }

    /// Empties some of the erasure's runs that are over and says how many; fewer than [#BATCH] mean that there are no more.
    public static int empty(Connection connection, Erasure erasure) throws SQLException {
        List<Long> runs = Sql.query(
                connection,
                """
                select id from runs
                 where organization_id = ? and id <= ? and (id = ?::bigint or initial_context ->> 'caller_number' = ?::text)
                   and (erasure_id is null or erasure_id <> ?) and
                """
                        + OVER + " order by id limit ? for no key update",
                row -> row.getLong(1),
                erasure.organizationId(), erasure.upToRun(), erasure.runId(), erasure.callerNumber(), erasure.id(), BATCH);
        for (long run : runs) {
            empty(connection, erasure.id(), run);
        }
        return runs.size();
    }

    private static void empty(Connection connection, long erasureId, long runId) throws SQLException {
        Sql.update(
                connection,
                """
                update runs
                   set initial_context = jsonb_strip_nulls(jsonb_build_object(
                           'provider', initial_context -> 'provider', 'direction', initial_context -> 'direction')),
                       gathered_context = '{}', logs = '{}', erasure_id = ?, erased_at = coalesce(erased_at, now())
                 where id = ?
                """,
                erasureId, runId);
        int events = Sql.update(
                connection,
                "update run_events set payload = payload - ?::text[] where run_id = ? and payload ??| ?::text[]",
                Sealing.personalFields(), runId, Sealing.personalFields());
        Sql.update(connection, "update webhook_deliveries set payload = null where run_id = ?", runId);
        int keys = Sql.update(
                connection,
                "update run_keys set media = null, words = null where run_id = ? and num_nonnulls(media, words) > 0",
                runId);
        Sql.update(
                connection, "update erasures set events = events + ?, keys = keys + ? where id = ?", events, keys, erasureId);
    }

    /// Whether runs of it are not over yet.
    public static boolean anyOpen(Connection connection, Erasure erasure) throws SQLException {
        return Sql.first(
                        connection,
                        """
                        select 1 from runs
                         where organization_id = ? and id <= ?
                           and (id = ?::bigint or initial_context ->> 'caller_number' = ?::text) and not
                        """
                                + OVER + " limit 1",
                        row -> true,
                        erasure.organizationId(), erasure.upToRun(), erasure.runId(), erasure.callerNumber())
                .isPresent();
    }

    /// The runs that it emptied, and ended after `since`: of older ones nothing can be left on a topic.
    public static List<Emptied> emptied(Connection connection, long erasureId, Instant since) throws SQLException {
        return Sql.query(
                connection,
                """
                select r.call_id, r.ended_at, k.run_id is not null as sealed
                  from runs r left join run_keys k on k.run_id = r.id
                 where r.erasure_id = ? and r.ended_at > ?
                """,
                row -> new Emptied(
                        new CallId(row.getObject("call_id", UUID.class)), row.getBoolean("sealed"), Sql.instant(row, "ended_at")),
                erasureId, since);
    }

    /// How many pieces of what it was to erase can still be read here: 0, or it is not done.
    public static int left(Connection connection, long erasureId) throws SQLException {
        return Sql.only(
                connection,
                """
                select count(*) from runs r
                 where r.erasure_id = ?
                   and (r.initial_context ?? 'caller_number' or r.initial_context ?? 'called_number' or r.gathered_context <> '{}'
                        or r.logs <> '{}'
                        or exists (select 1 from run_keys k where k.run_id = r.id and num_nonnulls(k.media, k.words) > 0)
                        or exists (select 1 from run_events e where e.run_id = r.id and e.payload ??| ?::text[]))
                """,
                row -> row.getInt(1),
                erasureId, Sealing.personalFields());
    }

    /// Takes up once more what was said late of runs that are emptied.
    public static void again(Connection connection, long erasureId) throws SQLException {
        for (long run : Sql.query(
                connection, "select id from runs where erasure_id = ? order by id", row -> row.getLong(1), erasureId)) {
            empty(connection, erasureId, run);
        }
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
