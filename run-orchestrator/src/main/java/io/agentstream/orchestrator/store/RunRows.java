package io.agentstream.orchestrator.store;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The table of runs as decisions need it. Whoever changes a run holds its lock, and after it the organisation's and its owner's, in
/// that order, where they are needed.
public final class RunRows {

    private static final String SELECT = "select * from runs where call_id = ?";

    private static final String SET_PROVEN =
            """
            call_type = ?, initial_context = ?, gathered_context = ?, logs = ?,
            telephony_configuration_id = ?::bigint, provider_domain = ?::text, provider_session = ?::text
            """;

    private RunRows() {}

    public record RunRow(
            long id,
            String name,
            UUID callId,
            long organizationId,
            long agentId,
            long ownerUserId,
            int agentVersion,
            String mode,
            int gatewaySlot,
            RunState state,
            ObjectNode initialContext,
            ObjectNode gatheredContext,
            ObjectNode logs,
            @Nullable Long telephonyConfigurationId,
            @Nullable String providerSession,
            Instant createdAt,
            @Nullable Instant startedAt,
            Instant lastSeenAt,
            @Nullable Instant aliveAt,
            @Nullable Instant aliveReadAt,
            @Nullable Instant conversationAt,
            @Nullable Integer conversationEpoch,
            @Nullable BigDecimal pricePerMinute,
            @Nullable String outcome) {

        /// Without what the caller said.
        @Override
        public String toString() {
            return "RunRow[" + name + ", " + state.text() + "]";
        }
    }

    /// What a new run is made of.
    public record NewRun(
            UUID callId,
            Agents.Callable agent,
            String mode,
            int gatewaySlot,
            ObjectNode initialContext,
            ObjectNode gatheredContext,
            ObjectNode logs,
            Instant createdAt,
            Instant seenAt,
            BigDecimal pricePerMinute) {}

    /// What the start message and the proof add to a run.
    public record Proven(
            String callType,
            ObjectNode initialContext,
            ObjectNode gatheredContext,
            ObjectNode logs,
            @Nullable Long telephonyConfigurationId,
            @Nullable String providerDomain,
            @Nullable String providerSession) {

        /// For [#SET_PROVEN], and what follows in the statement.
        private @Nullable Object[] parameters(Object... rest) {
            return Stream.concat(
                            Stream.of(
                                    callType, initialContext, gatheredContext, logs, telephonyConfigurationId, providerDomain,
                                    providerSession),
                            Stream.of(rest))
                    .toArray();
        }
    }

    /// @param faults what was wrong beside; null where nothing was
    public record Failed(
            String code, String reason, int closeCode, Instant at, String disconnectedBy, @Nullable List<String> faults) {}

    public record Completed(
            String endBy, @Nullable Integer closeCode, Instant at, BigDecimal cost, String disconnectedBy, @Nullable List<String> faults) {}

    /// What is known of a call: its run, or else the name of the failure that it was refused for, or nothing.
    public record Known(Optional<RunRow> run, @Nullable String refusedFor) {}

    public static Known known(Connection connection, UUID callId) throws SQLException {
        return Sql.only(
                connection,
                """
                select r.*, f.failure as refused_for
                  from (select ?::uuid as id) c
                  left join runs r on r.call_id = c.id
                  left join refused_calls f on f.call_id = c.id
                """,
                row -> new Known(
                        row.getString("state") == null ? Optional.empty() : Optional.of(read(row)),
                        row.getString("refused_for")),
                callId);
    }

    public static Optional<RunRow> find(Connection connection, UUID callId) throws SQLException {
        return Sql.first(connection, SELECT, RunRows::read, callId);
    }

    /// As [#find]; nobody erases anything of the run until the transaction ends, and it sees what was erased.
    public static Optional<RunRow> share(Connection connection, UUID callId) throws SQLException {
        return Sql.first(connection, SELECT + " for key share", RunRows::read, callId);
    }

    /// As [#find], the row locked until the transaction ends.
    public static Optional<RunRow> lock(Connection connection, UUID callId) throws SQLException {
        return Sql.first(connection, SELECT + " for no key update", RunRows::read, callId);
    }

