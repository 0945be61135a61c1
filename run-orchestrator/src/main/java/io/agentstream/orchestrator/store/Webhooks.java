package io.agentstream.orchestrator.store;

import io.agentstream.orchestrator.secret.Envelope;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The table of webhooks. A deleted one keeps its row for a while, but not its secrets.
public final class Webhooks {

    /// What a webhook can be told of. The database knows the same list.
    public static final List<String> EVENTS = List.of("run.started", "run.ended");

    private static final String NOT_DELETED = " where organization_id = ? and id = ? and deleted_at is null";

    private Webhooks() {}

    /// What the owner may see, but for `secrets`.
    ///
    /// @param disabledReason why we disabled it; null where we did not
    public record Webhook(
            long id,
            long organizationId,
            String url,
            List<String> events,
            boolean enabled,
            @Nullable String disabledReason,
            Secrets secrets,
            Instant createdAt,
            Instant updatedAt) {

        /// Without the URL, which may hold a secret.
        @Override
        public String toString() {
            return "Webhook[" + id + "]";
        }
    }

    /// What its messages are signed with.
    ///
    /// @param previous the secret before this one, which signs along until `previousUntil`
    public record Secrets(@Nullable Envelope current, @Nullable Envelope previous, @Nullable Instant previousUntil) {}

    /// A new one, without a secret: whoever makes it seals one for its number and calls [#setSecret] in the same transaction.
    public static Webhook create(Connection connection, long organizationId, String url, List<String> events) throws SQLException {
        return Sql.only(
                connection,
                "insert into webhooks (organization_id, url, events) values (?, ?, ?::text[]) returning *",
                Webhooks::read,
                organizationId,
                url,
                events.toArray(String[]::new));
    }

    /// How many an organisation has; its row is locked until the transaction ends, so that whoever counts counts alone.
    public static int lockAndCount(Connection connection, long organizationId) throws SQLException {
        Organizations.lockRow(connection, organizationId);
        return Sql.only(
                connection,
                "select count(*) from webhooks where organization_id = ? and deleted_at is null",
                row -> row.getInt(1),
                organizationId);
    }

    /// Sets the first secret.
    public static Webhook setSecret(Connection connection, long id, Envelope secret) throws SQLException {
        return Sql.only(
                connection,
                "update webhooks set secret = ?, key_id = ? where id = ? returning *",
                Webhooks::read,
                secret.bytes(),
                secret.keyId(),
                id);
    }

    /// Sets another secret; the one before it signs `along` with it.
    public static void rotate(Connection connection, long id, Envelope secret, Duration along) throws SQLException {
        Sql.update(
                connection,
                """
                update webhooks set previous_secret = secret, previous_key_id = key_id,
                                    previous_until = now() + ? * interval '1 millisecond',
                                    secret = ?, key_id = ?, updated_at = now()
                 where id = ?
                """,
                along.toMillis(),
                secret.bytes(),
                secret.keyId(),
                id);
    }

    public static Optional<Webhook> find(Connection connection, long organizationId, long id) throws SQLException {
        return Sql.first(connection, "select * from webhooks" + NOT_DELETED, Webhooks::read, organizationId, id);
    }

    /// As [#find], the row locked until the transaction ends.
    public static Optional<Webhook> lock(Connection connection, long organizationId, long id) throws SQLException {
        return Sql.first(
                connection, "select * from webhooks" + NOT_DELETED + " for no key update", Webhooks::read, organizationId, id);
    }

    /// Newest first, those with an id below `before`, as many as `taker` wants, at most `limit`. In a transaction.
    public static void list(Connection connection, long organizationId, long before, int limit, Predicate<Webhook> taker)
            throws SQLException {
        Sql.each(
                connection,
                "select * from webhooks where organization_id = ? and deleted_at is null and id < ? order by id desc limit ?",
                Webhooks::read,
                taker,
                organizationId,
                before,
                limit);
    }

    public static Webhook change(Connection connection, long id, String url, List<String> events, boolean enabled)
            throws SQLException {
        return Sql.only(
                connection,
                """
                update webhooks set url = ?, events = ?::text[], enabled = ?,
                                    disabled_reason = case when ? then null else disabled_reason end, updated_at = now()
                 where id = ?
                returning *
                """,
                Webhooks::read,
                url,
                events.toArray(String[]::new),
                enabled,
                enabled,
                id);
    }

    /// What its receiver asked for by its answer.
    public static void disable(Connection connection, long id, String reason) throws SQLException {
        Sql.update(
                connection,
                "update webhooks set enabled = false, disabled_reason = ?, updated_at = now() where id = ? and enabled",
                reason,
                id);
    }

    /// False where there is no such webhook.
    public static boolean delete(Connection connection, long organizationId, long id) throws SQLException {
        return Sql.update(
                        connection,
                        """
                        update webhooks set secret = null, key_id = null, previous_secret = null, previous_key_id = null,
                                            previous_until = null, enabled = false, deleted_at = now(), updated_at = now()
                        """
                                + NOT_DELETED,
                        organizationId,
                        id)
                > 0;
    }

    static Webhook read(ResultSet row) throws SQLException {
        return new Webhook(
                row.getLong("id"),
                row.getLong("organization_id"),
                row.getString("url"),
                Arrays.asList((String[]) row.getArray("events").getArray()),
                row.getBoolean("enabled"),
                row.getString("disabled_reason"),
                secrets(row),
                Sql.instant(row, "created_at"),
                Sql.instant(row, "updated_at"));
    }

    static Secrets secrets(ResultSet row) throws SQLException {
        byte[] current = row.getBytes("secret");
        byte[] previous = row.getBytes("previous_secret");
        return new Secrets(
                current == null ? null : Envelope.of(current),
                previous == null ? null : Envelope.of(previous),
                Sql.instantOrNull(row, "previous_until"));
    }
}
