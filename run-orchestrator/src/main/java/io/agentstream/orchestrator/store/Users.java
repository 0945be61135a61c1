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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The table of users, and whose the keys are that open something.
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

    /// Whose key a request came with, and what it may do.
    public record Caller(long userId, long organizationId, long keyId, Scope scope) {}

    /// What a key opens. `noted`: whether its use was written down within the last minute.
    public record Opened(Caller caller, boolean noted) {}

    /// A user whose calls are not counted: [Ledger#grant] makes it a prepaid one.
    public static User create(Connection connection, long organizationId, String email) throws SQLException {
        return Sql.only(
                connection,
                "insert into users (organization_id, email) values (?, ?) returning *",
                Users::read,
                organizationId,
                email);
    }

    public static Optional<User> find(Connection connection, long id) throws SQLException {
        return Sql.first(connection, "select * from users where id = ?", Users::read, id);
    }

    /// A user of one organisation.
    public static Optional<User> find(Connection connection, long organizationId, long id) throws SQLException {
        return Sql.first(
                connection,
                "select * from users where organization_id = ? and id = ?",
                Users::read,
                organizationId,
                id);
    }

    /// The user with this address of the first organisation of this name that has one: another may have one too, and neither is the
    /// other's.
    public static Optional<User> findByEmail(Connection connection, String organization, String email) throws SQLException {
        return Sql.first(
                connection,
                """
                select u.* from users u join organizations o on o.id = u.organization_id
                 where o.name = ? and lower(u.email) = lower(?) order by u.id limit 1
                """,
                Users::read,
                organization,
                email);
    }

    /// The organisation's first user, in whose name its operator makes keys.
    public static Optional<User> firstOf(Connection connection, long organizationId) throws SQLException {
        return Sql.first(
                connection,
                "select * from users where organization_id = ? order by id limit 1",
                Users::read,
                organizationId);
    }

    /// Newest first, those with an id below `before`, as many as `taker` wants, at most `limit`. In a transaction.
    public static void list(
            Connection connection, long organizationId, long before, int limit, Predicate<User> taker)
            throws SQLException {
        Sql.each(
                connection,
                "select * from users where organization_id = ? and id < ? order by id desc limit ?",
                Users::read,
                taker,
                organizationId,
                before,
                limit);
    }

    public static int count(Connection connection, long organizationId) throws SQLException {
        return Sql.only(
                connection,
                "select count(*) from users where organization_id = ?",
                row -> row.getInt(1),
                organizationId);
    }

    /// What the keys with these hashes open, by the hash in lower-case hex. Those that open nothing are not in it. One statement,
    /// however many they are.
    public static Map<String, Opened> authenticate(Connection connection, Collection<String> keyHashes) throws SQLException {
        Map<String, Opened> callers = new HashMap<>();
        Sql.each(
                connection,
                """
                select encode(k.key_hash, 'hex') as hash, u.id, u.organization_id, k.id as key_id, k.scope,
                       coalesce(k.last_used_at > now() - interval '1 minute', false) as noted
                  from api_keys k join users u on u.id = k.user_id
                 where k.key_hash = any(?::bytea[]) and k.revoked_at is null
                """,
                row -> callers.put(row.getString("hash"), new Opened(caller(row), row.getBoolean("noted"))),
                _ -> true,
                (Object) keyHashes.stream().map(hash -> "\\x" + hash).toArray(String[]::new));
        return callers;
    }

    private static Caller caller(ResultSet row) throws SQLException {
        return new Caller(
                row.getLong("id"),
                row.getLong("organization_id"),
                row.getLong("key_id"),
                Scope.parse(row.getString("scope")).orElseThrow());
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
