package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.embedded.EmbeddedPostgres;
import io.agentstream.dev.embedded.UsedPostgres;
import io.agentstream.dev.local.DemoFile;
import io.agentstream.dev.local.LocalSystem;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The doctor on a real system, each fault of it planted.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class DoctorTest {

    private DemoFile demo;
    private Map<String, String> environment;

    @BeforeEach
    void look(LocalSystem system) {
        demo = system.demo();
        environment = new HashMap<>(Map.of(
                "AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", demo.kafkaBootstrapServers(),
                "AGENT_STREAM_DATABASE_URL", demo.jdbcUrl(),
                "AGENT_STREAM_DATABASE_USER", demo.databaseUser(),
                "AGENT_STREAM_DATABASE_PASSWORD", demo.databasePassword(),
                "AGENT_STREAM_CLOUDONIX_API_URL", demo.cloudonixUrl(),
                "AGENT_STREAM_PUBLIC_GATEWAY_URL", demo.gatewayUrl().replaceFirst("http", "ws"),
                "AGENT_STREAM_GATEWAY_SLOTS", "4"));
    }

    private String wrong(String about) {
        Ran ran = Ran.of(environment, "doctor");
        assertEquals(1, ran.code(), ran.out());
        return ran.wrong(about);
    }

    private static int nobodysPort() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            return taken.getLocalPort();
        }
    }

    @Test
    void namesAKafkaThatIsNotThere() throws Exception {
        environment.put("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + nobodysPort());

        String line = wrong("kafka");

        assertTrue(line.contains("does not answer") && line.contains("correct AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS"), line);
    }

    @Test
    void namesTopicsThatDiffer() {
        environment.put("AGENT_STREAM_GATEWAY_SLOTS", "7");

        String line = wrong("topics");

        assertTrue(line.contains("socket.commands.v1 has partitions 4, expected 7") && line.contains("set AGENT_STREAM_GATEWAY_SLOTS=4"), line);
    }

    @Test
    void namesReplicasThatThereCannotBe() {
        environment.put("AGENT_STREAM_TOPIC_REPLICATION", "3");

        String line = wrong("replication");

        assertTrue(line.contains("3 replicas, and there are only 1 brokers"), line);
        assertTrue(wrong("topics").contains("expected"), "the topics are looked at all the same");
    }

    @Test
    void namesADatabaseThatIsNotThere() throws Exception {
        environment.put("AGENT_STREAM_DATABASE_URL", "jdbc:postgresql://127.0.0.1:" + nobodysPort() + "/agent_stream");

        String line = wrong("postgresql");

        assertTrue(line.contains("does not answer") && line.contains("correct AGENT_STREAM_DATABASE_URL"), line);
        assertFalse(line.contains(demo.databasePassword()), line);
    }

    @Test
    void namesADatabaseWithoutTables() {
        environment.put("AGENT_STREAM_DATABASE_URL", demo.jdbcUrl().replaceFirst("/[a-z_]+(\\?.*)?$", "/template1$1"));

        String line = wrong("migrations");

        assertTrue(line.contains("migrations are not applied") && line.contains("start an orchestrator"), line);
    }

    @Test
    void namesAProviderThatIsSomethingElse() throws Exception {
        environment.put("AGENT_STREAM_CLOUDONIX_API_URL", "http://127.0.0.1:" + nobodysPort());
        String away = wrong("provider");
        environment.put("AGENT_STREAM_CLOUDONIX_API_URL", "https://127.0.0.1:" + demo.cloudonixUrl().replaceAll(".*:", ""));
        String plain = wrong("provider");

        assertTrue(away.contains("does not answer") && away.contains("correct AGENT_STREAM_CLOUDONIX_API_URL"), away);
        assertTrue(plain.contains("correct AGENT_STREAM_CLOUDONIX_API_URL"), plain);
    }

    @Test
    void namesAWrongPasswordOfTheDatabase() {
        environment.put("AGENT_STREAM_DATABASE_PASSWORD", "not-this-one");

        String line = wrong("postgresql");

        assertTrue(line.contains("refuses us") && line.contains("correct AGENT_STREAM_DATABASE_USER and AGENT_STREAM_DATABASE_PASSWORD"), line);
        assertFalse(line.contains("not-this-one"), line);
    }

    /// A standby as it is made of a copy of the primary's data, without a primary to follow.
    @Test
    void namesAReplicaThatTakesNoChanges(@TempDir Path parent) throws Exception {
        Path directory = parent.resolve("replica");
        UsedPostgres.in(directory);
        Files.writeString(directory.resolve("data/postgresql.auto.conf"), "wal_level = replica\n"); // as a primary that has standbys
        EmbeddedPostgres.start(directory, 0).close();
        Files.createFile(directory.resolve("data/standby.signal"));
        try (Afterwards _ = Afterwards.removePostgres(directory);
                EmbeddedPostgres replica = EmbeddedPostgres.start(directory, 0)) {
            environment.put("AGENT_STREAM_DATABASE_URL", replica.jdbcUrl());
            environment.put("AGENT_STREAM_DATABASE_USER", replica.user());
            environment.put("AGENT_STREAM_DATABASE_PASSWORD", replica.password());

            String line = wrong("postgresql");

            assertTrue(line.contains("is a replica") && line.contains("point AGENT_STREAM_DATABASE_URL to the primary"), line);
        }
    }

    @Test
    void namesPoolsThatAreLargerThanWhatTheServerTakes() {
        environment.put("AGENT_STREAM_DATABASE_POOL", "200");

        String line = wrong("connections");

        assertTrue(line.contains("one orchestrator makes up to 2") && line.contains("raise max_connections, or lower AGENT_STREAM_DATABASE_POOL"), line);
    }

    @Test
    void namesADatabaseThatTakesFewerConnectionsThanItsServer(@TempDir Path parent) throws Exception {
        Path directory = parent.resolve("limited");
        UsedPostgres.in(directory);
        try (Afterwards _ = Afterwards.removePostgres(directory);
                EmbeddedPostgres limited = EmbeddedPostgres.start(directory, 0)) {
            try (Connection connection = DriverManager.getConnection(limited.jdbcUrl(), limited.user(), limited.password());
                    Statement statement = connection.createStatement()) {
                statement.execute("alter database " + connection.getCatalog() + " connection limit 5");
            }
            environment.put("AGENT_STREAM_DATABASE_URL", limited.jdbcUrl());
            environment.put("AGENT_STREAM_DATABASE_USER", limited.user());
            environment.put("AGENT_STREAM_DATABASE_PASSWORD", limited.password());

            String line = wrong("connections");

            assertTrue(line.contains("PostgreSQL takes 5,") && line.contains("raise the connection limit of the database"), line);
        }
    }

    @Test
    void namesAPoolerThatGivesSessionsByTheTransaction() throws Exception {
        URI database = URI.create(demo.jdbcUrl().substring("jdbc:".length()));
        try (TransactionPooler pooler = new TransactionPooler(database.getPort())) {
            environment.put("AGENT_STREAM_DATABASE_URL", demo.jdbcUrl().replace(":" + database.getPort() + "/", ":" + pooler.port() + "/"));

            String line = wrong("pooler");

            assertTrue(line.contains("gives each transaction another session") && line.contains("set pool_mode = session"), line);
        }
    }

    @Test
    void namesADatabaseThatIsSetToReadOnly() {
        environment.put("AGENT_STREAM_DATABASE_URL", demo.jdbcUrl() + (demo.jdbcUrl().contains("?") ? "&" : "?")
                + "options=-c%20default_transaction_read_only=on");

        String line = wrong("postgresql");

        assertTrue(line.contains("takes no changes") && line.contains("default_transaction_read_only"), line);
    }

    @Test
    void namesATokenThatTheProviderRefuses(Path data) throws Exception {
        Tenant tenant = Tenant.create(demo, "{}");
        String before = tokens(data, tenant);
        tenant.provider("{\"bearer_token\":\"another-token-of-the-provider\"}");

        String after = tokens(data, tenant);

        assertTrue(before.startsWith("ok     tokens: the provider takes that of " + tenant.domain()), before);
        assertTrue(after.startsWith("WRONG  tokens: the provider refuses the token of " + tenant.domain()), after);
        assertTrue(after.contains("PATCH /api/v1/telephony-configurations/"), after);
    }

    @ParameterizedTest
    @ValueSource(strings = {"forbidden", "unauthorized"})
    void namesATokenThatMaySeeTheDomainAndNotItsSessions(String behaviour, Path data) throws Exception {
        Tenant tenant = Tenant.create(demo, "{}");
        tenant.provider("{\"behaviour\":\"" + behaviour + "\"}");

        String line = tokens(data, tenant);

        assertTrue(line.startsWith("WRONG  tokens: the provider knows the token of " + tenant.domain()), line);
        assertTrue(line.contains("the right to read and end sessions"), line);
    }

    private static String tokens(Path data, Tenant tenant) {
        Ran ran = Ran.of(
                Map.of(), "doctor", "--data", data.toString(), "--organization", Long.toString(tenant.operator().organizationId()));
        return ran.out().lines()
                .filter(line -> line.contains("tokens:"))
                .findFirst()
                .orElseGet(() -> "no line about tokens in " + ran.out() + ran.err());
    }

    @Test
    void saysWhatIsNotConfigured() {
        environment.remove("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS");
        environment.remove("AGENT_STREAM_DATABASE_URL");

        assertTrue(wrong("kafka").contains("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS is not set"));
        assertTrue(wrong("postgresql").contains("AGENT_STREAM_DATABASE_URL is not set"));
    }

    @Test
    void saysThatProvidersCannotComeToTheDefaultUrl() {
        assertTrue(wrong("gateway").contains("no provider can come to it"));
    }
}
