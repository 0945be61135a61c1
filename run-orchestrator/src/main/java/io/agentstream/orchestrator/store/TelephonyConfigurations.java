package io.agentstream.orchestrator.store;

import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.secret.Envelope;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.DomainName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The table of provider accounts. A deleted one keeps its row for the runs that used it, and its token until
/// the last of them is over.
public final class TelephonyConfigurations {
    private static final String ACCOUNT =
            """
            id, organization_id, provider, domain, bearer_token,
                   coalesce(confirmed = sha256(convert_to(domain, 'UTF8') || bearer_token), false) as is_confirmed
            """;

    private TelephonyConfigurations() {}

    /// What the owner may see: the token only as a hint (null without a token, empty where it is too short to hint at).
    public record TelephonyConfiguration(
            long id,
            long organizationId,
            String name,
            String provider,
            String domain,
            @Nullable String bearerTokenHint,
            Instant createdAt,
            Instant updatedAt) {}

    /// A token as it is stored. `hint`: its last characters, for its owner's eye; empty where they would be much of it.
    public record StoredToken(Envelope envelope, String hint) {
        private static final int HINT_CHARACTERS = 4;

        public static StoredToken seal(CredentialsCipher cipher, Secret token, CredentialsCipher.Place place) {
            String text = token.reveal();
            String hint = text.length() < 4 * HINT_CHARACTERS ? "" : text.substring(text.length() - HINT_CHARACTERS);
            return new StoredToken(cipher.seal(token, place), hint);
        }
    }

    /// What a session check or a hang-up needs.
    ///
    /// @param bearerToken null where the owner has given none
    /// @param confirmed whether the provider has found a session live with this domain and this token: then its owner may speak for the
    ///     domain, which anybody may name
    public record Account(
            long id, long organizationId, String provider, String domain, @Nullable Envelope bearerToken, boolean confirmed) {

        public CredentialsCipher.Place place() {
            return new CredentialsCipher.Place(organizationId, provider, domain);
        }
    }

    public static TelephonyConfiguration create(
            Connection connection,
            long organizationId,
            String name,
            String provider,
            DomainName domain,
            @Nullable StoredToken token)
            throws SQLException {
        return Sql.only(
                connection,
                """
                insert into telephony_configurations
                       (organization_id, name, provider, domain, bearer_token, bearer_token_hint, key_id)
                values (?, ?, ?, ?, ?::bytea, ?::text, ?::text)
                returning *
                """,
                TelephonyConfigurations::read,
                organizationId,
                name,
                provider,
                domain.value(),
                token == null ? null : token.envelope().bytes(),
                token == null ? null : token.hint(),
                token == null ? null : token.envelope().keyId());
    }

    public static Optional<TelephonyConfiguration> find(Connection connection, long organizationId, long id)
            throws SQLException {
        return Sql.first(
                connection,
                "select * from telephony_configurations where organization_id = ? and id = ? and deleted_at is null",
                TelephonyConfigurations::read,
                organizationId,
                id);
    }

    /// As [#find], the row locked until the transaction ends.
    public static Optional<TelephonyConfiguration> lock(Connection connection, long organizationId, long id)
            throws SQLException {
        return Sql.first(
                connection,
                """
                select * from telephony_configurations
                 where organization_id = ? and id = ? and deleted_at is null
                   for update
                """,
                TelephonyConfigurations::read,
                organizationId,
                id);
    }

    /// Newest first, those with an id below `before`, as many as `taker` wants, at most `limit`. In a transaction.
    public static void list(
            Connection connection, long organizationId, long before, int limit, Predicate<TelephonyConfiguration> taker)
            throws SQLException {
        Sql.each(
                connection,
                """
                select * from telephony_configurations
                 where organization_id = ? and deleted_at is null and id < ?
                 order by id desc limit ?
                """,
                TelephonyConfigurations::read,
                taker,
                organizationId,
                before,
                limit);
    }

    /// Sets name and domain, and leaves the token as it is.
    public static TelephonyConfiguration change(Connection connection, long id, String name, DomainName domain)
            throws SQLException {
        return Sql.only(
                connection,
                """
                update telephony_configurations set name = ?, domain = ?, updated_at = now() where id = ?
                returning *
                """,
                TelephonyConfigurations::read,
                name,
                domain.value(),
                id);
    }

