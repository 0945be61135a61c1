package io.agentstream.dev.local;

import io.agentstream.agents.DemoAgents;
import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.store.Bootstrap;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.DomainName;
import io.agentstream.schemas.Json;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The tenant that a local system begins with: an organisation, its user with a key, two agents, and an account at the sandbox. Where it is given the
/// key of a service, a third one that uses it.
final class DemoData {

    static final String DOMAIN = "demo.cloudonix.net";

    private static final String TALKING = "Demo agent";
    private static final String ECHO = "Echo agent";
    private static final String ASSISTANT = "Assistant";
    private static final Duration DATABASE_WAIT = Duration.ofSeconds(30);

    private DemoData() {}

    /// Numbers and names of what is there.
    ///
    /// @param assistant null where nobody has given it a key
    record Ids(long organizationId, UUID talking, UUID echo, @Nullable UUID assistant) {
        @Override
        public String toString() {
            return "Ids[organization " + organizationId + "]";
        }
    }

    /// Makes what is missing; what was changed since the first start stays as it is.
    static Ids ensure(Config config, LocalSecrets secrets) throws Exception {
        try (Database database = new Database(Database.Settings.of(
                config.get(Keys.DATABASE_URL).toString(),
                config.get(Keys.DATABASE_USER),
                config.get(Keys.DATABASE_PASSWORD)))) {
            database.migrate(DATABASE_WAIT);
            List<Bootstrap.Agent> agents = new ArrayList<>(List.of(agent(TALKING, DemoAgents.talking()), agent(ECHO, DemoAgents.echo())));
            boolean hasKey = config.get(Keys.SERVICE_KEYS).containsKey(DemoAgents.ASSISTANT_KEY);
            if (hasKey) {
                agents.add(agent(ASSISTANT, DemoAgents.assistant()));
            }
            Bootstrap.Result result = new Bootstrap(database, CredentialsCipher.of(
                            new SecureRandom(), config.get(Keys.CREDENTIALS_KEY).newest()).orElseThrow())
                    .ensure(new Bootstrap.Request(
                            "Demo",
                            "demo@example.com",
                            new Secret(secrets.apiKey()),
                            List.of(new Bootstrap.Account(
                                    "Sandbox",
                                    DomainName.parse(DOMAIN).orElseThrow(),
                                    new Secret(secrets.bearerToken()))),
                            agents));
            return new Ids(
                    result.organizationId(),
                    Objects.requireNonNull(result.agents().get(TALKING)),
                    Objects.requireNonNull(result.agents().get(ECHO)),
                    result.agents().get(ASSISTANT));
        }
    }

    private static Bootstrap.Agent agent(String name, JsonNode definition) {
        return new Bootstrap.Agent(name, (ObjectNode) definition, Json.MAPPER.createObjectNode());
    }

    static String streamUrl(String socketUrl, UUID agent) {
        return socketUrl + "/api/v1/agent-stream/" + agent + "?provider=cloudonix&Domain=" + DOMAIN;
    }
}
