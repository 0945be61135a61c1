package io.agentstream.dev.embedded;

import java.nio.file.Path;
import java.util.Properties;

/// The broker's configuration: one node that is broker and controller, on a laptop that has other things to do.
final class KafkaSettings {

    static final int NODE_ID = 1;
    static final String CLIENT_LISTENER = "CLIENT";
    static final String CONTROLLER_LISTENER = "CONTROLLER";

    private KafkaSettings() {}

    /// For data in `directory` and clients at `127.0.0.1:port`, where 0 is any free port. The controller takes a broker
    /// that has been silent for `sessionTimeoutMs` for dead.
    static Properties of(Path directory, int port, int sessionTimeoutMs) {
        Properties settings = new Properties();
        settings.setProperty("process.roles", "broker,controller");
        settings.setProperty("node.id", Integer.toString(NODE_ID));
        settings.setProperty("log.dirs", directory.toString());
        settings.setProperty("broker.session.timeout.ms", Integer.toString(sessionTimeoutMs));
        settings.setProperty("broker.heartbeat.interval.ms", Integer.toString(Math.min(2_000, sessionTimeoutMs / 5)));
        listeners(settings, port);
        oneReplica(settings);
        smallAndQuiet(settings);
        quickGroups(settings);
        return settings;
    }

    private static void listeners(Properties settings, int port) {
        settings.setProperty(
                "listeners", CLIENT_LISTENER + "://127.0.0.1:" + port + "," + CONTROLLER_LISTENER + "://127.0.0.1:0");
        settings.setProperty("listener.security.protocol.map", "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.setProperty("controller.listener.names", CONTROLLER_LISTENER);
        settings.setProperty("inter.broker.listener.name", CLIENT_LISTENER);
        // The real port is known only once the controller listens: the broker gets it then, not from here.
        settings.setProperty("controller.quorum.voters", NODE_ID + "@127.0.0.1:0");
    }

    private static void oneReplica(Properties settings) {
        settings.setProperty("auto.create.topics.enable", "false");
        settings.setProperty("default.replication.factor", "1");
        settings.setProperty("min.insync.replicas", "1");
        settings.setProperty("offsets.topic.num.partitions", "1");
        settings.setProperty("offsets.topic.replication.factor", "1");
        settings.setProperty("transaction.state.log.num.partitions", "1");
        settings.setProperty("transaction.state.log.replication.factor", "1");
        settings.setProperty("transaction.state.log.min.isr", "1");
        settings.setProperty("share.coordinator.state.topic.num.partitions", "1");
        settings.setProperty("share.coordinator.state.topic.replication.factor", "1");
        settings.setProperty("share.coordinator.state.topic.min.isr", "1");
    }

    private static void smallAndQuiet(Properties settings) {
        settings.setProperty("num.network.threads", "2");
        settings.setProperty("num.io.threads", "4");
        settings.setProperty("background.threads", "2");
        settings.setProperty("num.recovery.threads.per.data.dir", "2");
        // The default of 128 MiB is taken from the heap at start, used or not.
        settings.setProperty("log.cleaner.dedupe.buffer.size", "8388608");
        settings.setProperty("log.cleaner.io.buffer.size", "262144");
        // An index is laid out at full length for every open segment: 1 MiB covers 512 MiB of log.
        settings.setProperty("log.index.size.max.bytes", "1048576");
        settings.setProperty("log.segment.bytes", "268435456");
        settings.setProperty("log.retention.check.interval.ms", "300000");
        settings.setProperty("offsets.load.buffer.size", "1048576");
        settings.setProperty("transaction.state.log.load.buffer.size", "1048576");
        // A controller that is alone needs no heartbeat written (and flushed) twice a second.
        settings.setProperty("metadata.max.idle.interval.ms", "0");
        settings.setProperty("metadata.log.segment.bytes", "16777216");
        settings.setProperty("controller.quorum.election.timeout.ms", "500");
        settings.setProperty("controller.quorum.fetch.timeout.ms", "1000");
    }

    private static void quickGroups(Properties settings) {
        settings.setProperty("group.initial.rebalance.delay.ms", "0");
        settings.setProperty("group.min.session.timeout.ms", "1000");
        settings.setProperty("group.consumer.min.session.timeout.ms", "1000");
        settings.setProperty("group.consumer.min.heartbeat.interval.ms", "100");
        settings.setProperty("group.consumer.heartbeat.interval.ms", "500");
        // Whoever reads what is committed waits for the transaction of a process that was killed: for as long as it may take, and then for
        // this, of which the default is ten seconds more.
        settings.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
    }
}
