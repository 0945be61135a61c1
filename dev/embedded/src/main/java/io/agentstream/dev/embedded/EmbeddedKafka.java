package io.agentstream.dev.embedded;

import io.agentstream.runtime.Sentences;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.FaultHandlerFactory;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.SharedServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.ServerSocketFactory;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/// One Kafka broker, which is its own controller, inside this process.
///
/// Its data survives restarts and also a kill: on the first start the directory is formatted, later the cluster id found
/// there is kept. Ports may differ from start to start. Listens on 127.0.0.1 only, without authentication. Any thread may
/// call it; the directory is locked while it runs.
public final class EmbeddedKafka implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);

    private static final String USE = "Kafka data";

    /// Long, because broker and controller stall together when the machine is busy.
    private static final int SESSION_TIMEOUT_MS = 30_000;

    private static final int SETTLING_SESSION_TIMEOUT_MS = 500;

    /// How long a broker that has lost its disk may take to close. It then waits for what cannot be written.
    private static final Duration BROKEN_CLOSE_LIMIT = Duration.ofSeconds(3);

    private final AtomicBoolean broken;
    private final Consumer<Boolean> onClosed;
    private final Metrics metrics;
    private final ControllerServer controller;
    private final BrokerServer broker;
    private boolean closed;

    /// @param onClosed told whether everything was written
    private EmbeddedKafka(
            Path data,
            int port,
            int sessionTimeoutMs,
            Map<String, String> over,
            Consumer<String> onFatal,
            Consumer<Boolean> onClosed) {
        this.onClosed = onClosed;
        broken = new AtomicBoolean();
        Consumer<String> fatal = fault -> {
            broken.set(true);
            onFatal.accept(fault);
        };
        instead(fatal, data);
        Properties settings = KafkaSettings.of(data, port, sessionTimeoutMs);
        settings.putAll(over);
        KafkaConfig config = new KafkaConfig(settings);
        Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> stored =
                KafkaRaftServer.initializeLogDirs(config, LOG, "embedded broker in " + data + ": ");
        metrics = new Metrics();
        CompletableFuture<Map<Integer, InetSocketAddress>> voters = new CompletableFuture<>();
        SharedServer shared = new SharedServer(
                config,
                stored._1(),
                Time.SYSTEM,
                metrics,
                voters,
                List.of(),
                faults(fatal),
                ServerSocketFactory.INSTANCE);
        controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), stored._2());
        broker = new BrokerServer(shared);
        var _ = controller.socketServerFirstBoundPortFuture().whenComplete((bound, failure) -> {
            if (failure == null) {
                voters.complete(Map.of(KafkaSettings.NODE_ID, new InetSocketAddress(InetAddress.getLoopbackAddress(), bound)));
            } else {
                voters.completeExceptionally(failure);
            }
        });
    }

    /// Starts a broker on the data in `directory`, created and formatted where it is not there yet, for clients at
    /// `127.0.0.1:port`; 0 is any free port. Blocks until it serves requests.
    ///
    /// `onFatal` is told, on a thread of the broker, when the broker has lost the ability to go on (a full disk, say).
    ///
    /// @throws StartFailedException where the directory is in use or broken, or the port is taken
    public static EmbeddedKafka start(Path directory, int port, Consumer<String> onFatal) {
        return start(directory, port, Map.of(), onFatal);
    }

    /// As [#start(Path, int, Consumer)], with settings that go over the embedded broker's own.
    public static EmbeddedKafka start(Path directory, int port, Map<String, String> over, Consumer<String> onFatal) {
        DirectoryLock lock = DirectoryLock.take(directory, USE);
        try {
            Path absolute = directory.toRealPath();
            Names.refuse(absolute, ","); // which to Kafka is the end of a name
            Path data = absolute.resolve("log");
            Path running = absolute.resolve("running");
            format(data, KafkaSettings.NODE_ID, Uuid.randomUuid().toString());
            if (Files.exists(running)) {
                settle(data);
            } else {
                Files.createFile(running);
            }
            EmbeddedKafka kafka = new EmbeddedKafka(data, port, SESSION_TIMEOUT_MS, over, onFatal, orderly -> {
                try (lock) {
                    if (orderly) {
                        Files.deleteIfExists(running);
                    }
                } catch (IOException stays) {
                    LOG.warn("The next start will look for damage that is not there.", stays);
                }
            });
            kafka.open();
            return kafka;
        } catch (StartFailedException failure) {
            lock.close();
            throw failure;
        } catch (Exception failure) {
            lock.close();
            throw new StartFailedException(
                    "The embedded Kafka broker did not start in " + directory + (port == 0 ? "" : " on port " + port)
                            + ": " + Sentences.of(failure),
                    failure);
        }
    }

    /// Deletes the data in `directory`. Nothing where there is none.
    ///
    /// @throws StartFailedException where the directory is in use
    public static void remove(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryLock _ = DirectoryLock.take(directory, USE)) {
            DirectoryTree.clear(directory);
        }
    }

    /// After a kill the controller believes for a whole session timeout that the dead broker lives, and refuses the new one.
    /// So one is started and stopped first whose sessions are short; it repairs the logs, too.
    private static void settle(Path data) {
        LOG.info("The embedded broker was not stopped in good order the last time: looking through its data.");
        try (EmbeddedKafka repair =
                new EmbeddedKafka(data, 0, SETTLING_SESSION_TIMEOUT_MS, Map.of(), reason -> {}, orderly -> {})) {
            repair.open();
        }
    }

    private void open() {
        try {
            controller.startup();
            broker.startup();
        } catch (RuntimeException failure) {
            close();
            throw failure;
        }
    }

    /// As [#start(Path, int, Consumer)], where a fatal fault is only logged.
    public static EmbeddedKafka start(Path directory, int port) {
        return start(directory, port, reason -> {});
    }

    /// Makes the directory one node's of the cluster, unless it is one already.
    static void format(Path data, int nodeId, String clusterId) throws Exception {
        if (Files.exists(data.resolve("meta.properties"))) {
            return;
        }
        Files.createDirectories(data);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(out)
                    .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .setClusterId(clusterId)
                    .setNodeId(nodeId)
                    .setControllerListenerName(KafkaSettings.CONTROLLER_LISTENER)
                    .setMetadataLogDirectory(data.toString())
                    .setDirectories(List.of(data.toString()))
                    .setIgnoreFormatted(true)
                    .run();
        }
        LOG.debug("formatted the broker's directory: {}", said.toString(StandardCharsets.UTF_8));
    }

    static FaultHandlerFactory faults(Consumer<String> onFatal) {
        return (name, fatal, action) -> (message, cause) -> {
            String fault = "The embedded broker has a fault in " + name + ": " + message;
            if (fatal) {
                LOG.error(fault, cause);
            } else {
                LOG.warn(fault, cause);
            }
            action.run();
            if (fatal) {
                onFatal.accept(fault);
            }
            return new IllegalStateException(fault, cause);
        };
    }

    /// A broker whose disk cannot be written halts its process, where nobody has had a chance to say why, or to stop the database.
    /// There is one such procedure in a process: of several brokers, the one started last is told.
    static void instead(Consumer<String> onFatal, Path directory) {
        Exit.Procedure tell = (code, message) -> {
            String fault = "Kafka can no longer write its data in " + directory;
            LOG.error("{} (it asked for exit {}: {})", fault, code, message);
            onFatal.accept(fault);
            // Its thread ends here: whoever was told closes the rest.
            throw new IllegalStateException(fault);
        };
        Exit.setHaltProcedure(tell);
        Exit.setExitProcedure(tell);
    }

    /// Where clients connect: `127.0.0.1:port` with the port that is really open.
    public String bootstrapServers() {
        return "127.0.0.1:" + port();
    }

    /// The port that is really open.
    public int port() {
        return broker.boundPort(ListenerName.normalised(KafkaSettings.CLIENT_LISTENER));
    }

    /// The id that the directory got when it was formatted.
    public String clusterId() {
        return broker.clusterId();
    }

    /// Stops it in good order, so that the next start has nothing to repair, and frees the directory. One that had a fatal fault
    /// is left to itself after 3 s: the process has to end. Again: nothing.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean orderly = false;
        try (metrics) {
            if (broken.get()) {
                Thread.ofPlatform().daemon().name("broken-broker").start(this::shutDown).join(BROKEN_CLOSE_LIMIT);
            } else {
                shutDown();
                orderly = true;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            onClosed.accept(orderly);
        }
    }

    private void shutDown() {
        // The broker leaves first: it tells the controller good-bye.
        broker.shutdown();
        controller.shutdown();
    }
}
