package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The table of tenants.
public final class Organizations {
    private Organizations() {}

    public record Organization(
            long id, String name, int maxConcurrentCalls, Instant createdAt, Instant updatedAt) {}

    public static Organization create(Connection connection, String name, int maxConcurrentCalls) throws SQLException {
        return Sql.only(
                connection,
                "insert into organizations (name, max_concurrent_calls) values (?, ?) returning *",
                Organizations::read,
                name,
                maxConcurrentCalls);
    }

    public static Optional<Organization> find(Connection connection, long id) throws SQLException {
        return Sql.first(connection, "select * from organizations where id = ?", Organizations::read, id);
    }

    /// Changes what is not null.
    public static Optional<Organization> change(
            Connection connection, long id, @Nullable String name, @Nullable Integer maxConcurrentCalls)
            throws SQLException {
        return Sql.first(
                connection,
                """
                update organizations
                   set name = coalesce(?::text, name),
                       max_concurrent_calls = coalesce(?::integer, max_concurrent_calls),
                       updated_at = now()
                 where id = ?
                returning *
                """,
                Organizations::read,
                name,
                maxConcurrentCalls,
                id);
    }

    private static Organization read(ResultSet row) throws SQLException {
        return new Organization(
                row.getLong("id"),
                row.getString("name"),
                row.getInt("max_concurrent_calls"),
                Sql.instant(row, "created_at"),
                Sql.instant(row, "updated_at"));
    }
}
