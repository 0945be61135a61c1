package io.agentstream.runtime;

import java.time.Duration;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Owns the thread of a [DutyCycle]. What the cycle throws ends the loop and goes to the fault handler, once: a broken loop
/// is not mended by going on. Any thread may start and close it.
public final class DutyCycleRunner implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DutyCycleRunner.class);

    private final DutyCycle cycle;
    private final Consumer<Throwable> onFault;
    private final Duration closeTimeout;
    private final Thread thread;
    private volatile boolean stopping;

    public DutyCycleRunner(DutyCycle cycle, Duration closeTimeout, Consumer<Throwable> onFault) {
        this.cycle = cycle;
        this.closeTimeout = closeTimeout;
        this.onFault = onFault;
        this.thread = Thread.ofPlatform().name(cycle.role()).unstarted(this::run);
    }

    public DutyCycleRunner start() {
        thread.start();
        return this;
    }

    private void run() {
        try {
            cycle.onStart();
            while (!stopping) {
                cycle.work();
            }
        } catch (Throwable fault) {
            if (!stopping || !isInterruption(fault)) {
                log.atError().addKeyValue("loop", cycle.role()).setCause(fault).log("loop is broken");
                onFault.accept(fault);
            }
        } finally {
            try {
                cycle.onClose();
            } catch (Throwable fault) {
                log.atError().addKeyValue("loop", cycle.role()).setCause(fault).log("loop did not close");
            }
        }
    }

    private static boolean isInterruption(Throwable fault) {
        return fault instanceof InterruptedException
                || fault instanceof InterruptException
                || fault instanceof WakeupException;
    }

    /// Whether the loop's thread is at work.
    public boolean isAlive() {
        return thread.isAlive();
    }

    /// Lets the pass under way finish; after the timeout the thread is interrupted and waited for as long again.
    @Override
    public void close() throws InterruptedException {
        stopping = true;
        if (thread.getState() == Thread.State.NEW) {
            return;
        }
        cycle.wakeUp();
        if (thread.join(closeTimeout)) {
            return;
        }
        log.atWarn().addKeyValue("loop", cycle.role()).log("loop is stuck, interrupting it");
        thread.interrupt();
        if (!thread.join(closeTimeout)) {
            log.atError().addKeyValue("loop", cycle.role()).log("loop does not end, leaving it behind");
        }
    }
}
