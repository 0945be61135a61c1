package io.agentstream.dev.bench.system;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.store.Bootstrap;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Organizations;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.DomainName;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/// The one customer of a bench: an organisation with an account at the sandbox and an agent.
public final class Tenant {

    /// The account's domain.
    public static final String DOMAIN = "bench.cloudonix.net";

    private static final String AGENT = "Agent";
    private static final Duration DATABASE_WAIT = Duration.ofSeconds(30);

    private final UUID agent;
    private final Secret apiKey;

    private Tenant(UUID agent, Secret apiKey) {
        this.agent = agent;
        this.apiKey = apiKey;
    }

    /// Opens the API.
    public Secret apiKey() {
        return apiKey;
    }

    /// Makes the tables and the customer.
    ///
    /// @param config says where the database is and with what its secrets are encrypted
    /// @param token that the sandbox asks for
    /// @param maxCalls that the organisation may have at once
    /// @param definition of the agent
    public static Tenant make(Config config, String token, int maxCalls, ObjectNode definition) throws IOException, InterruptedException {
        SecureRandom random = new SecureRandom();
        Secret apiKey = new ApiKeys(random).generate();
        CredentialsCipher cipher = CredentialsCipher.of(random, config.get(Keys.CREDENTIALS_KEY).newest()).orElseThrow();
        try (Database database = new Database(Database.Settings.of(
                config.get(Keys.DATABASE_URL).toString(),
                config.get(Keys.DATABASE_USER),
                config.get(Keys.DATABASE_PASSWORD)))) {
            database.migrate(DATABASE_WAIT);
            Bootstrap.Result made = new Bootstrap(database, cipher).ensure(new Bootstrap.Request(
                    "Bench",
                    "bench@example.com",
                    apiKey,
                    List.of(new Bootstrap.Account(
                            "Sandbox", DomainName.parse(DOMAIN).orElseThrow(), new Secret(token))),
                    List.of(new Bootstrap.Agent(
                            AGENT, definition, Json.MAPPER.createObjectNode()))));
            database.inTransaction(
                    connection -> Organizations.setLimits(
                            connection,
                            made.organizationId(),
                            Organizations.Limits.DEFAULT.withMaxConcurrentCalls(maxCalls)));
            return new Tenant(Objects.requireNonNull(made.agents().get(AGENT)), apiKey);
        } catch (Database.UnavailableException away) {
            throw new IOException("the database does not answer", away);
        }
    }

    /// Path and query of a call's socket, in which `{domain}` is to be filled in. Holds the agent's secret name.
    public String path() {
        return "/api/v1/agent-stream/" + agent + "?provider=cloudonix&Domain={domain}";
    }
}