    /// Sets the token, or takes it away.
    public static TelephonyConfiguration setToken(Connection connection, long id, @Nullable StoredToken token)
            throws SQLException {
        return Sql.only(
                connection,
                """
                update telephony_configurations
                   set bearer_token = ?::bytea, bearer_token_hint = ?::text, key_id = ?::text, updated_at = now()
                 where id = ?
                returning *
                """,
                TelephonyConfigurations::read,
                token == null ? null : token.envelope().bytes(),
                token == null ? null : token.hint(),
                token == null ? null : token.envelope().keyId(),
                id);
    }

    /// No call begins with it any more. Its token is there until no call needs it: [#destroyTokens]. False where there is no such
    /// configuration.
    public static boolean delete(Connection connection, long organizationId, long id) throws SQLException {
        return Sql.update(
                        connection,
                        """
                        update telephony_configurations
                           set deleted_at = now(), updated_at = now()
                         where organization_id = ? and id = ? and deleted_at is null
                        """,
                        organizationId,
                        id)
                > 0;
    }

    /// Destroys the tokens of deleted accounts that no running call and no hang-up needs. A call that was being proved when the
    /// account was deleted runs within the longest handshake that can be configured, or not at all.
    public static int destroyTokens(Connection connection) throws SQLException {
        return Sql.update(
                connection,
                """
                update telephony_configurations t set bearer_token = null, bearer_token_hint = null, key_id = null
                 where t.deleted_at < now() - interval '3 minutes' and t.bearer_token is not null
                   and not exists (select 1 from runs r where r.telephony_configuration_id = t.id and r.state = 'running')
                   and not exists (select 1 from outbox o
                                    where o.account_id = t.id and o.kind = 'hang_up' and o.dead_at is null)
                """);
    }

    /// The domain of the organisation's account with a provider, where it has exactly one.
    public static Optional<String> onlyDomain(Connection connection, long organizationId, String provider)
            throws SQLException {
        List<String> domains = Sql.query(
                connection,
                """
                select domain from telephony_configurations
                 where organization_id = ? and provider = ? and deleted_at is null
                 limit 2
                """,
                row -> row.getString("domain"),
                organizationId,
                provider);
        return domains.size() == 1 ? Optional.of(domains.getFirst()) : Optional.empty();
    }

    /// The account for a domain, looked for in one organisation only.
    public static Optional<Account> findForCall(
            Connection connection, long organizationId, String provider, DomainName domain) throws SQLException {
        return Sql.first(
                connection,
                "select " + ACCOUNT + """
                  from telephony_configurations
                 where organization_id = ? and provider = ? and domain = ? and deleted_at is null
                """,
                TelephonyConfigurations::readAccount,
                organizationId,
                provider,
                domain.value());
    }

    /// The account that a run was proved with. One that its owner has deleted since has its token as long as a call may need it.
    public static Optional<Account> findAccount(Connection connection, long id) throws SQLException {
        return Sql.first(
                connection,
                "select " + ACCOUNT + """
                  from telephony_configurations
                 where id = ?
                """,
                TelephonyConfigurations::readAccount,
                id);
    }

    /// The provider has found a session live with the account as it is here. One that was changed meanwhile is not confirmed.
    public static boolean confirm(Connection connection, Account account) throws SQLException {
        Envelope token = account.bearerToken();
        return token != null
                && Sql.update(
                                connection,
                                """
                                update telephony_configurations set confirmed = sha256(convert_to(domain, 'UTF8') || bearer_token)
                                 where id = ? and domain = ? and bearer_token = ?
                                """,
                                account.id(),
                                account.domain(),
                                token.bytes())
                        > 0;
    }

    /// The provider knows the account's token, as it is here, no longer.
    public static boolean withdraw(Connection connection, Account account) throws SQLException {
        Envelope token = account.bearerToken();
        return token != null
                && Sql.update(
                                connection,
                                "update telephony_configurations set confirmed = null where id = ? and domain = ? and bearer_token = ?",
                                account.id(),
                                account.domain(),
                                token.bytes())
                        > 0;
    }

    private static Account readAccount(ResultSet row) throws SQLException {
        byte[] token = row.getBytes("bearer_token");
        return new Account(
                row.getLong("id"),
                row.getLong("organization_id"),
                row.getString("provider"),
                row.getString("domain"),
                token == null ? null : Envelope.of(token),
                row.getBoolean("is_confirmed"));
    }

    private static TelephonyConfiguration read(ResultSet row) throws SQLException {
        return new TelephonyConfiguration(
                row.getLong("id"),
                row.getLong("organization_id"),
                row.getString("name"),
                row.getString("provider"),
                row.getString("domain"),
                row.getString("bearer_token_hint"),
                Sql.instant(row, "created_at"),
                Sql.instant(row, "updated_at"));
    }
}
