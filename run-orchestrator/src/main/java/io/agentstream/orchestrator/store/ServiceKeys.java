package io.agentstream.orchestrator.store;

import io.agentstream.orchestrator.secret.Envelope;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The table of keys of outside services, each under a name of its organisation. One that is deleted is gone.
public final class ServiceKeys {

    /// As in a definition.
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_.-]{0,63}");

    private ServiceKeys() {}

    /// What the owner may see: everything but the key.
    public record ServiceKey(
            long id, long organizationId, String name, Instant createdAt, Instant updatedAt, @Nullable Instant lastUsedAt) {}

    /// What [#put] did.
    public record Put(ServiceKey key, boolean isNew) {}

    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /// How many an organisation has; its row is locked until the transaction ends, so that whoever counts counts alone.
    public static int lockAndCount(Connection connection, long organizationId) throws SQLException {
        Organizations.lockRow(connection, organizationId);
        return Sql.only(
                connection, "select count(*) from service_keys where organization_id = ?", row -> row.getInt(1), organizationId);
    }

    /// Newest first, those with an id below `before`, as many as `taker` wants, at most `limit`. In a transaction.
    public static void list(Connection connection, long organizationId, long before, int limit, Predicate<ServiceKey> taker)
            throws SQLException {
        Sql.each(
                connection,
                "select * from service_keys where organization_id = ? and id < ? order by id desc limit ?",
                ServiceKeys::read,
                taker,
                organizationId,
                before,
                limit);
    }

    public static Optional<ServiceKey> find(Connection connection, long organizationId, String name) throws SQLException {
        return Sql.first(
                connection,
                "select * from service_keys where organization_id = ? and name = ?",
                ServiceKeys::read,
                organizationId,
                name);
    }

    /// Stores a key, in place of the one that is there.
    public static Put put(Connection connection, long organizationId, String name, Envelope key) throws SQLException {
        return Sql.only(
                connection,
                """
                insert into service_keys (organization_id, name, key, key_id) values (?, ?, ?, ?)
                on conflict (organization_id, name)
                do update set key = excluded.key, key_id = excluded.key_id, updated_at = now()
                returning *, xmax = 0 as is_new
                """,
                row -> new Put(read(row), row.getBoolean("is_new")),
                organizationId,
                name,
                key.bytes(),
                key.keyId());
    }

    /// False where there is none.
    public static boolean delete(Connection connection, long organizationId, String name) throws SQLException {
        return Sql.update(
                        connection, "delete from service_keys where organization_id = ? and name = ?", organizationId, name)
                > 0;
    }

    /// The key as it is sealed for its [io.agentstream.orchestrator.secret.CredentialsCipher.Place#ofServiceKey], for a worker that has a call of the organisation; nothing where no call of it is
    /// under way: then nobody has a use for it.
    public static Optional<Envelope> forCall(Connection connection, long organizationId, String name) throws SQLException {
        Optional<Envelope> found = Sql.first(
                connection,
                """
                select key from service_keys k
                 where organization_id = ? and name = ?
                   and exists (select 1 from runs r where r.organization_id = k.organization_id and r.state in ('initialized', 'running'))
                """,
                row -> Envelope.of(row.getBytes("key")),
                organizationId,
                name);
        if (found.isPresent()) {
            Sql.update(
                    connection,
                    """
                    update service_keys set last_used_at = now()
                     where organization_id = ? and name = ? and (last_used_at is null or last_used_at < now() - interval '1 minute')
                    """,
                    organizationId,
                    name);
        }
        return found;
    }

    private static ServiceKey read(ResultSet row) throws SQLException {
        return new ServiceKey(
                row.getLong("id"),
                row.getLong("organization_id"),
                row.getString("name"),
                Sql.instant(row, "created_at"),
                Sql.instant(row, "updated_at"),
                Sql.instantOrNull(row, "last_used_at"));
    }
}
