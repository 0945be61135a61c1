package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.SQLException;

/// What runs achieved, in the words of their agents' definitions.
public final class Outcomes {

    private Outcomes() {}

    /// Notes what the run has achieved, as its conversation says.
    public static void achieved(Connection connection, long runId, String outcome) throws SQLException {
        Sql.update(
                connection, "update runs set outcome = left(?, 200) where id = ? and outcome is distinct from left(?, 200)", outcome, runId,
                outcome);
    }

    /// Notes what the run has achieved by coming to `node`, where its agent's definition says that this is something.
    public static void reached(Connection connection, long runId, String node) throws SQLException {
        Sql.update(
                connection,
                """
                update runs r set outcome = v.definition #>> array['nodes', ?, 'outcome']
                  from agent_versions v
                 where r.id = ? and v.agent_id = r.agent_id and v.number = r.agent_version
                   and v.definition #>> array['nodes', ?, 'outcome'] is distinct from r.outcome
                   and v.definition #>> array['nodes', ?, 'outcome'] is not null
                """,
                node,
                runId,
                node,
                node);
    }
}
