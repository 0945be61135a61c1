package io.agentstream.orchestrator.facts;

import io.agentstream.runtime.Bell;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.KafkaClients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs the projections, exactly once, from the moment at which Kafka has the topics: the table of runs, and the sum of it. A thread of
/// theirs that breaks is replaced; where that goes on, the projections leave the work to other processes, and begin again after a pause.
/// Calls are decided on meanwhile: a full disk, or a record that breaks whoever reads it, would otherwise end one orchestrator after
/// the other.
public final class Projections implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(Projections.class);

    /// Names of the two applications: their groups, and the beginning of the names of their own topics.
    public static final String FACTS = "agent-stream-facts";
    public static final String USAGE = "agent-stream-sums";

    /// A process that was killed holds its partitions for so long, and a thread that broke keeps the one that replaces it waiting; the
    /// default is 45 s.
    private static final Duration SESSION = Duration.ofSeconds(10);

    /// Less than the loop is given, for all that is to be ended together.
    private static final Duration CLOSE = Duration.ofSeconds(8);
    private static final long WAIT_MS = 250;
    private static final int MOST_FAULTS = 5;
    private static final long FAULTS_WITHIN_NS = TimeUnit.MINUTES.toNanos(10);
    private static final Duration AGAIN = Duration.ofMinutes(1);

    private final KafkaClients clients;
    private final @Nullable Path keptDirectory;
    private final BooleanSupplier kafkaIsReady;
    private final Duration session;
    private final Bell wake = new Bell();
    private final Deque<Long> faultsNs = new ArrayDeque<>();
    private final List<KafkaStreams> running = new ArrayList<>();

    /// Starts them: as long as Kafka does not answer, whoever starts a table of everybody's waits for it, and nobody can stop him.
    private volatile @Nullable Thread starting;

    /// Set under the lock on [#running].
    private boolean closing;

    private @Nullable StoreDirectory directory;
    private DiskLimits.@Nullable Memory memory;
    private boolean saidThatItWaits;
    private long beginsNs = System.nanoTime();
    private volatile boolean started;
    private volatile boolean broken;

    /// @param directory where the stores are kept from one start to the next, by one process at a time; null for a directory of this
    ///        process's own, which is gone after it, so that the stores are read from Kafka at each start
    public Projections(KafkaClients clients, @Nullable Path directory, BooleanSupplier kafkaIsReady) {
        this(clients, directory, kafkaIsReady, SESSION);
    }

    /// @param session after how long of silence a process, or a thread of it, counts as gone
    public Projections(KafkaClients clients, @Nullable Path directory, BooleanSupplier kafkaIsReady, Duration session) {
        this.clients = clients;
        this.keptDirectory = directory;
        this.kafkaIsReady = kafkaIsReady;
        this.session = session;
    }

    @Override
    public String role() {
        return "orchestrator-projections";
    }

    @Override
    public void work() throws InterruptedException {
        Thread starter = starting;
        if (broken || isOver()) {
            giveUp();
        } else if (starter != null) {
            if (!starter.isAlive()) {
                starting = null;
                started = true;
            }
        } else if (!started && System.nanoTime() - beginsNs >= 0 && kafkaIsReady.getAsBoolean()) {
            try {
                start();
            } catch (RuntimeException unusable) { // the disk, mostly
                cannotBegin(unusable);
            }
        }
        wake.await(WAIT_MS);
    }

    private void start() {
        Optional<StoreDirectory> taken = StoreDirectory.take(keptDirectory, List.of(FACTS, USAGE));
        if (taken.isEmpty()) {
            if (!saidThatItWaits) {
                saidThatItWaits = true;
                log.atWarn().log("another process uses the directory of the facts, waiting for it: each wants one of its own");
            }
            return;
        }
        Path path = taken.get().path();
        directory = taken.get();
        DiskLimits.Memory shared = new DiskLimits.Memory();
        memory = shared;
        synchronized (running) {
            closing = false;
        }
        // A daemon, and so are the threads that it makes: one that hangs keeps no process from its end.
        starting = Thread.ofPlatform().daemon().name("orchestrator-projections-start").start(() -> {
            try {
                start(FACTS, FactsTopology.build(), path, shared);
                start(USAGE, UsageTopology.build(), path, shared);
            } catch (RuntimeException unusable) {
                if (!isClosing()) {
                    cannotBegin(unusable);
                }
            }
        });
    }

    private void start(String application, Topology topology, Path path, DiskLimits.Memory lent) {
        KafkaStreams made;
        synchronized (running) {
            if (closing) {
                return;
            }
            made = new KafkaStreams(topology, ProjectionSettings.of(clients, application, path, lent, session));
            made.setUncaughtExceptionHandler(this::fault);
            running.add(made);
        }
        made.start();
    }

    private boolean isClosing() {
        synchronized (running) {
            return closing;
        }
    }

    private void cannotBegin(RuntimeException unusable) {
        log.atError().addKeyValue("failure", Causes.of(unusable)).setCause(unusable).log("projections cannot begin");
        broken = true;
    }

    /// Called by a thread of the projections.
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
        broken = true;
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    /// Whether one has ended without being asked to: the thread of a global store is not replaced.
    private boolean isOver() {
        synchronized (running) {
            return running.stream().anyMatch(each -> each.state() == KafkaStreams.State.ERROR);
        }
    }

    /// Leaves the work to others for a while; looks again soon where a thread is still at it.
    private void giveUp() {
        broken = true;
        if (!closed()) {
            return;
        }
        let(false);
        synchronized (faultsNs) {
            faultsNs.clear();
        }
        beginsNs = System.nanoTime() + AGAIN.toNanos();
        started = false;
        broken = false;
        log.atError().addKeyValue("again_in_s", AGAIN.toSeconds()).log("projections have given up, others may go on");
    }

    private boolean closed() {
        long endNs = System.nanoTime() + CLOSE.toNanos();
        List<KafkaStreams> all;
        synchronized (running) {
            closing = true;
            all = List.copyOf(running);
        }
        Thread starter = starting;
        if (starter != null && !brokenOff(starter, all, endNs)) {
            log.atWarn().log("projections that were being started did not close in time");
            return false;
        }
        starting = null;
        for (KafkaStreams each : all) {
            // A member that stays behind keeps the next process waiting for a whole session timeout, and a process that waits for
            // that cannot even be closed.
            boolean closed = each.close(CloseOptions.timeout(left(endNs))
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
            if (!closed) {
                log.atWarn().log("projections did not close in time");
                return false; // its threads may still be in the stores
            }
        }
        synchronized (running) {
            running.clear();
        }
        return true;
    }

    /// Breaks a start off that is under way: those that are being started are closed beside it, without a limit, because a close with one
    /// waits for the start to be over.
    private static boolean brokenOff(Thread starter, List<KafkaStreams> all, long endNs) {
        try {
            if (starter.isAlive()) {
                Thread closer = Thread.ofPlatform().daemon().name("orchestrator-projections-close").start(
                        () -> all.forEach(KafkaStreams::close));
                closer.join(left(endNs));
                starter.join(left(endNs));
            }
            return !starter.isAlive();
        } catch (InterruptedException enough) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Duration left(long endNs) {
        return Duration.ofNanos(Math.max(0, endNs - System.nanoTime()));
    }

    /// @param usable whether the stores can be used as they are
    private void let(boolean usable) {
        if (memory != null) {
            memory.close();
            memory = null;
        }
        if (directory != null) {
            directory.close(usable);
            directory = null;
        }
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

    /// Whether they are being started. Any thread.
    boolean isStarting() {
        Thread starter = starting;
        return starter != null && starter.isAlive();
    }

    @Override
    public void wakeUp() {
        wake.ring();
    }

    @Override
    public void onClose() {
        boolean usable = started && !broken && !isOver();
        if (closed()) {
            let(usable);
        }
    }
}
