package io.agentstream.orchestrator.store;

import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads the table of runs for people. Who decides about runs has statements of its own.
public final class Runs {
    private static final String SELECT =
            "select r.*, a.uuid as agent_uuid from runs r join agents a on a.id = r.agent_id";

    private Runs() {}

    /// A run and the UUID of its agent.
    ///
    /// @param faults codes of what was wrong that nobody complained of; empty where nothing was, or nobody could tell
    /// @param services what its services were used for, a list; empty where nothing was
    /// @param match where it was looked for by its words
    public record Run(
            long id,
            String name,
            UUID callId,
            UUID agentUuid,
            int agentVersion,
            String mode,
            String callType,
            RunState state,
            @Nullable String failureCode,
            @Nullable String failureReason,
            ObjectNode initialContext,
            ObjectNode gatheredContext,
            ObjectNode logs,
            Instant createdAt,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable String endBy,
            @Nullable Integer closeCode,
            @Nullable BigDecimal cost,
            @Nullable String disconnectedBy,
            @Nullable String outcome,
            List<String> faults,
            JsonNode services,
            @Nullable Match match) {

        Run withMatch(Match found) {
            return new Run(
                    id, name, callId, agentUuid, agentVersion, mode, callType, state, failureCode, failureReason, initialContext,
                    gatheredContext, logs, createdAt, startedAt, endedAt, endBy, closeCode, cost, disconnectedBy, outcome, faults, services,
                    found);
        }

        /// Without the agent's UUID and what the caller said.
        @Override
        public String toString() {
            return "Run[" + name + ", " + state.text() + "]";
        }
    }

    /// Where in a run's transcript what was looked for was said.
    ///
    /// @param position of the event in the run's story
    /// @param snippet the words around it
    public record Match(long position, Instant at, boolean isAgents, String snippet) {

        /// Without what was said.
        @Override
        public String toString() {
            return "Match[" + position + "]";
        }
    }

    /// Whose run a call has; nothing where it has none.
    public static OptionalLong organizationOf(Connection connection, UUID callId) throws SQLException {
        return Sql.first(connection, "select organization_id from runs where call_id = ?", row -> row.getLong(1), callId)
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
    }

    public static Optional<Run> find(Connection connection, long organizationId, long id) throws SQLException {
        return Sql.first(
                connection, SELECT + " where r.organization_id = ? and r.id = ?", Runs::read, organizationId, id);
    }

    /// Of a row with all columns of runs, and the agent's UUID as `agent_uuid`.
    static Run read(ResultSet row) throws SQLException {
        String state = row.getString("state");
        return new Run(
                row.getLong("id"),
                row.getString("name"),
                row.getObject("call_id", UUID.class),
                row.getObject("agent_uuid", UUID.class),
                row.getInt("agent_version"),
                row.getString("mode"),
                row.getString("call_type"),
                RunState.parse(state).orElseThrow(() -> new IllegalStateException("a run is " + state)),
                row.getString("failure_code"),
                row.getString("failure_reason"),
                Jsonb.readObject(row, "initial_context"),
                Jsonb.readObject(row, "gathered_context"),
                Jsonb.readObject(row, "logs"),
                Sql.instant(row, "created_at"),
                Sql.instantOrNull(row, "started_at"),
                Sql.instantOrNull(row, "ended_at"),
                row.getString("end_by"),
                Sql.intOrNull(row, "close_code"),
                row.getBigDecimal("cost"),
                row.getString("disconnected_by"),
                row.getString("outcome"),
                texts(row.getArray("faults")),
                RunServices.read(row),
                null);
    }

    private static List<String> texts(@Nullable Array array) throws SQLException {
        return array == null ? List.of() : List.of((String[]) array.getArray());
    }
}
