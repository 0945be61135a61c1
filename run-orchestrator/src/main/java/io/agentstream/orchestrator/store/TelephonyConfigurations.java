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
/// the last of them is over; one that is changed leaves behind what it was, for as long.
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

    /// How many rows an organisation has.
    ///
    /// @param ever those that are deleted, and what others were before, too
    public record Count(int live, int ever) {}

    /// The organisation's row is locked until the transaction ends, so that nobody counts at the same time.
    public static Count lockAndCount(Connection connection, long organizationId) throws SQLException {
        Organizations.lockRow(connection, organizationId);
        return Sql.only(
                connection,
                """
                select count(*) filter (where deleted_at is null)::integer as live, count(*)::integer as ever
                  from telephony_configurations where organization_id = ?
                """,
                row -> new Count(row.getInt("live"), row.getInt("ever")),
                organizationId);
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

    /// What the configuration is until now is kept for the calls that began with it, as if it had been deleted. Called in the transaction that
    /// gives it another domain or takes its token away, before that. Of a domain the newest token is kept.
    public static void retire(Connection connection, long id) throws SQLException {
        Sql.update(
                connection,
                """
                with was as (select * from telephony_configurations where id = ? and bearer_token is not null),
                     reused as (
                         update telephony_configurations t
                            set domain = was.domain, bearer_token = was.bearer_token, key_id = was.key_id, confirmed = was.confirmed,
                                deleted_at = now(), updated_at = now()
                           from was
                          where t.id = (select f.id from telephony_configurations f
                                         where f.former_of = was.id and (f.bearer_token is null or f.domain = was.domain)
                                         order by f.domain = was.domain desc, f.id limit 1)
                         returning t.id)
                insert into telephony_configurations
                       (organization_id, name, provider, domain, bearer_token, key_id, confirmed, deleted_at, former_of)
                select organization_id, name, provider, domain, bearer_token, key_id, confirmed, now(), id
                  from was where not exists (select 1 from reused)
                """,
                id);
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

    /// Destroys the tokens of deleted accounts that no running call, no hang-up and nobody's transfer needs. A call that was being proved when
    /// the account was deleted runs within the longest handshake that can be configured, or not at all.
    public static int destroyTokens(Connection connection) throws SQLException {
        return Sql.update(
                connection,
                """
                update telephony_configurations t set bearer_token = null, bearer_token_hint = null, key_id = null
                 where t.deleted_at < now() - interval '3 minutes' and t.bearer_token is not null
                   and not exists (select 1 from runs r
                                    where r.telephony_configuration_id = coalesce(t.former_of, t.id) and r.state = 'running'
                                      and r.provider_domain = t.domain)
                   and not exists (select 1 from outbox o
                                    where o.account_id = coalesce(t.former_of, t.id) and o.kind = 'hang_up' and o.dead_at is null
                                      and coalesce(o.domain, t.domain) = t.domain)
                   and not exists (select 1 from transfers x join runs r on r.id = x.run_id
                                    where x.account_id = coalesce(t.former_of, t.id) and (x.outcome is null or x.leg_open)
                                      and r.provider_domain = t.domain)
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

    /// The account that a run was proved with, in the domain that it had then. What its owner has changed or deleted since has its token as long
    /// as a call may need it; where that is gone, the account has none. Nothing where there never was such an account.
    ///
    /// @param domain null: where an older version has not written it down
    public static Optional<Account> accountOfThen(Connection connection, long id, @Nullable String domain) throws SQLException {
        if (domain == null) {
            return findAccount(connection, id);
        }
        Optional<Account> then = Sql.first(
                connection,
                "select " + ACCOUNT + """
                  from telephony_configurations
                 where (id = ? or former_of = ?) and domain = ? and bearer_token is not null
                 order by id = ? desc, deleted_at desc limit 1
                """,
                TelephonyConfigurations::readAccount,
                id,
                id,
                domain,
                id);
        return then.isPresent()
                ? then
                : findAccount(connection, id)
                        .map(now -> new Account(now.id(), now.organizationId(), now.provider(), domain, null, false));
    }

    /// The account as it is. One that its owner has deleted has its token as long as a call may need it.
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
