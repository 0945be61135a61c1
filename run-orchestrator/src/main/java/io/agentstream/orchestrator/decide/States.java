package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.decide.RunMachine.State;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.schemas.Failure;
import java.util.Arrays;

/// The machine's states, read from rows. Any thread.
final class States {

    private States() {}

    static State of(RunRows.Known known) {
        if (known.run().isPresent()) {
            return of(known.run().get());
        }
        return known.refusedFor() == null ? new State.Unknown() : new State.Refused(failure(known.refusedFor()));
    }

    /// Of a newer version's cause only this is known: that it was one.
    private static Failure failure(String name) {
        return Arrays.stream(Failure.values()).filter(known -> known.name().equals(name)).findFirst().orElse(Failure.OTHER);
    }

    static State of(RunRow run) {
        return switch (run.state()) {
            case INITIALIZED -> new State.Initialized();
            case RUNNING -> new State.Running(
                    run.startedAt() == null ? run.createdAt() : run.startedAt()); // a check keeps it from being null
            case COMPLETED, FAILED -> new State.Over();
        };
    }
}
