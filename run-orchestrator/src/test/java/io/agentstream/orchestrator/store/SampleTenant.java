package io.agentstream.orchestrator.store;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallId;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import tools.jackson.databind.node.JsonNodeFactory;

/// An organisation of a test's own, with a user, a key and a published echo agent.
public record SampleTenant(long organizationId, long userId, long agentId, UUID agentUuid, Secret apiKey) {

    public static SampleTenant create(Database database) {
        Secret key = new ApiKeys(new SecureRandom()).generate();
        UUID uuid = UUID.randomUUID();
        return database.inTransaction(connection -> {
            long organization = Organizations.create(connection, "Sample", 10).id();
            long user = Users.create(connection, organization, UUID.randomUUID() + "@example.com")
                    .id();
            UserKeys.create(connection, user, ApiKeys.hash(key), ApiKeys.prefix(key), "sample", Scope.ADMIN);
            long agent = Agents.create(
                    connection, uuid, organization, user, "Echo", JsonNodeFactory.instance.objectNode());
            AgentVersions.saveDraft(
                    connection, agent, JsonNodeFactory.instance.objectNode().put("engine", "echo"));
            AgentVersions.publish(connection, agent);
            return new SampleTenant(organization, user, agent, uuid, key);
        });
    }

    /// A run in `state`, made at `createdAt`; one that is over took 90.5 seconds and was ended by the caller.
    public long addRun(Database database, String state, Instant createdAt) {
        boolean over = state.equals("completed") || state.equals("failed");
        boolean started = state.equals("running") || state.equals("completed");
        UUID unique = UUID.randomUUID();
        return database.inTransaction(connection -> Sql.only(
                connection,
                """
                insert into runs (call_id, organization_id, agent_id, owner_user_id, agent_version, mode, call_type, state,
                                  failure_code, failure_reason, initial_context, gateway_slot, created_at, started_at,
                                  ended_at, end_by, close_code, cost)
                values (?, ?, ?, ?, 1, 'cloudonix', 'inbound', ?, ?, ?, '{"provider": "cloudonix"}', 0, ?, ?, ?, ?, ?, ?)
                returning id
                """,
                row -> row.getLong("id"),
                CallId.of(createdAt.toEpochMilli(), unique.getMostSignificantBits(), unique.getLeastSignificantBits()).value(),
                organizationId,
                agentId,
                userId,
                state,
                state.equals("failed") ? "unknown_domain" : null,
                state.equals("failed") ? "Unknown Cloudonix domain: acme.cloudonix.net" : null,
                createdAt,
                started ? createdAt : null,
                over ? createdAt.plusMillis(90_500) : null,
                state.equals("completed") ? "caller_hangup" : null,
                over ? Integer.valueOf(state.equals("failed") ? 4400 : 1000) : null,
                state.equals("completed") ? new java.math.BigDecimal("0.25") : null));
    }
}