    /// A new run in `initialized`; nothing where the call has one already, or gets one from somebody else at this moment.
    public static Optional<RunRow> insert(Connection connection, NewRun run) throws SQLException {
        return Sql.first(
                connection,
                """
                insert into runs (call_id, organization_id, agent_id, owner_user_id, agent_version, mode, call_type,
                                  initial_context, gathered_context, logs, gateway_slot, created_at, last_seen_at, price_per_minute)
                values (?, ?, ?, ?, ?, ?, 'inbound', ?, ?, ?, ?, ?, ?, ?)
                on conflict (call_id) do nothing
                returning *
                """,
                RunRows::read,
                run.callId(),
                run.agent().organizationId(),
                run.agent().id(),
                run.agent().ownerUserId(),
                run.agent().version(),
                run.mode(),
                run.initialContext(),
                run.gatheredContext(),
                run.logs(),
                run.gatewaySlot(),
                run.createdAt(),
                run.seenAt(),
                run.pricePerMinute());
    }

    /// For a run that will not begin; one that does is described by [#begin].
    public static void describe(Connection connection, long id, Proven proven) throws SQLException {
        Sql.update(connection, "update runs set " + SET_PROVEN + " where id = ?", proven.parameters(id));
    }

    /// Describes a run that is running from now on; returns the definition of its agent's version.
    public static ObjectNode begin(Connection connection, long id, Proven proven, Instant at) throws SQLException {
        return Sql.only(
                connection,
                "update runs r set " + SET_PROVEN
                        + """
                        , state = 'running', started_at = ?, last_seen_at = ?
                          from agent_versions v
                         where r.id = ? and v.agent_id = r.agent_id and v.number = r.agent_version
                        returning v.definition
                        """,
                row -> Jsonb.readObject(row, "definition"),
                proven.parameters(at, at, id));
    }

    public static void fail(Connection connection, long id, Failed failed) throws SQLException {
        Sql.update(
                connection,
                """
                update runs set state = 'failed', failure_code = ?, failure_reason = ?, close_code = ?, ended_at = ?,
                                disconnected_by = ?, faults = ?::text[]
                 where id = ?
                """,
                failed.code(),
                Jsonb.harmless(failed.reason()),
                failed.closeCode(),
                failed.at(),
                failed.disconnectedBy(),
                array(failed.faults()),
                id);
    }

    public static void complete(Connection connection, long id, Completed completed) throws SQLException {
        Sql.update(
                connection,
                """
                update runs set state = 'completed', end_by = ?, close_code = ?::integer, ended_at = ?, cost = ?,
                                disconnected_by = ?, faults = ?::text[], started_at = coalesce(started_at, ?)
                 where id = ?
                """,
                completed.endBy(),
                completed.closeCode(),
                completed.at(),
                completed.cost(),
                completed.disconnectedBy(),
                array(completed.faults()),
                completed.at(),
                id);
    }

    /// What was wrong with a run that is over, where that is not known yet.
    public static void setFaults(Connection connection, long id, List<String> faults) throws SQLException {
        Sql.update(connection, "update runs set faults = ?::text[] where id = ? and faults is null", array(faults), id);
    }

    private static String @Nullable [] array(@Nullable List<String> texts) {
        return texts == null ? null : texts.toArray(String[]::new);
    }

    /// What the run has cost so far: what the ledger says of it.
    public static void setCost(Connection connection, long id, BigDecimal cost) throws SQLException {
        Sql.update(connection, "update runs set cost = ? where id = ?", cost, id);
    }

    static RunRow read(ResultSet row) throws SQLException {
        String state = row.getString("state");
        return new RunRow(
                row.getLong("id"),
                row.getString("name"),
                row.getObject("call_id", UUID.class),
                row.getLong("organization_id"),
                row.getLong("agent_id"),
                row.getLong("owner_user_id"),
                row.getInt("agent_version"),
                row.getString("mode"),
                row.getInt("gateway_slot"),
                RunState.parse(state).orElseThrow(() -> new IllegalStateException("a run is " + state)),
                Jsonb.readObject(row, "initial_context"),
                Jsonb.readObject(row, "gathered_context"),
                Jsonb.readObject(row, "logs"),
                Sql.longOrNull(row, "telephony_configuration_id"),
                row.getString("provider_session"),
                Sql.instant(row, "created_at"),
                Sql.instantOrNull(row, "started_at"),
                Sql.instant(row, "last_seen_at"),
                Sql.instantOrNull(row, "alive_at"),
                Sql.instantOrNull(row, "alive_read_at"),
                Sql.instantOrNull(row, "conversation_at"),
                Sql.intOrNull(row, "conversation_epoch"),
                row.getBigDecimal("price_per_minute"),
                row.getString("outcome"));
    }
}
