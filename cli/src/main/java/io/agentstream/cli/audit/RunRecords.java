package io.agentstream.cli.audit;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.Topics;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// Gathers what the database says of a stretch's calls: their runs with what the ledger has of them, and calls that were refused
/// without one. By the index on the call, in pages.
final class RunRecords {

    private static final int PAGE = 500;

    /// All migrations of a new installation are applied within that. What is applied later is an upgrade, ...
    private static final int MADE_AT_ONCE_MIN = 10;

    /// ... of which the last orchestrator of before is still there for so long: the first of the new ones migrates.
    private static final int UPGRADE_MIN = 60;

    /// Run and ledger in one statement, and so of one moment.
    private static final String RUNS = """
            select r.id, r.name, r.call_id, r.organization_id, r.agent_id, r.agent_version, r.state, r.failure_code, r.end_by,
                   r.disconnected_by, r.outcome,
                   coalesce(r.cost, 0) as cost, r.price_per_minute, r.created_at, r.started_at, r.ended_at,
                   r.conversation_at is not null or c.said is not null as attended,
                   coalesce(r.conversation_at <= r.ended_at and c.said < c.ended, false) as attended_in_time,
                   m.run_id is not null as metered, l.amount, l.seconds, l.last_second, l.entries_of_others, r.services,
                   c.said_at,
                   (select (case when h.at < h.first + interval '%s minutes' then h.at else h.at + interval '%s minutes' end)::timestamptz
                      from (select min(installed_on) filter (where version in ('29', '30')) as at, min(installed_on) as first
                              from flyway_schema_history where success) h)
                       as upgraded_at
              from (select * from runs where call_id >= ? and call_id < ? order by call_id limit ?) r
              left join meters m on m.run_id = r.id
             cross join lateral (
                    select coalesce(-sum(e.amount), 0) as amount,
                           coalesce(sum(e.to_second - e.from_second), 0) as seconds,
                           coalesce(max(e.to_second), 0) as last_second,
                           count(*) filter (where e.user_id <> r.owner_user_id or e.organization_id <> r.organization_id)
                               as entries_of_others
                      from (select * from ledger where run_id = r.id and kind = 'charge'
                            union all
                            select * from ledger where run_id = r.id and kind = 'correction') e) l
             cross join lateral (
                    select min(position) filter (where source_topic = '%s') as said,
                           max(source_offset) filter (where source_topic = '%s') as said_at,
                           min(position) filter (where type in ('completed', 'failed')) as ended
                      from run_events where run_id = r.id) c
             order by r.call_id
            """.formatted(MADE_AT_ONCE_MIN, UPGRADE_MIN, Topics.CONVERSATION_EVENTS.name(), Topics.CONVERSATION_EVENTS.name());

    private static final String REFUSED =
            "select call_id from refused_calls where call_id >= ? and call_id < ? order by call_id limit ?";

    private RunRecords() {}

    /// A run, and what the ledger has of it.
    ///
    /// @param charged what its entries come to
    /// @param chargedSeconds seconds that its charges are for, each as often as it is charged
    /// @param lastSecond up to which second it is charged
    /// @param attended whether anything is known of its conversation
    /// @param attendedInTime whether it had begun before the run was over, and that was known when the run's end was decided
    /// @param metered whether money may still be held for it
    /// @param services what its services were used for; null where that cannot be read
    /// @param saidAt where the last record of its conversation lies that is in the database; null where none is
    /// @param upgradedAt since when there are only orchestrators here that sum that up, and charge nothing for what nobody served
    record Row(
            long id,
            String name,
            UUID callId,
            long organizationId,
            long agentId,
            int agentVersion,
            String state,
            @Nullable String failureCode,
            @Nullable String endBy,
            @Nullable String disconnectedBy,
            @Nullable String outcome,
            BigDecimal cost,
            @Nullable BigDecimal pricePerMinute,
            Instant createdAt,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt,
            boolean attended,
            boolean attendedInTime,
            boolean metered,
            BigDecimal charged,
            long chargedSeconds,
            long lastSecond,
            long entriesOfOthers,
            @Nullable List<ServiceUse> services,
            @Nullable Long saidAt,
            @Nullable Instant upgradedAt) {

        boolean isOver() {
            return endedAt != null;
        }
    }

    static void gather(Database database, Stretch stretch, Instant until) {
        each(stretch, until, (from, to) -> database.inTransaction(connection -> runs(connection, stretch, from, to)));
        each(stretch, until, (from, to) -> database.inTransaction(connection -> refused(connection, stretch, from, to)));
    }

    @FunctionalInterface
    private interface Page {
        /// The call that the next page begins behind, or the one it began with where there is none.
        List<UUID> read(UUID from, UUID to);
    }

    private static void each(Stretch stretch, Instant until, Page page) {
        UUID from = stretch.first().value();
        UUID end = CallId.of(until.toEpochMilli(), 0, 0).value();
        List<UUID> read;
        do {
            CallId limit = stretch.limit();
            read = page.read(from, limit == null ? end : limit.value());
            if (!read.isEmpty()) {
                from = behind(read.getLast());
            }
        } while (read.size() == PAGE);
    }

    private static UUID behind(UUID id) {
        long low = id.getLeastSignificantBits() + 1;
        return new UUID(id.getMostSignificantBits() + (low == 0 ? 1 : 0), low);
    }

    private static List<UUID> runs(Connection connection, Stretch stretch, UUID from, UUID to) throws SQLException {
        List<Row> rows = Sql.query(connection, RUNS, RunRecords::row, from, to, PAGE);
        for (Row row : rows) {
            stretch.add(new CallId(row.callId()), call -> {
                call.row = row;
                call.at(row.createdAt());
                call.at(row.endedAt());
            });
        }
        return rows.stream().map(Row::callId).toList();
    }

    private static List<UUID> refused(Connection connection, Stretch stretch, UUID from, UUID to) throws SQLException {
        List<UUID> calls = Sql.query(connection, REFUSED, row -> row.getObject("call_id", UUID.class), from, to, PAGE);
        calls.forEach(id -> stretch.add(new CallId(id), call -> call.refused = true));
        return calls;
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getLong("id"),
                row.getString("name"),
                row.getObject("call_id", UUID.class),
                row.getLong("organization_id"),
                row.getLong("agent_id"),
                row.getInt("agent_version"),
                row.getString("state"),
                row.getString("failure_code"),
                row.getString("end_by"),
                row.getString("disconnected_by"),
                row.getString("outcome"),
                row.getBigDecimal("cost"),
                row.getBigDecimal("price_per_minute"),
                Sql.instant(row, "created_at"),
                Sql.instantOrNull(row, "started_at"),
                Sql.instantOrNull(row, "ended_at"),
                row.getBoolean("attended"),
                row.getBoolean("attended_in_time"),
                row.getBoolean("metered"),
                row.getBigDecimal("amount"),
                row.getLong("seconds"),
                row.getLong("last_second"),
                row.getLong("entries_of_others"),
                services(row.getString("services")),
                Sql.longOrNull(row, "said_at"),
                Sql.instantOrNull(row, "upgraded_at"));
    }

    private static @Nullable List<ServiceUse> services(@Nullable String json) {
        try {
            return json == null ? List.of() : List.of(Json.MAPPER.readValue(json, ServiceUse[].class));
        } catch (JacksonException changedByHand) {
            return null;
        }
    }
}
