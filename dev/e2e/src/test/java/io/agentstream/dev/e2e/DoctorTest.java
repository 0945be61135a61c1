package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.DemoFile;
import io.agentstream.dev.local.LocalSystem;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// The doctor on a real system, each fault of it planted.
@ExtendWith(SharedSystem.class)
@Execution(ExecutionMode.SAME_THREAD)
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
        return ran.out().lines()
                .filter(line -> line.startsWith("WRONG  " + about + ":"))
                .findFirst()
                .orElseGet(() -> "no line about " + about + " in " + ran.out());
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
