package io.agentstream.dev.embedded;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.SharedServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.server.ServerSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/// A broker of a [KafkaCluster], or its controller, in this process. One thread.
final class ClusterNode implements KafkaCluster.Node {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);

    private static final int CONTROLLER = 100;

    /// A broker that fails is missed after this; one that is only slow on a busy machine must not be.
    private static final int SESSION_TIMEOUT_MS = 5_000;

    private static final Duration AT_ONCE = Duration.ofMillis(1);
    private static final long START_LIMIT_S = 30;

    private final AutoCloseable server;
    private final Metrics metrics;
    private final int port;

    private ClusterNode(AutoCloseable server, Metrics metrics, int port) {
        this.server = server;
        this.metrics = metrics;
        this.port = port;
    }

    /// What a node is told of its cluster.
    ///
    /// @param directory where all nodes keep their data, each in a part of its own
    record Cluster(Path directory, String id) {

        static Cluster in(Path directory) {
            return new Cluster(directory, Uuid.randomUuid().toString());
        }

        private Path data(int node) {
            return directory.resolve("node-" + node);
        }

        private Properties settings(int node) {
            Properties settings = KafkaSettings.of(data(node), 0, SESSION_TIMEOUT_MS);
            settings.setProperty("node.id", Integer.toString(node));
            settings.setProperty("controlled.shutdown.enable", "false");
            settings.setProperty("default.replication.factor", "3");
            settings.setProperty("offsets.topic.replication.factor", "3");
            settings.setProperty("transaction.state.log.replication.factor", "3");
            return settings;
        }
    }

    private record Prepared(SharedServer shared, BootstrapMetadata bootstrap, Metrics metrics) {}

    /// Starts broker `id`, where it was there before on its data. Blocks until it serves.
    ///
    /// @param port 0 for any that is free
    /// @param controllerPort where [#controller] is
    static ClusterNode broker(Cluster cluster, int id, int port, int controllerPort) throws Exception {
        Properties settings = cluster.settings(id);
        settings.setProperty("process.roles", "broker");
        settings.setProperty("listeners", KafkaSettings.CLIENT_LISTENER + "://127.0.0.1:" + port);
        settings.setProperty("controller.quorum.voters", CONTROLLER + "@127.0.0.1:" + controllerPort);
        CompletableFuture<Map<Integer, InetSocketAddress>> voters = CompletableFuture.completedFuture(at(controllerPort));
        Prepared prepared = prepare(cluster, id, settings, voters);
        BrokerServer broker = new BrokerServer(prepared.shared());
        try {
            broker.startup();
        } catch (RuntimeException failure) {
            new ClusterNode(() -> broker.shutdown(AT_ONCE), prepared.metrics(), 0).close();
            throw failure;
        }
        return new ClusterNode(
                () -> broker.shutdown(AT_ONCE), prepared.metrics(),
                broker.boundPort(ListenerName.normalised(KafkaSettings.CLIENT_LISTENER)));
    }

    /// Starts the controller.
    static ClusterNode controller(Cluster cluster) throws Exception {
        Properties settings = cluster.settings(CONTROLLER);
        settings.setProperty("process.roles", "controller");
        settings.setProperty("listeners", KafkaSettings.CONTROLLER_LISTENER + "://127.0.0.1:0");
        settings.setProperty("controller.quorum.voters", CONTROLLER + "@127.0.0.1:0");
        settings.remove("inter.broker.listener.name");
        CompletableFuture<Map<Integer, InetSocketAddress>> voters = new CompletableFuture<>();
        Prepared prepared = prepare(cluster, CONTROLLER, settings, voters);
        ControllerServer server =
                new ControllerServer(prepared.shared(), KafkaRaftServer.configSchema(), prepared.bootstrap());
        var _ = server.socketServerFirstBoundPortFuture().thenAccept(port -> voters.complete(at(port)));
        server.startup();
        int port = voters.get(START_LIMIT_S, TimeUnit.SECONDS).get(CONTROLLER).getPort();
        return new ClusterNode(server::shutdown, prepared.metrics(), port);
    }

    private static Map<Integer, InetSocketAddress> at(int controllerPort) {
        return Map.of(CONTROLLER, new InetSocketAddress(InetAddress.getLoopbackAddress(), controllerPort));
    }

    private static Prepared prepare(
            Cluster cluster, int id, Properties settings, CompletableFuture<Map<Integer, InetSocketAddress>> voters)
            throws Exception {
        EmbeddedKafka.format(cluster.data(id), id, cluster.id());
        KafkaConfig config = new KafkaConfig(settings);
        Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> stored =
                KafkaRaftServer.initializeLogDirs(config, LOG, "node " + id + ": ");
        Metrics metrics = new Metrics();
        SharedServer shared = new SharedServer(
                config,
                stored._1(),
                Time.SYSTEM,
                metrics,
                voters,
                List.of(),
                EmbeddedKafka.faults(fault -> {}),
                ServerSocketFactory.INSTANCE);
        return new Prepared(shared, stored._2(), metrics);
    }

    @Override
    public int port() {
        return port;
    }

    /// Says good-bye to nobody.
    @Override
    public void close() {
        try (metrics) {
            server.close();
        } catch (Exception failure) {
            LOG.warn("a node did not close in good order", failure);
        }
    }
}
