package io.agentstream.orchestrator.store;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.DomainName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Makes the first things of a system: an organisation, its user with a key, provider accounts and agents. Asking again
/// changes nothing that is there: the user is known by the e-mail address within the organisation of that name, an account by its domain, an agent by its name.
/// One transaction; any thread, also several processes at once.
public final class Bootstrap {
    /// Held for the length of the transaction, so that two starts at once do not both find nothing.
    private static final long LOCK = 0x6167_656e_7473_7472L;

    private static final Who WHO = new Who.Command();

    private final Database database;
    private final CredentialsCipher cipher;

    /// A key of `apiKey` is made by the caller ([ApiKeys]) and kept by the caller; only its hash is stored.
    public record Request(
            String organization, String email, Secret apiKey, List<Account> accounts, List<Agent> agents) {

        public Request {
            if (!ApiKeys.isWellFormed(apiKey)) {
                throw new IllegalArgumentException("the API key has not the form of one");
            }
            accounts = List.copyOf(accounts);
            agents = List.copyOf(agents);
        }
    }

    /// A Cloudonix account.
    public record Account(String name, DomainName domain, @Nullable Secret bearerToken) {}

    /// An agent whose first version is published at once.
    public record Agent(String name, ObjectNode definition, ObjectNode templateContextVariables) {}

    /// `agents`: the UUID of each agent asked for, by name.
    public record Result(long organizationId, long userId, Map<String, UUID> agents) {

        /// Without the UUIDs, which are secrets.
        @Override
        public String toString() {
            return "Result[organization " + organizationId + ", user " + userId + "]";
        }
    }

    public Bootstrap(Database database, CredentialsCipher cipher) {
        this.database = database;
        this.cipher = cipher;
    }

    /// Throws [IllegalArgumentException] where the key belongs to another user already. A key that was revoked stays so.
    public Result ensure(Request request) {
        return database.inTransaction(connection -> {
            Sql.query(connection, "select pg_advisory_xact_lock(?)", row -> true, LOCK);
            Users.User user = user(connection, request);
            for (Account account : request.accounts()) {
                ensure(connection, user.organizationId(), account);
            }
            Map<String, UUID> agents = new LinkedHashMap<>();
            for (Agent agent : request.agents()) {
                agents.put(agent.name(), ensure(connection, user, agent));
            }
            return new Result(user.organizationId(), user.id(), agents);
        });
    }

    private static Users.User user(Connection connection, Request request) throws SQLException {
        Optional<Long> owner = UserKeys.ownerEvenIfRevoked(connection, ApiKeys.hash(request.apiKey()));
        if (owner.isPresent()) {
            Users.User user = Users.find(connection, owner.get()).orElseThrow();
            if (!user.email().equalsIgnoreCase(request.email())) {
                throw new IllegalArgumentException("the API key belongs to another user");
            }
            return user;
        }
        Optional<Users.User> known = Users.findByEmail(connection, request.organization(), request.email());
        if (known.isPresent()) {
            Tenants.addKey(connection, WHO, known.get(), request.apiKey(), "first key", Scope.ADMIN);
            return known.get();
        }
        Tenants.NewTenant tenant =
                new Tenants.NewTenant(request.organization(), request.email(), Organizations.Limits.DEFAULT);
        return Tenants.create(connection, WHO, tenant, request.apiKey()).owner();
    }

    private void ensure(Connection connection, long organizationId, Account account) throws SQLException {
        String provider = Providers.CLOUDONIX;
        if (TelephonyConfigurations.findForCall(connection, organizationId, provider, account.domain())
                .isEmpty()) {
            CredentialsCipher.Place place =
                    new CredentialsCipher.Place(organizationId, provider, account.domain().value());
            Secret token = account.bearerToken();
            var made = TelephonyConfigurations.create(
                    connection,
                    organizationId,
                    account.name(),
                    provider,
                    account.domain(),
                    token == null
                            ? null
                            : TelephonyConfigurations.StoredToken.seal(cipher, token, place));
            AuditLog.write(connection, WHO, Changes.configurationCreated(made));
        }
    }

    private static UUID ensure(Connection connection, Users.User user, Agent agent) throws SQLException {
        Optional<Agents.Agent> known = Agents.findByName(connection, user.organizationId(), agent.name());
        if (known.isPresent()) {
            return known.get().uuid();
        }
        UUID uuid = UUID.randomUUID();
        long id = Agents.create(
                connection,
                uuid,
                user.organizationId(),
                user.id(),
                agent.name(),
                agent.templateContextVariables());
        AgentVersions.saveDraft(connection, id, agent.definition());
        AgentVersions.publish(connection, id);
        Agents.Agent made = Agents.find(connection, user.organizationId(), uuid).orElseThrow();
        AuditLog.write(connection, WHO, Changes.agentCreated(made));
        return uuid;
    }
}
