package io.agentstream.orchestrator.search;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunWords;
import io.agentstream.runtime.Bell;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.Metrics;
import io.micrometer.core.instrument.Counter;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts together the words of runs in which something was said, one run after the other, any orchestrator any of them. Calls do not wait
/// for it: what is over is found within a second or two, what goes on within about a minute.
public final class Indexer implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(Indexer.class);
    private static final long PAUSE_MS = 500;
    private static final long PAUSE_AFTER_TROUBLE_MS = 5_000;

    private final Database database;
    private final BooleanSupplier ready;
    private final Counter runs;
    private final Counter givenUp;
    private final Bell wake = new Bell();

    /// @param ready whether the database answers
    public Indexer(Database database, BooleanSupplier ready, Metrics metrics) {
        this.database = database;
        this.ready = ready;
        this.runs = metrics.counter("agent_stream_orchestrator_transcripts_indexed");
        this.givenUp = metrics.counter("agent_stream_orchestrator_transcripts_not_indexed"); // nobody finds their words
    }

    @Override
    public String role() {
        return "orchestrator-search";
    }

    @Override
    public void work() throws InterruptedException {
        try {
            if (!ready.getAsBoolean() || !step()) {
                wake.await(PAUSE_MS);
            }
        } catch (RuntimeException failure) {
            log.atWarn().addKeyValue("failure", Causes.of(failure)).log("what was said is looked through again");
            wake.await(PAUSE_AFTER_TROUBLE_MS);
        }
    }

    /// Takes one run; false where none is due.
    public boolean step() {
        Optional<Long> due = database.withConnection(RunWords::due);
        if (due.isEmpty()) {
            return false;
        }
        try {
            database.inTransaction(connection -> {
                RunWords.write(connection, due.get());
                return true;
            });
            runs.increment();
        } catch (RuntimeException failure) {
            boolean isGivenUp = database.inTransaction(connection -> RunWords.failed(connection, due.get()));
            givenUp.increment(isGivenUp ? 1 : 0);
            log.atWarn()
                    .addKeyValue("run", due.get())
                    .addKeyValue("failure", Causes.of(failure))
                    .log(isGivenUp ? "a run is not found by its words" : "what was said in a run is looked through later");
        }
        return true;
    }

    @Override
    public void wakeUp() {
        wake.ring();
    }
}
