package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Lists an organisation's runs, newest first, at a cost that depends neither on how many there are nor on how few are wanted: a stretch
/// of at most [#MAX_EXAMINED] runs of one index is looked through. Where that ends before the page is full, the list goes on behind it.
public final class RunLists {
    /// What a page may read of runs that it does not show. A few milliseconds' worth.
    static final int MAX_EXAMINED = 5_000;

    /// The same where each of these runs is looked at for words.
    static final int MAX_READ = 1_000;

    /// Before a listing, for the rest of its transaction. Comparing rows of columns says to PostgreSQL only how many runs their first column
    /// has, the organisation's: of a small one it would rather read all by another index, and sort them. Where nothing may be sorted, only
    /// the index that has the list's order is left.
    static final String PLANNED = "select set_config('enable_sort', 'off', true), set_config('enable_incremental_sort', 'off', true)";

    private static final Instant FIRST = Instant.EPOCH;
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private RunLists() {}

    /// A place in a list of runs: the run that stands before it.
    public record Position(Instant createdAt, long id) {}

    /// Takes what a list brings, until it has enough.
    public interface Taker {
        /// False where there is no room for it.
        boolean take(Runs.Run run);

        /// Behind this place there may be more, which was not looked for.
        void goOnBehind(Position place);
    }

    /// A statement and its parameters.
    record Statement(String sql, List<Object> parameters) {}

    /// Those behind `after` (null: from the newest), as many as `taker` wants, at most `limit`. In a transaction.
    public static void list(
            Connection connection, long organizationId, RunFilter filter, @Nullable Position after, int limit, Taker taker)
            throws SQLException {
        Optional<long[]> ofCall = RunSearch.ofExternalCall(connection, organizationId, filter.externalCallId());
        if (ofCall.isPresent()) {
            give(connection, among(organizationId, filter, ofCall.get(), after, limit), filter.text(), taker);
            return;
        }
        Sql.only(connection, PLANNED, row -> true);
        Statement newest = listing(organizationId, filter, after, limit);
        TextQuery text = filter.text();
        if (text == null) {
            give(connection, newest, null, taker);
            return;
        }
        // What is said often is found among the newest; what is said seldom by the index of words.
        Stretch stretch = new Stretch(taker);
        give(connection, newest, text, stretch);
        Position end = stretch.end;
        if (end != null) {
            Optional<long[]> few = RunSearch.withWords(connection, text);
            if (few.isEmpty() || stretch.taken == limit) {
                taker.goOnBehind(end);
            } else {
                give(connection, among(organizationId, filter, few.get(), end, limit - stretch.taken), text, taker);
            }
        }
    }

    /// Knows where a stretch ended.
    private static final class Stretch implements Taker {
        private final Taker taker;
        private int taken;
        private @Nullable Position end;

        Stretch(Taker taker) {
            this.taker = taker;
        }

        @Override
        public boolean take(Runs.Run run) {
            taken++;
            return taker.take(run);
        }

        @Override
        public void goOnBehind(Position place) {
            end = place;
        }
    }

    private static void give(Connection connection, Statement statement, @Nullable TextQuery text, Taker taker)
            throws SQLException {
        Sql.each(
                connection,
                statement.sql(),
                row -> row,
                row -> take(row, text, taker),
                statement.parameters().toArray());
    }

    private static boolean take(ResultSet row, @Nullable TextQuery text, Taker taker) {
        try {
            if (row.getBoolean("wanted")) {
                Runs.Run run = Runs.read(row);
                if (!taker.take(text == null ? run : RunSearch.withMatch(run, row, text))) {
                    return false;
                }
            }
            if (row.getBoolean("last")) {
                taker.goOnBehind(new Position(Sql.instant(row, "created_at"), row.getLong("id")));
            }
            return true;
        } catch (SQLException failure) {
            throw new DatabaseException(failure);
        }
    }

