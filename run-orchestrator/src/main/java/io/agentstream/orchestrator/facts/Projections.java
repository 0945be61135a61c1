package io.agentstream.orchestrator.facts;

import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.KafkaClients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
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
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs the projections, exactly once, from the moment at which Kafka has the topics. A thread of theirs that breaks is replaced;
/// where that goes on, the fault handler gets the last fault, and the work is to move to another process.
public final class Projections implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(Projections.class);

    static final String APPLICATION = "agent-stream-projections";
    static final Path DIRECTORY = Path.of(System.getProperty("java.io.tmpdir"), APPLICATION);

    /// Less than the loop is given.
    private static final Duration CLOSE = Duration.ofSeconds(8);
    private static final long WAIT_MS = 250;
    private static final int MOST_FAULTS = 5;
    private static final long FAULTS_WITHIN_NS = TimeUnit.MINUTES.toNanos(10);

    private final KafkaClients clients;
    private final BooleanSupplier kafkaIsReady;
    private final Consumer<Throwable> onFault;
    private final Semaphore wake = new Semaphore(0);
    private final Deque<Long> faultsNs = new ArrayDeque<>();
    private volatile @Nullable KafkaStreams streams;

    public Projections(KafkaClients clients, BooleanSupplier kafkaIsReady, Consumer<Throwable> onFault) {
        this.clients = clients;
        this.kafkaIsReady = kafkaIsReady;
        this.onFault = onFault;
    }

    @Override
    public String role() {
        return "orchestrator-projections";
    }

    @Override
    public void work() throws InterruptedException {
        if (streams == null && kafkaIsReady.getAsBoolean()) {
            KafkaStreams made = new KafkaStreams(ProjectionTopology.build(), properties(clients));
            made.setUncaughtExceptionHandler(this::fault);
            made.start();
            streams = made;
        }
        wake.tryAcquire(WAIT_MS, TimeUnit.MILLISECONDS);
    }

    private synchronized StreamThreadExceptionResponse fault(Throwable fault) {
        log.atError().setCause(fault).log("projections are broken");
        long nowNs = System.nanoTime();
        faultsNs.addLast(nowNs);
        while (nowNs - faultsNs.getFirst() > FAULTS_WITHIN_NS) {
            faultsNs.removeFirst();
        }
        if (faultsNs.size() < MOST_FAULTS) {
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        onFault.accept(fault);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    static Properties properties(KafkaClients clients) {
        Properties properties = new Properties();
        properties.putAll(clients.commonProperties());
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION);
        // Never made: with all stores in memory Kafka Streams keeps nothing on the disk, so that a process that is killed leaves
        // nothing behind.
        properties.put(StreamsConfig.STATE_DIR_CONFIG, DIRECTORY.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1_000);
        properties.put(StreamsConfig.POLL_MS_CONFIG, 500);
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
        KafkaStreams running = streams;
        if (running == null) {
            return Optional.of("the projections have not started");
        }
        KafkaStreams.State state = running.state();
        return state == KafkaStreams.State.RUNNING || state == KafkaStreams.State.REBALANCING
                ? Optional.empty()
                : Optional.of("the projections are " + state);
    }

    @Override
    public void wakeUp() {
        wake.release();
    }

    @Override
    public void onClose() {
        if (streams != null) {
            // A member that stays behind keeps the next process waiting for a whole session timeout, and a process that waits for
            // that cannot even be closed.
            boolean closed = streams.close(CloseOptions.timeout(CLOSE)
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
            if (!closed) {
                log.atWarn().log("projections did not close in time");
            }
        }
    }
}
