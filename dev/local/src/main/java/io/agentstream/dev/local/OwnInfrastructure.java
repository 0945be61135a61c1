package io.agentstream.dev.local;

import io.agentstream.dev.embedded.EmbeddedKafka;
import io.agentstream.dev.embedded.EmbeddedPostgres;
import io.agentstream.runtime.Closer;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.runtime.TopicProvisioner;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.apache.kafka.clients.admin.Admin;

/// Broker and database of the local system, and the topics on the broker. One thread.
final class OwnInfrastructure {

    private OwnInfrastructure() {}

    /// Starts broker and database side by side, unless the environment names others.
    ///
    /// @param closer owns what was started, also where something else did not start
    /// @return the configuration that leads to them
    static Map<String, String> start(Path directory, Config config, Closer closer, StopBarrier barrier) throws Exception {
        Map<String, String> where = new HashMap<>();
        FutureTask<EmbeddedPostgres> postgres = new FutureTask<>(
                () -> EmbeddedPostgres.start(directory.resolve("postgres"), config.get(Keys.POSTGRES_PORT),
                        reason -> barrier.fault(new IllegalStateException(reason))));
        FutureTask<EmbeddedKafka> kafka = new FutureTask<>(
                () -> EmbeddedKafka.start(directory.resolve("kafka"), config.get(Keys.KAFKA_PORT),
                        reason -> barrier.fault(new IllegalStateException(reason))));
        boolean ownDatabase = config.find(Keys.DATABASE_URL).isEmpty();
        boolean ownKafka = config.find(Keys.KAFKA_BOOTSTRAP_SERVERS).isEmpty();
        if (ownDatabase) {
            Thread.ofPlatform().name("postgres-start").start(postgres);
        }
        if (ownKafka) {
            kafka.run();
        }
        try {
            if (ownDatabase) {
                EmbeddedPostgres database = closer.own("postgres", postgres.get());
                where.put(Keys.DATABASE_URL.variable(), database.jdbcUrl());
                where.put(Keys.DATABASE_USER.variable(), database.user());
                where.put(Keys.DATABASE_PASSWORD.variable(), database.password());
            }
        } finally {
            if (ownKafka && kafka.state() == Future.State.SUCCESS) {
                EmbeddedKafka broker = closer.own("kafka", kafka.resultNow());
                where.put(Keys.KAFKA_BOOTSTRAP_SERVERS.variable(), broker.bootstrapServers());
            }
        }
        if (ownKafka && kafka.state() == Future.State.FAILED) {
            throw new ExecutionException(kafka.exceptionNow());
        }
        return where;
    }

    /// Makes the topics. The settings of a broker of our own follow this version's, so that data of an older one can be taken up.
    static void provision(Config config, boolean ourOwn) throws Exception {
        try (Admin admin = new KafkaClients(config).admin("topics")) {
            TopicProvisioner provisioner = new TopicProvisioner(admin, TopicProvisioner.Plan.of(config));
            var differences = ourOwn ? provisioner.align() : provisioner.provision();
            if (!differences.isEmpty()) {
                throw new IllegalStateException("the topics differ from the configuration: " + differences
                        + "; set the configuration as it was, or start over with --fresh");
            }
        }
    }
}
