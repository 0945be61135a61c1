package io.agentstream.orchestrator.store;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.Organizations.Organization;
import io.agentstream.orchestrator.store.UserKeys.UserKey;
import io.agentstream.orchestrator.store.Users.User;
import io.agentstream.runtime.Secret;
import java.sql.Connection;
import java.sql.SQLException;

/// Makes tenants, their users and their keys, each with its entry in the audit log: one way, whoever asks, the operator over HTTP,
/// somebody at the command line, or an organisation's own admin. Only the thread that has the connection, in a transaction.
public final class Tenants {
    /// What an organisation's own admin calls the key that it was made with.
    private static final String FIRST_KEY = "first key";

    private Tenants() {}

    /// @param name 1 to [Organizations#MAX_NAME] characters
    /// @param ownerEmail see [Emails]
    public record NewTenant(String name, String ownerEmail, Organizations.Limits limits) {}

    public record Made(Organization organization, User owner, UserKey key) {}

    /// An organisation with its first user, who has an admin key: `key`, which only its caller knows and has to keep.
    public static Made create(Connection connection, Who who, NewTenant tenant, Secret key) throws SQLException {
        Organization organization = Organizations.create(connection, tenant.name(), tenant.limits());
        AuditLog.write(connection, who, Changes.organizationCreated(organization));
        User owner = addUser(connection, who, organization.id(), tenant.ownerEmail());
        return new Made(organization, owner, addKey(connection, who, owner, key, FIRST_KEY, Scope.ADMIN));
    }

    /// Fails with [DatabaseException#isDuplicate] where the organisation has a user with this address.
    public static User addUser(Connection connection, Who who, long organizationId, String email) throws SQLException {
        User user = Users.create(connection, organizationId, email);
        AuditLog.write(connection, who, Changes.userCreated(user));
        return user;
    }

    /// `key` is made by the caller ([ApiKeys]); only its hash is stored.
    public static UserKey addKey(Connection connection, Who who, User user, Secret key, String name, Scope scope)
            throws SQLException {
        UserKey made =
                UserKeys.create(connection, user.id(), ApiKeys.hash(key), ApiKeys.prefix(key), name, scope);
        AuditLog.write(connection, who, Changes.keyCreated(user.organizationId(), made));
        return made;
    }
}
