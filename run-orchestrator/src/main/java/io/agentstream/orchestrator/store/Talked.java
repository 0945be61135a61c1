package io.agentstream.orchestrator.store;

import io.agentstream.schemas.Topics;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// What a run's conversation came to, as far as it is known.
///
/// @param agentTurns how often the agent spoke
/// @param keys how many of the caller's keys the agent took
/// @param slowestMs the longest that the caller waited for an answer and heard it begin; null where that never was
public record Talked(int agentTurns, int keys, @Nullable Long slowestMs) {

    public static Talked of(Connection connection, long runId) throws SQLException {
        return Sql.only(
                connection,
                """
                select count(*) filter (where type = 'turn_started' and payload ->> 'by' = 'agent')::integer as agent_turns,
                       count(*) filter (where type = 'heard' and payload ->> 'speech_ms' is null)::integer as keys,
                       max((payload ->> 'ms')::bigint) filter (where type = 'latency' and payload ->> 'what' = 'first_played') as slowest
                  from run_events where run_id = ? and source_topic = ?
                """,
                row -> new Talked(row.getInt("agent_turns"), row.getInt("keys"), Sql.longOrNull(row, "slowest")),
                runId,
                Topics.CONVERSATION_EVENTS.name());
    }
}
