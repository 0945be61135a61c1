package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.e2e.deploy.Repository;
import io.agentstream.dev.embedded.EmbeddedPostgres;
import io.agentstream.dev.embedded.UsedPostgres;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.sandbox.CloudonixSandbox;
import io.agentstream.gateway.GatewayService;
import io.agentstream.orchestrator.OrchestratorService;
import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.worker.WorkerService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/// What whoever runs an installation types before anybody can use it.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class FirstTenantTest {
    private static final String DOMAIN = "acme.cloudonix.net";
    private static final String TOKEN = "a-token-of-the-sandbox-0123456789";

    /// The words of the operators' page, so that it cannot say what does not work.
    private static List<String> published(String command) throws Exception {
        String line = Files.readString(Repository.root().resolve("docs/operating.md")).lines()
                .map(String::strip)
                .filter(text -> text.startsWith("./agent-stream " + command + " "))
                .findFirst()
                .orElseThrow();
        return List.of(line.substring("./agent-stream ".length()).split(" ", -1));
    }

    @Test
    void anEmptyInstallationTakesCallsAfterThePublishedCommands() throws Exception {
        try (Infrastructure infrastructure = Infrastructure.start();
                CloudonixSandbox sandbox = CloudonixSandbox.start("127.0.0.1", 0, Map.of(DOMAIN, TOKEN))) {
            // given: topics that are missing and a database without tables
            Map<String, String> environment = new HashMap<>(infrastructure.environment());
            environment.put("AGENT_STREAM_BIND_ADDRESS", "127.0.0.1");
            environment.put("AGENT_STREAM_GATEWAY_SLOTS", "4");
            environment.put("AGENT_STREAM_CALL_PARTITIONS", "4");
            environment.put("AGENT_STREAM_DRAIN_TIMEOUT", "0s");
            environment.put("AGENT_STREAM_CLOUDONIX_API_URL", sandbox.url().toString());
            environment.put("AGENT_STREAM_CREDENTIALS_KEY", CredentialsCipher.generateKey(new SecureRandom()).reveal());

            // when
            Ran topics = Ran.of(environment, "topics");
            Ran tenant = Ran.of(environment, published("tenant create").toArray(String[]::new));
            String key = tenant.lastLine();
            Ran called = call(environment, key);

            // then
            assertEquals(0, topics.code(), topics.err());
            assertEquals(0, tenant.code(), tenant.err());
            assertTrue(tenant.out().matches("(?s)organisation +1 .*"), tenant.out());
            assertTrue(key.matches("ags_\\S+"), "no key on the last line");
            assertEquals(0, called.code(), called.out() + called.err());
            assertTrue(called.out().contains("close code 1000"), called.out());
        }
    }

    /// Starts the services, sets up an account and an agent with the key, and calls.
    private static Ran call(Map<String, String> environment, String key) throws Exception {
        Config config = Config.load(environment, Map.of(), List.of());
        GatewayService gateway = GatewayService.launch(config, new StopBarrier());
        environment.put("AGENT_STREAM_PUBLIC_GATEWAY_URL", "ws://127.0.0.1:" + gateway.port());
        try (OrchestratorService orchestrator =
                        OrchestratorService.launch(Config.load(environment, Map.of(), List.of()), new StopBarrier());
                WorkerService worker = WorkerService.launch(config, new StopBarrier())) {
            Api.awaitReady("http://127.0.0.1:" + gateway.adminPort());
            Api.awaitReady("http://127.0.0.1:" + orchestrator.adminPort());
            Api.awaitReady("http://127.0.0.1:" + worker.port());
            Api api = new Api("http://127.0.0.1:" + orchestrator.port(), key);
            api.send("POST", "/api/v1/telephony-configurations",
                    "{\"name\":\"Main\",\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\"" + DOMAIN
                            + "\",\"bearer_token\":\"" + TOKEN + "\"}}");
            String agent = api.newAgent("{\"engine\":\"echo\"}");
            String stream = api.send("GET", "/api/v1/agents/" + agent, "").path("stream_url").asString();
            return Ran.of(environment, "call", "--url", stream, "--seconds", "2");
        } finally {
            gateway.close();
        }
    }

    private static int migrations(EmbeddedPostgres database) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                ResultSet row = connection.createStatement()
                        .executeQuery("select count(*) from pg_tables where tablename = 'flyway_schema_history'")) {
            row.next();
            if (row.getInt(1) == 0) {
                return 0;
            }
            try (ResultSet count = connection.createStatement().executeQuery("select count(*) from flyway_schema_history")) {
                count.next();
                return count.getInt(1);
            }
        }
    }

    /// As if it had been made before the newest migration was there.
    private static void age(EmbeddedPostgres database) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password())) {
            connection.createStatement().execute(
                    "delete from flyway_schema_history where installed_rank = (select max(installed_rank) from flyway_schema_history)");
        }
    }

    private static void refuses(Map<String, String> environment, String what, String... command) {
        Ran ran = Ran.of(environment, command);
        assertEquals(1, ran.code(), String.join(" ", command) + ran.out());
        assertTrue(ran.err().contains(what), ran.err());
    }

    @Test
    void noCommandChangesTheTablesThatServicesWorkWith(@TempDir Path directory) throws Exception {
        UsedPostgres.in(directory.resolve("database"));
        try (EmbeddedPostgres database = EmbeddedPostgres.start(directory.resolve("database"), 0)) {
            Map<String, String> environment = Map.of(
                    "AGENT_STREAM_DATABASE_URL", database.jdbcUrl(), "AGENT_STREAM_DATABASE_USER", database.user(),
                    "AGENT_STREAM_DATABASE_PASSWORD", database.password(), "AGENT_STREAM_CREDENTIALS_KEY",
                    CredentialsCipher.generateKey(new SecureRandom()).reveal());
            refuses(environment, "has no tables yet; ./agent-stream tenant create", "tenant", "list");
            assertEquals(0, migrations(database), "whoever only looks makes none");
            assertEquals(0, Ran.of(environment, "tenant", "create", "Acme", "--owner", "owner@acme.example").code());
            age(database);
            int before = migrations(database);

            refuses(environment, "of an older version", "tenant", "list");
            refuses(environment, "of an older version", "tenant", "key", "1");
            refuses(environment, "of an older version", "tenant", "create", "Other", "--owner", "owner@other.example");
            refuses(environment, "of an older version", "re-encrypt", "--check");

            assertEquals(before, migrations(database));
        }
    }

    @Test
    void tenantsAreMadeListedAndGivenKeysOnARunningSystem(LocalSystem system, Path data) throws Exception {
        // given
        String name = Wait.unique("Käufer & Söhne");
        Ran made = Ran.of(Map.of(), "tenant", "create", name, "--owner", "o@example.com", "--max-calls", "3", "--data", data.toString());
        String organization = made.out().lines().findFirst().orElseThrow().replaceAll("\\D*(\\d+).*", "$1");

        // when
        Ran listed = Ran.of(Map.of(), "tenant", "list", "--data", data.toString());
        Ran key = Ran.of(Map.of(), "tenant", "key", organization, "--scope", "read", "--data", data.toString());

        // then
        assertEquals(0, made.code(), made.err());
        assertTrue(listed.out().lines().anyMatch(line -> line.matches(" *" + organization + " +3 +" + name)), listed.out());
        assertFalse(listed.out().contains("ags_"), "a key in the list");
        Api admin = new Api(system.demo().apiUrl(), made.lastLine());
        assertEquals(name, admin.send("GET", "/api/v1/organization", "").path("name").asString());
        Api reader = new Api(system.demo().apiUrl(), key.lastLine());
        assertEquals(Integer.parseInt(organization), reader.send("GET", "/api/v1/organization", "").path("id").asInt());
        assertEquals("read", admin.send("GET", "/api/v1/api-keys", "").path("items").path(0).path("scope").asString());
        assertEquals(
                "command", admin.send("GET", "/api/v1/audit-log", "").path("items").path(0).path("who").path("kind").asString());
    }

    @Test
    void whatOneKeyHasEncryptedIsWrittenAnewWithAnotherWhileTheSystemRuns(LocalSystem system, Path data) throws Exception {
        // when
        Ran looked = Ran.of(Map.of(), "re-encrypt", "--check", "--data", data.toString());
        Ran written = Ran.of(Map.of(), "re-encrypt", "--data", data.toString());

        // then: it has but one key, which everything opens with
        assertEquals(0, looked.code(), looked.err());
        assertEquals(0, written.code(), written.err());
        for (String what : List.of("tokens of accounts", "secrets of webhooks", "keys of runs")) {
            assertTrue(written.out().lines().anyMatch(line -> line.matches(what + " +\\d+ +0 +0")), written.out());
        }
        assertFalse(system.demo().agentUuid().isEmpty());
    }

    @Test
    void theOperatorsKeyOfARunningSystemMakesATenantToo(LocalSystem system) throws Exception {
        // when
        String key = new Api(system.demo())
                .sendAs(system.demo().operatorKey(), "POST", "/api/v1/operator/organizations",
                        "{\"name\":\"" + Wait.unique("tenant") + "\",\"owner_email\":\"o@example.com\"}")
                .path("api_key").asString();

        // then
        assertEquals(
                0, new Api(system.demo().apiUrl(), key).send("GET", "/api/v1/agents", "").path("items").size());
    }

    @Test
    void aTenantThatThereIsNotAndADatabaseThatThereIsNotAreSaidInASentence(Path data, @TempDir Path nowhere) {
        // when
        Ran unknown = Ran.of(Map.of(), "tenant", "key", "999999", "--data", data.toString());
        Ran never = Ran.of(Map.of(), "tenant", "list", "--data", nowhere.toString());
        Ran unset = Ran.of(Map.of(), "tenant", "list");
        Ran refused = Ran.of(Map.of("AGENT_STREAM_DATABASE_URL", "jdbc:postgresql://127.0.0.1:1/none"), "tenant", "list");

        // then
        assertEquals(1, unknown.code());
        assertTrue(unknown.err().contains("no organisation 999999"), unknown.err());
        assertEquals(1, never.code());
        assertTrue(never.err().contains("no system has run in"), never.err());
        assertEquals(78, unset.code());
        assertTrue(unset.err().contains("AGENT_STREAM_DATABASE_URL"), unset.err());
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains("the database of AGENT_STREAM_DATABASE_URL cannot be used"), refused.err());
        for (Ran ran : List.of(unknown, never, unset, refused)) {
            assertFalse(ran.err().matches("(?s).*(java\\.|Exception).*"), ran.err());
            assertEquals("", ran.out());
        }
    }
}
