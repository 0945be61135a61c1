package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.embedded.EmbeddedKafka;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// The doctor on a Kafka that asks for a name and a password, each fault of it planted.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@OwnSystem
final class DoctorKafkaTest {

    private static final String MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule required";

    @TempDir
    private static Path directory;

    private EmbeddedKafka kafka;
    private Map<String, String> environment;

    @BeforeAll
    void start() {
        kafka = EmbeddedKafka.start(
                directory.resolve("broker"), 0,
                Map.of(
                        "listeners", "CLIENT://127.0.0.1:0,INSIDE://127.0.0.1:0,CONTROLLER://127.0.0.1:0",
                        "listener.security.protocol.map", "CLIENT:SASL_PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
                        "inter.broker.listener.name", "INSIDE",
                        "sasl.enabled.mechanisms", "PLAIN",
                        "listener.name.client.plain.sasl.jaas.config", MODULE + " user_services=\"the-right-one\";"),
                _ -> {});
    }

    @AfterAll
    void stop() {
        kafka.close();
    }

    @BeforeEach
    void comeIn() {
        environment = new HashMap<>(Map.of(
                "AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
                "AGENT_STREAM_KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT",
                "AGENT_STREAM_KAFKA_SASL_MECHANISM", "PLAIN",
                "AGENT_STREAM_KAFKA_SASL_JAAS_CONFIG", jaas("the-right-one"),
                "AGENT_STREAM_GATEWAY_SLOTS", "2",
                "AGENT_STREAM_CALL_PARTITIONS", "2"));
    }

    private static String jaas(String password) {
        return MODULE + " username=\"services\" password=\"" + password + "\";";
    }

    private String wrong(String about) {
        Ran ran = Ran.of(environment, "doctor");
        assertEquals(1, ran.code(), ran.out());
        assertFalse((ran.out() + ran.err()).contains("the-"), "a password in " + ran.out() + ran.err());
        return ran.wrong(about);
    }

    @Test
    void namesAPasswordThatTheBrokersRefuse() {
        environment.put("AGENT_STREAM_KAFKA_SASL_JAAS_CONFIG", jaas("the-wrong-one"));

        String line = wrong("kafka");

        assertTrue(line.contains("refuses us") && line.contains("set AGENT_STREAM_KAFKA_SECURITY_PROTOCOL, _SASL_MECHANISM and _SASL_JAAS_CONFIG"), line);
    }

    /// One replica, and two have to have what is written.
    @Test
    void namesATopicThatNobodyCanWriteTo() throws Exception {
        assertEquals(0, Ran.of(environment, "topics").code());
        Map<String, String> client = Map.of(
                "security.protocol", "SASL_PLAINTEXT", "sasl.mechanism", "PLAIN", "sasl.jaas.config", jaas("the-right-one"));
        try (Admin admin = new KafkaClients(kafka.bootstrapServers(), client, Duration.ZERO).admin("test")) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, Topics.CALL_LIFECYCLE.name()),
                            List.of(new AlterConfigOp(new ConfigEntry("min.insync.replicas", "2"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
        // A broker hears of what its controller has noted a moment later.
        Wait.until("the topic's setting is known", () -> Wait.when(Ran.of(environment, "topics", "--check").code() != 0));

        String topics = wrong("topics");
        String replication = wrong("replication");

        assertTrue(topics.contains("call.lifecycle.v1 has min.insync.replicas 2, expected 1"), topics);
        assertTrue(topics.contains("kafka-configs.sh") && topics.contains("--add-config min.insync.replicas=1"), topics);
        assertTrue(replication.contains("nothing can be written to call.lifecycle.v1"), replication);
    }
}
