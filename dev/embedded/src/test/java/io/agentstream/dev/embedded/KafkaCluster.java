package io.agentstream.dev.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Three brokers and, beside them, their controller, so that brokers can fail one by one: all in this process, but for those that are to
/// stand still. Kafka's own topics have three replicas as well. One thread.
public final class KafkaCluster implements AutoCloseable {

    private static final int BROKERS = 3;

    /// A broker or the controller.
    interface Node extends AutoCloseable {

        /// Where it listens.
        int port();

        @Override
        void close();
    }

    private final ClusterNode.Cluster cluster;
    private final Set<Integer> apart;
    private final Map<Integer, Node> brokers = new TreeMap<>();
    private final Map<Integer, Integer> ports = new TreeMap<>();
    private final Node controller;

    private KafkaCluster(Path directory, Set<Integer> apart) throws Exception {
        this.cluster = ClusterNode.Cluster.in(directory.toAbsolutePath());
        this.apart = Set.copyOf(apart);
        EmbeddedKafka.instead(fault -> {}, directory);
        controller = ClusterNode.controller(cluster);
    }

    /// Starts all on new data in `directory`, and returns when every broker serves.
    public static KafkaCluster start(Path directory) throws Exception {
        return start(directory, Set.of());
    }

    /// As [#start(Path)].
    ///
    /// @param apart brokers that get a process of their own, and can be frozen
    public static KafkaCluster start(Path directory, Set<Integer> apart) throws Exception {
        KafkaCluster cluster = new KafkaCluster(directory, apart);
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
        Node broker = apart.contains(id)
                ? BrokerProcess.start(cluster, id, port, controller.port())
                : ClusterNode.broker(cluster, id, port, controller.port());
        brokers.put(id, broker);
        ports.put(id, broker.port());
    }

    /// Broker `id`, which has a process of its own, is alive from here on and answers nothing.
    public void freeze(int id) throws IOException, InterruptedException {
        apart(id).freeze();
    }

    /// Broker `id` goes on as if no time had passed.
    public void thaw(int id) throws IOException, InterruptedException {
        apart(id).thaw();
    }

    private BrokerProcess apart(int id) {
        if (brokers.get(id) instanceof BrokerProcess process) {
            return process;
        }
        throw new IllegalStateException("broker " + id + " has no process of its own");
    }

    @Override
    public void close() {
        brokers.values().forEach(Node::close);
        brokers.clear();
        controller.close();
    }
}