    /// One condition chooses the index, by being the range of it that is read; the others are looked at in each run of the range. The
    /// range is written as one, by comparing rows of columns, and not as conditions that a plan could be chosen for. All orders name
    /// the index's columns, also those that have one value: with [#PLANNED] there is one plan, whatever PostgreSQL believes of a value.
    static Statement listing(long organizationId, RunFilter filter, @Nullable Position after, int limit) {
        RunRange range = RunRange.of(organizationId, filter);
        List<Object> parameters = new ArrayList<>();
        String others = others(filter, range, parameters);
        int most = filter.text() == null ? MAX_EXAMINED : MAX_READ;
        int examined = others.isEmpty() ? limit : most;
        String columns = String.join(", ", range.columns());
        String places = "?, ".repeat(range.columns().size());
        String order = String.join(" desc, ", range.columns()) + " desc, r.created_at desc, r.id desc";
        StringBuilder keys = new StringBuilder();
        StringBuilder keyOrder = new StringBuilder();
        for (int i = 0; i < range.columns().size(); i++) {
            keys.append(range.columns().get(i)).append(" as k").append(i).append(", ");
            keyOrder.append("e.k").append(i).append(" desc, ");
        }
        String sql =
                """
                with examined as materialized (
                    select r.id, r.created_at, %s%s as wanted, row_number() over (order by %s) as n
                      from runs r
                     where (%s, r.created_at, r.id) < (%s?, ?) and (%s, r.created_at, r.id) >= (%s?, ?)%s
                     order by %s
                     limit ?)
                select r.*, (select a.uuid from agents a where a.id = r.agent_id) as agent_uuid,
                       coalesce(e.wanted, false) as wanted, e.n = ? as last%s
                  from examined e join runs r on r.id = e.id%s
                 where e.wanted or e.n = ?
                 order by %se.created_at desc, e.id desc
                 limit ?
                """
                        .formatted(
                                keys, others.isEmpty() ? "true" : others, order, columns, places, columns, places,
                                range.condition(), order, RunSearch.columns(filter.text()),
                                RunSearch.join(filter.text()), keyOrder);
        Position from = before(filter, after);
        parameters.addAll(range.values());
        parameters.addAll(List.of(from.createdAt(), from.id()));
        parameters.addAll(range.values());
        parameters.addAll(List.of(filter.createdFrom() == null ? FIRST : filter.createdFrom(), 0L));
        // Where every run of the range is wanted, the page's own limit says where it ends.
        int last = others.isEmpty() ? 0 : examined;
        parameters.addAll(List.of(examined, last));
        parameters.addAll(RunSearch.parameters(filter.text()));
        parameters.addAll(List.of(last, limit));
        return new Statement(sql, parameters);
    }

    /// The wanted ones among a few runs.
    private static Statement among(long organizationId, RunFilter filter, long[] few, @Nullable Position after, int limit) {
        List<Object> parameters = new ArrayList<>();
        Position from = before(filter, after);
        parameters.addAll(List.of(
                few, organizationId, from.createdAt(), from.id(), filter.createdFrom() == null ? FIRST : filter.createdFrom()));
        String others = others(filter, RunRange.NONE, parameters);
        String sql =
                """
                with chosen as materialized (
                    select r.id, r.created_at from unnest(?::bigint[]) c(id) join runs r on r.id = c.id
                     where r.organization_id = ? and (r.created_at, r.id) < (?, ?) and r.created_at >= ?%s
                     order by r.created_at desc, r.id desc
                     limit ?)
                select r.*, (select a.uuid from agents a where a.id = r.agent_id) as agent_uuid, true as wanted, false as last%s
                  from chosen e join runs r on r.id = e.id%s
                 order by e.created_at desc, e.id desc
                """
                        .formatted(
                                others.isEmpty() ? "" : " and " + others, RunSearch.columns(filter.text()),
                                RunSearch.join(filter.text()));
        parameters.add(limit);
        parameters.addAll(RunSearch.parameters(filter.text()));
        return new Statement(sql, parameters);
    }

    /// Where the reading begins: behind `after`, and before what is too new.
    private static Position before(RunFilter filter, @Nullable Position after) {
        Position newest = new Position(filter.createdBefore() == null ? LAST : filter.createdBefore(), 0);
        return after == null || after.createdAt().compareTo(newest.createdAt()) >= 0 ? newest : after;
    }

    /// The conditions that the range does not fulfil already, and their parameters.
    private static String others(RunFilter filter, RunRange range, List<Object> parameters) {
        List<String> conditions = new ArrayList<>();
        range.beyondTheIndexed().forEach(text -> and(conditions, parameters, text.column() + " = ?", text.value()));
        for (RunRange.Equal equal : RunRange.Equal.all(filter)) {
            if (!range.fulfils(equal)) {
                and(conditions, parameters, equal.column() + " = ?", equal.value());
            }
        }
        if (filter.minDurationMs() != null) {
            and(
                    conditions, parameters, "r.ended_at - r.started_at >= ?::bigint * interval '1 millisecond'",
                    filter.minDurationMs());
        }
        if (filter.maxDurationMs() != null) {
            and(
                    conditions, parameters, "r.ended_at - r.started_at < ?::bigint * interval '1 millisecond'",
                    filter.maxDurationMs() + 1);
        }
        String externalCallId = filter.externalCallId();
        if (externalCallId != null) {
            conditions.add(RunSearch.OF_EXTERNAL_CALL);
            parameters.addAll(List.of(externalCallId, externalCallId, externalCallId));
        }
        if (filter.text() != null) {
            and(
                    conditions, parameters, "(select w.words @@ ?::tsquery from run_words w where w.run_id = r.id)",
                    filter.text().within());
        }
        return String.join(" and ", conditions);
    }

    private static void and(List<String> conditions, List<Object> parameters, String condition, Object value) {
        conditions.add(condition);
        parameters.add(value);
    }

    /// Where one of the organisation's runs stands in its lists.
    public static Position position(Connection connection, long organizationId, long id) throws SQLException {
        return Sql.first(
                        connection,
                        "select created_at, id from runs where organization_id = ? and id = ?",
                        row -> new Position(Sql.instant(row, "created_at"), row.getLong("id")),
                        organizationId,
                        id)
                .orElse(new Position(FIRST, 0));
    }
}
