package io.agentstream.orchestrator.store;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The tables of users and of their API keys, which are known by their hash only.
public final class Users {
    private Users() {}

    /// `credits` null: unlimited.
    public record User(
            long id,
            long organizationId,
            String email,
            @Nullable BigDecimal credits,
            Instant createdAt,
            Instant updatedAt) {}

    /// Whose key a request came with.
    public record Caller(long userId, long organizationId) {}

    public static User create(
            Connection connection, long organizationId, String email, @Nullable BigDecimal credits)
            throws SQLException {
        return Sql.only(
                connection,
                "insert into users (organization_id, email, credits) values (?, ?, ?::numeric) returning *",
                Users::read,
                organizationId,
                email,
                credits);
    }

    public static Optional<User> find(Connection connection, long id) throws SQLException {
        return Sql.first(connection, "select * from users where id = ?", Users::read, id);
    }

    public static Optional<User> findByEmail(Connection connection, String email) throws SQLException {
        return Sql.first(connection, "select * from users where lower(email) = lower(?)", Users::read, email);
    }

    /// Sets the credits; null makes them unlimited.
    public static Optional<User> setCredits(Connection connection, long id, @Nullable BigDecimal credits)
            throws SQLException {
        return Sql.first(
                connection,
                "update users set credits = ?::numeric, updated_at = now() where id = ? returning *",
                Users::read,
                credits,
                id);
    }

    /// Gives the user a key; a key that the user has already is left as it is. False where the key is somebody else's.
    public static boolean addKey(Connection connection, long userId, byte[] keyHash, String prefix, String name)
            throws SQLException {
        Sql.update(
                connection,
                "insert into api_keys (user_id, key_hash, prefix, name) values (?, ?, ?, ?) on conflict do nothing",
                userId,
                keyHash,
                prefix,
                name);
        return Sql.first(
                        connection,
                        "select 1 from api_keys where key_hash = ? and user_id = ?",
                        row -> row.getInt(1),
                        keyHash,
                        userId)
                .isPresent();
    }

    /// From now on the key opens nothing. False where there is no such key in force.
    public static boolean revokeKey(Connection connection, byte[] keyHash) throws SQLException {
        return Sql.update(
                        connection,
                        "update api_keys set revoked_at = now() where key_hash = ? and revoked_at is null",
                        keyHash)
                > 0;
    }

    /// Whose keys have these hashes, by the hash in lower-case hex. Those that open nothing are not in it. One statement, however
    /// many they are.
    public static Map<String, Caller> authenticate(Connection connection, Collection<String> keyHashes) throws SQLException {
        Map<String, Caller> callers = new HashMap<>();
        Sql.each(
                connection,
                """
                select encode(k.key_hash, 'hex') as hash, u.id, u.organization_id
                  from api_keys k join users u on u.id = k.user_id
                 where k.key_hash = any(?::bytea[]) and k.revoked_at is null
                """,
                row -> callers.put(row.getString("hash"), new Caller(row.getLong("id"), row.getLong("organization_id"))),
                _ -> true,
                (Object) keyHashes.stream().map(hash -> "\\x" + hash).toArray(String[]::new));
        return callers;
    }

    private static User read(ResultSet row) throws SQLException {
        return new User(
                row.getLong("id"),
                row.getLong("organization_id"),
                row.getString("email"),
                row.getBigDecimal("credits"),
                Sql.instant(row, "created_at"),
                Sql.instant(row, "updated_at"));
    }
}
