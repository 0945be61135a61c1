package io.agentstream.dev.embedded;

import java.io.IOException;
import java.nio.file.Path;

/// A broker of a [KafkaCluster] in a JVM of its own, which can be made to stand still; it does not outlive this one. One thread.
final class BrokerProcess implements KafkaCluster.Node {

    private final ChildJvm jvm;
    private final int port;

    private BrokerProcess(ChildJvm jvm) {
        this.jvm = jvm;
        this.port = Integer.parseInt(jvm.await("ready "));
    }

    /// As [ClusterNode#broker].
    static BrokerProcess start(ClusterNode.Cluster cluster, int id, int port, int controllerPort) throws IOException {
        return new BrokerProcess(ChildJvm.run(
                BrokerProcess.class, cluster.directory().toString(), cluster.id(), Integer.toString(id), Integer.toString(port),
                Integer.toString(controllerPort)));
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        EmbeddedKafka.instead(fault -> {}, directory);
        ClusterNode broker = ClusterNode.broker(
                new ClusterNode.Cluster(directory, arguments[1]), Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]),
                Integer.parseInt(arguments[4]));
        System.out.println("ready " + broker.port());
        while (System.in.read() >= 0) {
            // nobody writes: the end is that of whoever started this
        }
        Runtime.getRuntime().halt(0);
    }

    /// Alive, but from here on it answers nothing: its connections stay as they are.
    void freeze() throws IOException, InterruptedException {
        jvm.freeze();
    }

    /// It goes on as if no time had passed, and still believes what it believed.
    void thaw() throws IOException, InterruptedException {
        jvm.thaw();
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void close() {
        try {
            jvm.kill();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } finally {
            jvm.close();
        }
    }
}
