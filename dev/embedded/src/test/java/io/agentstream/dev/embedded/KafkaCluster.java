package io.agentstream.dev.embedded;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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

/// Three brokers and, beside them, their controller in this process, so that brokers can fail one by one. Kafka's own topics have
/// three replicas as well. One thread.
public final class KafkaCluster implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaCluster.class);

    private static final int BROKERS = 3;
    private static final int CONTROLLER = 100;

    /// A broker that fails is missed after this; one that is only slow on a busy machine must not be.
    private static final int SESSION_TIMEOUT_MS = 5_000;

    private static final Duration AT_ONCE = Duration.ofMillis(1);
    private static final long START_LIMIT_S = 30;

    private final Path directory;
    private final String clusterId = Uuid.randomUuid().toString();
    private final CompletableFuture<Map<Integer, InetSocketAddress>> voters = new CompletableFuture<>();
    private final Map<Integer, Node> brokers = new TreeMap<>();
    private final Map<Integer, Integer> ports = new TreeMap<>();
    private final Node controller;

    private KafkaCluster(Path directory) throws Exception {
        this.directory = directory;
        EmbeddedKafka.instead(fault -> {}, directory);
        controller = startController();
    }

    /// A broker or the controller, and what it measures.
    private record Node(AutoCloseable server, Metrics metrics) implements AutoCloseable {
        @Override
        public void close() {
            try (metrics) {
                server.close();
            } catch (Exception failure) {
                LOG.warn("a node did not close in good order", failure);
            }
        }
    }

    /// Starts all on new data in `directory`, and returns when every broker serves.
    public static KafkaCluster start(Path directory) throws Exception {
        KafkaCluster cluster = new KafkaCluster(directory);
        try {
            for (int id = 1; id <= BROKERS; id++) {
                cluster.startBroker(id);
            }
            return cluster;
        } catch (Exception failure) {
            cluster.close();
            throw failure;
        }
    }

    /// Where all brokers are, also those that are away.
    public String bootstrapServers() {
        return ports.values().stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    /// Ends broker `id`, 1 to 3, which says good-bye to nobody.
    public void kill(int id) {
        Node broker = brokers.remove(id);
        if (broker == null) {
            throw new IllegalStateException("broker " + id + " does not run");
        }
        broker.close();
    }

    /// Starts broker `id`, where it was there before on its data and its port.
    public void startBroker(int id) throws Exception {
        int port = ports.getOrDefault(id, 0);
        Properties settings = settings(id);
        settings.setProperty("process.roles", "broker");
        settings.setProperty("listeners", KafkaSettings.CLIENT_LISTENER + "://127.0.0.1:" + port);
        int controllerPort = voters.get(START_LIMIT_S, TimeUnit.SECONDS).get(CONTROLLER).getPort();
        settings.setProperty("controller.quorum.voters", CONTROLLER + "@127.0.0.1:" + controllerPort);
        Metrics metrics = new Metrics();
        BrokerServer broker = new BrokerServer(prepare(settings, metrics).shared());
        brokers.put(id, new Node(() -> broker.shutdown(AT_ONCE), metrics));
        broker.startup();
        ports.put(id, broker.boundPort(ListenerName.normalised(KafkaSettings.CLIENT_LISTENER)));
    }

    private Node startController() throws Exception {
        Properties settings = settings(CONTROLLER);
        settings.setProperty("process.roles", "controller");
        settings.setProperty("listeners", KafkaSettings.CONTROLLER_LISTENER + "://127.0.0.1:0");
        settings.setProperty("controller.quorum.voters", CONTROLLER + "@127.0.0.1:0");
        settings.remove("inter.broker.listener.name");
        Metrics metrics = new Metrics();
        Prepared prepared = prepare(settings, metrics);
        ControllerServer server =
                new ControllerServer(prepared.shared(), KafkaRaftServer.configSchema(), prepared.bootstrap());
        var _ = server.socketServerFirstBoundPortFuture().thenAccept(port ->
                voters.complete(Map.of(CONTROLLER, new InetSocketAddress(InetAddress.getLoopbackAddress(), port))));
        server.startup();
        return new Node(server::shutdown, metrics);
    }

    private record Prepared(SharedServer shared, BootstrapMetadata bootstrap) {}

    private Prepared prepare(Properties settings, Metrics metrics) throws Exception {
        int id = Integer.parseInt(settings.getProperty("node.id"));
        EmbeddedKafka.format(data(id), id, clusterId);
        KafkaConfig config = new KafkaConfig(settings);
        Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> stored =
                KafkaRaftServer.initializeLogDirs(config, LOG, "node " + id + ": ");
        SharedServer shared = new SharedServer(
                config,
                stored._1(),
                Time.SYSTEM,
                metrics,
                voters,
                List.of(),
                EmbeddedKafka.faults(fault -> {}),
                ServerSocketFactory.INSTANCE);
        return new Prepared(shared, stored._2());
    }

    private Path data(int id) {
        return directory.resolve("node-" + id);
    }

    private Properties settings(int id) {
        Properties settings = KafkaSettings.of(data(id), 0, SESSION_TIMEOUT_MS);
        settings.setProperty("node.id", Integer.toString(id));
        settings.setProperty("controlled.shutdown.enable", "false");
        settings.setProperty("default.replication.factor", "3");
        settings.setProperty("offsets.topic.replication.factor", "3");
        settings.setProperty("transaction.state.log.replication.factor", "3");
        return settings;
    }

    @Override
    public void close() {
        brokers.values().forEach(Node::close);
        brokers.clear();
        controller.close();
    }
}
