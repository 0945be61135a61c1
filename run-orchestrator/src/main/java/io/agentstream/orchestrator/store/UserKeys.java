package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The table of API keys, which are known by their hash only. A revoked key keeps its row, for the audit log.
public final class UserKeys {
    private UserKeys() {}

    /// A key in force, as its organisation sees it. `prefix`: its first characters. `lastUsedAt` to the minute; null: never.
    public record UserKey(
            long id,
            long userId,
            String name,
            String prefix,
            Scope scope,
            Instant createdAt,
            @Nullable Instant lastUsedAt) {}

    /// What became of revoking a key.
    public enum Revoked {
        DONE,
        /// There is no such key in force in the organisation.
        NO_SUCH_KEY,
        /// Nobody could let anybody in any more.
        LAST_ADMIN_KEY
    }

    /// A new key for a user.
    public static UserKey create(
            Connection connection, long userId, byte[] keyHash, String prefix, String name, Scope scope)
            throws SQLException {
        return Sql.only(
                connection,
                """
                insert into api_keys (user_id, key_hash, prefix, name, scope) values (?, ?, ?, ?, ?)
                returning *
                """,
                UserKeys::read,
                userId,
                keyHash,
                prefix,
                name,
                scope.text());
    }

    public static Optional<UserKey> find(Connection connection, long organizationId, long id) throws SQLException {
        return Sql.first(
                connection,
                """
                select k.* from api_keys k join users u on u.id = k.user_id
                 where k.id = ? and u.organization_id = ? and k.revoked_at is null
                """,
                UserKeys::read,
                id,
                organizationId);
    }

    /// Whose the key with this hash is, or was.
    static Optional<Long> ownerEvenIfRevoked(Connection connection, byte[] keyHash) throws SQLException {
        return Sql.first(
                connection, "select user_id from api_keys where key_hash = ?", row -> row.getLong(1), keyHash);
    }

    /// Those in force, newest first, with an id below `before`, as many as `taker` wants, at most `limit`. In a transaction.
    public static void list(
            Connection connection, long organizationId, long before, int limit, Predicate<UserKey> taker)
            throws SQLException {
        Sql.each(
                connection,
                """
                select k.* from api_keys k join users u on u.id = k.user_id
                 where u.organization_id = ? and k.id < ? and k.revoked_at is null
                 order by k.id desc limit ?
                """,
                UserKeys::read,
                taker,
                organizationId,
                before,
                limit);
    }

    /// How many keys of the organisation are in force.
    public static int count(Connection connection, long organizationId) throws SQLException {
        return Sql.only(
                connection,
                """
                select count(*) from api_keys k join users u on u.id = k.user_id
                 where u.organization_id = ? and k.revoked_at is null
                """,
                row -> row.getInt(1),
                organizationId);
    }

    /// From now on the key opens nothing, unless the organisation would be without an admin key then. Of two who revoke at the
    /// same time one waits for the other, and finds what that one left. In a transaction.
    public static Revoked revoke(Connection connection, long organizationId, long id) throws SQLException {
        // Always in the same order, so that two wait for each other and not both.
        List<Long> admins = Sql.query(
                connection,
                """
                select k.id from api_keys k join users u on u.id = k.user_id
                 where u.organization_id = ? and k.scope = 'admin' and k.revoked_at is null
                 order by k.id
                   for no key update of k
                """,
                row -> row.getLong(1),
                organizationId);
        if (admins.equals(List.of(id))) {
            return Revoked.LAST_ADMIN_KEY;
        }
        int revoked = Sql.update(
                connection,
                """
                update api_keys k set revoked_at = now() from users u
                 where k.id = ? and u.id = k.user_id and u.organization_id = ? and k.revoked_at is null
                """,
                id,
                organizationId);
        return revoked > 0 ? Revoked.DONE : Revoked.NO_SUCH_KEY;
    }

    /// Notes that the keys were used now, at most once a minute each, whoever else notes it. A key whose row somebody holds is
    /// passed over: this waits for nobody.
    public static void used(Connection connection, Collection<Long> ids) throws SQLException {
        Sql.update(
                connection,
                """
                update api_keys set last_used_at = now()
                 where id in (select id from api_keys
                               where id = any(?::bigint[])
                                 and (last_used_at is null or last_used_at < now() - interval '1 minute')
                               order by id
                                 for no key update skip locked)
                """,
                (Object) ids.toArray(Long[]::new));
    }

    private static UserKey read(ResultSet row) throws SQLException {
        return new UserKey(
                row.getLong("id"),
                row.getLong("user_id"),
                row.getString("name"),
                row.getString("prefix"),
                Scope.parse(row.getString("scope")).orElseThrow(),
                Sql.instant(row, "created_at"),
                Sql.instantOrNull(row, "last_used_at"));
    }
}
