package io.agentstream.orchestrator.replay;

import io.agentstream.calllog.CallSource;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.CallSecrets;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Finds the records of runs. Any thread.
public interface CallLogs {

    /// Where nothing is read back.
    CallLogs NONE = new CallLogs() {
        @Override
        public CallSource of(Located run) {
            return topic -> {
                throw new IOException("calls are not read back here");
            };
        }

        @Override
        public Optional<CallSecrets> secrets(Located run) {
            return Optional.empty();
        }
    };

    CallSource of(Located run);

    /// For somebody who follows the run: where it goes on and there is nothing for now, its readings say so with null and are asked again.
    ///
    /// @param isGivenUp whether nobody waits any more: then they fail soon. Any thread may ask
    default CallSource followed(Located run, BooleanSupplier isGivenUp) {
        return of(run);
    }

    /// What is left of the run's keys; nothing where it has none, or where they are not ours.
    Optional<CallSecrets> secrets(Located run);

    /// The agent's definition of this key; null where it is not there (any more), or there are none.
    ///
    /// @throws IOException where it cannot be looked for, in a sentence
    default @Nullable AgentDefinition definition(String key) throws IOException {
        return null;
    }
}
