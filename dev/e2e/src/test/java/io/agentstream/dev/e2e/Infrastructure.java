package io.agentstream.dev.e2e;

import io.agentstream.dev.embedded.EmbeddedKafka;
import io.agentstream.dev.embedded.EmbeddedPostgres;
import io.agentstream.dev.embedded.UsedPostgres;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.StopBarrier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A broker and a database that can be taken away and given back, each on the port of its first start, and local systems on top
/// of them. One thread.
final class Infrastructure implements AutoCloseable {

    private final Path directory;
    private final int kafkaPort;
    private final int postgresPort;
    private final Map<String, String> environment;
    private EmbeddedKafka kafka;
    private EmbeddedPostgres postgres;

    private Infrastructure(Path directory, EmbeddedKafka kafka, EmbeddedPostgres postgres) {
        this.directory = directory;
        this.kafka = kafka;
        this.postgres = postgres;
        this.kafkaPort = kafka.port();
        this.postgresPort = postgres.port();
        this.environment = SharedSystem.coldEnvironment();
        environment.put("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
        environment.put("AGENT_STREAM_DATABASE_URL", postgres.jdbcUrl());
        environment.put("AGENT_STREAM_DATABASE_USER", postgres.user());
        environment.put("AGENT_STREAM_DATABASE_PASSWORD", postgres.password());
        // one set for all processes of the system, where each data directory would have its own
        environment.put("AGENT_STREAM_CREDENTIALS_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
        environment.put("AGENT_STREAM_CALL_KEYS_KEY", "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=");
    }

    static Infrastructure start() throws IOException {
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "e2e-");
        UsedPostgres.in(directory.resolve("database"));
        return new Infrastructure(
                directory,
                EmbeddedKafka.start(directory.resolve("broker"), 0),
                EmbeddedPostgres.start(directory.resolve("database"), 0));
    }

    /// Configuration variables that lead here.
    Map<String, String> environment() {
        return environment;
    }

    /// Where Kafka is.
    String servers() {
        return Objects.requireNonNull(environment.get("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS"));
    }

    /// A system that knows the runs and secrets of the one before it.
    LocalSystem startSystem() throws Exception {
        return LocalSystem.start(Files.createDirectories(systemDirectory()), false, environment, new StopBarrier(), step -> {});
    }

    /// Where the systems keep their data.
    Path systemDirectory() {
        return directory.resolve("system");
    }

    void stopKafka() {
        kafka.close();
    }

    void startKafka() {
        kafka = EmbeddedKafka.start(directory.resolve("broker"), kafkaPort);
    }

    /// Another broker takes the place of the one that is there, and knows nothing of what was written to it.
    void setKafkaUpAnew() throws IOException {
        kafka.close();
        EmbeddedKafka.remove(directory.resolve("broker"));
        startKafka();
    }

    void stopPostgres() {
        postgres.close();
    }

    void startPostgres() {
        postgres = EmbeddedPostgres.start(directory.resolve("database"), postgresPort);
    }

    @Override
    public void close() throws Exception {
        try (Afterwards _ = Afterwards.delete(directory);
                EmbeddedPostgres _ = postgres;
                EmbeddedKafka _ = kafka) {
            Config config = Config.load(environment, Map.of(), List.of());
            EveryCallAgain.leadsToTheSame(kafka.bootstrapServers(), config.get(Keys.CALL_KEYS_KEY), false);
        }
    }
}
