package io.agentstream.orchestrator.jobs;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// What a loop has done beside it, each on a virtual thread. How many there are at once is the loop's to
/// bound. Any thread.
public final class Errands {

    private final ExecutorService threads;
    private final Duration patience;

    /// @param name of the threads
    /// @param patience how long they may go on after the end
    public Errands(String name, Duration patience) {
        this.threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name).factory());
        this.patience = patience;
    }

    public void begin(Runnable errand) {
        threads.execute(errand);
    }

    /// Lets those under way finish for a moment, and breaks off the rest. No other begins.
    public void end() throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            threads.shutdownNow();
        }
    }
}
