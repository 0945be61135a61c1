package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.agentstream.dev.e2e.deploy.ComposeFile;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.runtime.StopBarrier;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;
import tools.jackson.databind.JsonNode;

/// The whole on the Kafka and the PostgreSQL that production gets: the images of the compose file. `mvn verify -Pcontainers`.
@Tag("containers")
final class ContainersTest {

    private static final int POSTGRES_PORT = 5432;
    private static final String NAME = "agent_stream";
    private static final String PASSWORD = "only-for-this-test";

    @Test
    void aCallIsEchoedThroughTheImagesOfTheComposeFile(@TempDir Path directory) throws Exception {
        boolean docker = DockerClientFactory.instance().isDockerAvailable();
        if (!docker) {
            System.err.println("ContainersTest is skipped: there is no Docker engine here. Nothing was tested on the images.");
        }
        assumeTrue(docker, "there is no Docker engine here");
        ComposeFile compose = ComposeFile.read("docker-compose.yml");
        try (KafkaContainer kafka = new KafkaContainer(DockerImageName.parse(compose.image("kafka")));
                GenericContainer<?> postgres = new GenericContainer<>(DockerImageName.parse(compose.image("postgres")))) {
            kafka.start();
            postgres.withEnv(Map.of("POSTGRES_DB", NAME, "POSTGRES_USER", NAME, "POSTGRES_PASSWORD", PASSWORD))
                    .withExposedPorts(POSTGRES_PORT)
                    // It starts once to make the database and once for good.
                    .waitingFor(Wait.forLogMessage(".*ready to accept connections.*", 2))
                    .start();
            Map<String, String> environment = SharedSystem.coldEnvironment();
            environment.put("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", kafka.getBootstrapServers());
            environment.put(
                    "AGENT_STREAM_DATABASE_URL",
                    "jdbc:postgresql://" + postgres.getHost() + ":" + postgres.getMappedPort(POSTGRES_PORT) + "/" + NAME);
            environment.put("AGENT_STREAM_DATABASE_USER", NAME);
            environment.put("AGENT_STREAM_DATABASE_PASSWORD", PASSWORD);
            try (LocalSystem system =
                            LocalSystem.start(directory, false, environment, new StopBarrier(), step -> {});
                    EchoCall call = EchoCall.begin(system, system.demo().echoAgentUuid())) {

                call.awaitHeard(50);
                call.hangUp();

                JsonNode run = new Api(system.demo()).awaitRun(system.demo().echoAgentUuid(), call.call.callId, "completed");
                assertEquals("caller_hangup", run.path("end").path("by").asString());
                EveryCallAgain.of(system, directory);
            }
        }
    }
}
