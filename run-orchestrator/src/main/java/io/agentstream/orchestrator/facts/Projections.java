package io.agentstream.orchestrator.facts;

import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.KafkaClients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs the projections, exactly once, from the moment at which Kafka has the topics: the table of runs, and the sum of it. A thread of
/// theirs that breaks is replaced; where that goes on, the fault handler gets the last fault, and the work is to move to another
/// process.
public final class Projections implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(Projections.class);

    /// Names of the two applications: their groups, and the beginning of the names of their own topics.
    public static final String FACTS = "agent-stream-facts";
    public static final String USAGE = "agent-stream-sums";

    /// A file that is in the directory while nobody uses the stores.
    private static final String CLOSED = "closed";

    /// A file whose lock is had by the process that uses the directory, for as long as it lives.
    private static final String IN_USE = "in-use";

    /// Less than the loop is given, for both together.
    private static final Duration CLOSE = Duration.ofSeconds(4);
    private static final long WAIT_MS = 250;
    private static final int MOST_FAULTS = 5;
    private static final long FAULTS_WITHIN_NS = TimeUnit.MINUTES.toNanos(10);

    private final KafkaClients clients;
    private final @Nullable Path keptDirectory;
    private final BooleanSupplier kafkaIsReady;
    private final Consumer<Throwable> onFault;
    private final Semaphore wake = new Semaphore(0);
    private boolean saidThatItWaits;
    private @Nullable FileChannel inUse;
    private final Deque<Long> faultsNs = new ArrayDeque<>();
    private final List<KafkaStreams> running = new ArrayList<>();
    private volatile @Nullable Path ownDirectory;
    private DiskLimits.@Nullable Memory memory;
    private volatile boolean started;

    /// @param directory where the stores are kept from one start to the next, by one process at a time; null for a directory of this
    ///        process's own, which is gone after it, so that the stores are read from Kafka at each start
    public Projections(
            KafkaClients clients, @Nullable Path directory, BooleanSupplier kafkaIsReady, Consumer<Throwable> onFault) {
        this.clients = clients;
        this.keptDirectory = directory;
        this.kafkaIsReady = kafkaIsReady;
        this.onFault = onFault;
    }

    @Override
    public String role() {
        return "orchestrator-projections";
    }

    @Override
    public void work() throws InterruptedException {
        if (!started && kafkaIsReady.getAsBoolean()) {
            start();
        }
        wake.tryAcquire(WAIT_MS, TimeUnit.MILLISECONDS);
    }

    private void start() {
        Path directory = keptDirectory;
        if (directory == null) {
            try {
                directory = Files.createTempDirectory("agent-stream-facts-");
            } catch (IOException noRoom) {
                throw new UncheckedIOException("no directory for the stores of the projections", noRoom);
            }
            ownDirectory = directory;
        }
        if (keptDirectory != null && !take(keptDirectory)) {
            return;
        }
        begin(directory);
        memory = new DiskLimits.Memory();
        start(FACTS, FactsTopology.build(), directory, memory);
        start(USAGE, UsageTopology.build(), directory, memory);
        started = true;
    }

    /// One process at a time: who came second would take the stores of a process that works, or stands still, for those of one that was
    /// killed.
    private boolean take(Path directory) {
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(directory.resolve(IN_USE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (isLocked(channel)) {
                inUse = channel;
                return true;
            }
            channel.close();
        } catch (IOException unusable) {
            throw new UncheckedIOException("the stores of the projections cannot be used", unusable);
        }
        if (!saidThatItWaits) {
            saidThatItWaits = true;
            log.atWarn().log("another process uses the directory of the facts, waiting for it: each process wants one of its own");
        }
        return false;
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException inThisProcess) {
            return false;
        }
    }

    /// Stores that nobody has closed are of no use: Kafka Streams finds out, makes those of its tasks anew, and ends over a global one at
    /// each start. They are a copy, and read from Kafka again.
    private static void begin(Path directory) {
        try {
            if (!Files.deleteIfExists(directory.resolve(CLOSED))) {
                for (String application : List.of(FACTS, USAGE)) {
                    Path stores = directory.resolve(application);
                    if (Files.exists(stores)) {
                        log.atWarn().addKeyValue("stores", application).log("stores of a process that was killed are read from Kafka again");
                        remove(stores);
                    }
                }
            }
        } catch (IOException unusable) {
            throw new UncheckedIOException("the stores of the projections cannot be used", unusable);
        }
    }

    private void start(String application, Topology topology, Path directory, DiskLimits.Memory lent) {
        KafkaStreams made = new KafkaStreams(topology, properties(clients, application, directory, lent));
        made.setUncaughtExceptionHandler(this::fault);
        synchronized (running) {
            running.add(made);
        }
        made.start();
    }

    private StreamThreadExceptionResponse fault(Throwable fault) {
        log.atError().setCause(fault).log("projections are broken");
        long nowNs = System.nanoTime();
        synchronized (faultsNs) {
            faultsNs.addLast(nowNs);
            while (nowNs - faultsNs.getFirst() > FAULTS_WITHIN_NS) {
                faultsNs.removeFirst();
            }
            if (faultsNs.size() < MOST_FAULTS) {
                return StreamThreadExceptionResponse.REPLACE_THREAD;
            }
        }
        onFault.accept(fault);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    static Properties properties(
            KafkaClients clients, String application, Path directory, DiskLimits.Memory memory) {
        Properties properties = new Properties();
        properties.putAll(clients.commonProperties());
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, DiskLimits.class);
        properties.put(DiskLimits.MEMORY, memory);
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 500);
        properties.put(StreamsConfig.POLL_MS_CONFIG, 250);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        properties.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        // A process that was killed holds its partitions for so long; the default is 45 s.
        properties.put(StreamsConfig.consumerPrefix("session.timeout.ms"), 10_000);
        properties.put(StreamsConfig.consumerPrefix("heartbeat.interval.ms"), 3_000);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 20);
        return properties;
    }

    /// Why the projections do not work, or nothing. Any thread.
    public Optional<String> reason() {
        if (!started) {
            return Optional.of("the projections have not started");
        }
        synchronized (running) {
            for (KafkaStreams each : running) {
                KafkaStreams.State state = each.state();
                if (state != KafkaStreams.State.RUNNING && state != KafkaStreams.State.REBALANCING) {
                    return Optional.of("the projections are " + state);
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public void wakeUp() {
        wake.release();
    }

    @Override
    public void onClose() {
        synchronized (running) {
            for (KafkaStreams each : running) {
                // A member that stays behind keeps the next process waiting for a whole session timeout, and a process that waits for
                // that cannot even be closed.
                boolean closed = each.close(CloseOptions.timeout(CLOSE)
                        .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
                if (!closed) {
                    log.atWarn().log("projections did not close in time");
                    return; // its threads may still be in the stores
                }
            }
        }
        if (memory != null) {
            memory.close();
        }
        Path own = ownDirectory;
        if (own != null) {
            remove(own);
        } else if (keptDirectory != null && started) {
            closed(keptDirectory);
        }
        FileChannel lock = inUse;
        if (lock != null) {
            close(lock);
        }
    }

    private static void close(FileChannel lock) {
        try {
            lock.close();
        } catch (IOException left) {
            log.atWarn().setCause(left).log("the directory of the facts is in use until this process ends");
        }
    }

    private static void closed(Path directory) {
        try {
            Files.write(directory.resolve(CLOSED), new byte[0]);
        } catch (IOException left) {
            log.atWarn().setCause(left).log("that the stores of the projections are closed could not be noted");
        }
    }

    private static void remove(Path directory) {
        try (var paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException left) {
            log.atWarn().addKeyValue("directory", directory).setCause(left).log("stores of the projections are left behind");
        }
    }
}
