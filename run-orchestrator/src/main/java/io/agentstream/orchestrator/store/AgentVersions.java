package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The table of agents' versions: at most one draft, at most one published. Whoever writes holds [Agents#lock].
public final class AgentVersions {
    private AgentVersions() {}

    /// `status` is `draft`, `published` or `archived`.
    public record AgentVersion(
            int number,
            String status,
            ObjectNode definition,
            Instant createdAt,
            Instant updatedAt,
            @Nullable Instant publishedAt) {}

    /// Writes into the draft; where there is none, it gets the next number.
    public static void saveDraft(Connection connection, long agentId, ObjectNode definition) throws SQLException {
        int changed = Sql.update(
                connection,
                "update agent_versions set definition = ?, updated_at = now() where agent_id = ? and status = 'draft'",
                definition,
                agentId);
        if (changed == 0) {
            Sql.update(
                    connection,
                    """
                    insert into agent_versions (agent_id, number, status, definition)
                    select ?::bigint, coalesce(max(number), 0) + 1, 'draft', ?::jsonb
                      from agent_versions where agent_id = ?
                    """,
                    agentId,
                    definition,
                    agentId);
        }
    }

    /// Makes the draft the published version, and archives the one before it. False, and nothing changes, without a draft.
    public static boolean publish(Connection connection, long agentId) throws SQLException {
        Optional<Integer> draft = Sql.first(
                connection,
                "select number from agent_versions where agent_id = ? and status = 'draft'",
                row -> row.getInt(1),
                agentId);
        if (draft.isEmpty()) {
            return false;
        }
        Sql.update(
                connection,
                """
                update agent_versions set status = 'archived', updated_at = now()
                 where agent_id = ? and status = 'published'
                """,
                agentId);
        Sql.update(
                connection,
                """
                update agent_versions set status = 'published', published_at = now(), updated_at = now()
                 where agent_id = ? and number = ?
                """,
                agentId,
                draft.get());
        return true;
    }

    /// What became of a version that was to be deleted.
    public sealed interface Deleted {
        /// It is gone.
        record Done(AgentVersion version) implements Deleted {}

        /// There is none of that number.
        record Unknown() implements Deleted {}

        /// Its agent, which is not archived, works on it, or calls use it.
        record InUse() implements Deleted {}

        /// It is kept for runs that used it.
        record HasRuns() implements Deleted {}
    }

    /// Deletes a version that neither its agent nor a run refers to. Numbers are not given again: the newest version of an agent that is not archived is its
    /// draft or the published one.
    public static Deleted delete(Connection connection, long agentId, int number) throws SQLException {
        Optional<AgentVersion> version = Sql.first(
                connection, "select * from agent_versions where agent_id = ? and number = ? for update", AgentVersions::read, agentId, number);
        if (version.isEmpty()) {
            return new Deleted.Unknown();
        }
        boolean live = Sql.only(connection, "select archived_at is null from agents where id = ?", row -> row.getBoolean(1), agentId);
        if (live && !version.get().status().equals("archived")) {
            return new Deleted.InUse();
        }
        boolean used = Sql.only(
                connection,
                "select exists (select 1 from runs where agent_id = ? and agent_version = ?)",
                row -> row.getBoolean(1),
                agentId,
                number);
        if (used) {
            return new Deleted.HasRuns();
        }
        Sql.update(connection, "delete from agent_versions where agent_id = ? and number = ?", agentId, number);
        return new Deleted.Done(version.get());
    }

    /// Newest first, those with a number below `before`, as many as `taker` wants, at most `limit`. In a transaction.
    public static void list(
            Connection connection, long agentId, int before, int limit, Predicate<AgentVersion> taker)
            throws SQLException {
        Sql.each(
                connection,
                "select * from agent_versions where agent_id = ? and number < ? order by number desc limit ?",
                AgentVersions::read,
                taker,
                agentId,
                before,
                limit);
    }

    private static AgentVersion read(ResultSet row) throws SQLException {
        return new AgentVersion(
                row.getInt("number"),
                row.getString("status"),
                Jsonb.readObject(row, "definition"),
                Sql.instant(row, "created_at"),
                Sql.instant(row, "updated_at"),
                Sql.instantOrNull(row, "published_at"));
    }
}
