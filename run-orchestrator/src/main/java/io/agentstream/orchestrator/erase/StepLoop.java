package io.agentstream.orchestrator.erase;

import io.agentstream.runtime.Bell;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes one step after the other as long as there are any, and looks again after a pause; a step that fails is tried again.
final class StepLoop implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(StepLoop.class);

    private final String role;
    private final long pauseMs;
    private final BooleanSupplier ready;
    private final Step step;
    private final String triedAgain;
    private final Bell wake = new Bell();

    @FunctionalInterface
    interface Step {
        /// False where nothing was to be done; may block.
        boolean take() throws InterruptedException;
    }

    /// @param ready whether a step can be taken at all
    /// @param triedAgain what the log says of a step that failed
    StepLoop(String role, long pauseMs, BooleanSupplier ready, Step step, String triedAgain) {
        this.role = role;
        this.pauseMs = pauseMs;
        this.ready = ready;
        this.step = step;
        this.triedAgain = triedAgain;
    }

    @Override
    public String role() {
        return role;
    }

    @Override
    public void work() throws InterruptedException {
        boolean more = false;
        try {
            more = ready.getAsBoolean() && step.take();
        } catch (RuntimeException failure) {
            log.atWarn().addKeyValue("failure", Causes.of(failure)).log(triedAgain);
        }
        if (!more) {
            wake.await(pauseMs);
        }
    }

    @Override
    public void wakeUp() {
        wake.ring();
    }
}
