package io.agentstream.orchestrator.store;

import java.util.Locale;
import java.util.Optional;

/// Where a run is: `initialized`, then `running`, then `completed`; or `failed` from the first two.
public enum RunState {
    INITIALIZED,
    RUNNING,
    COMPLETED,
    FAILED;

    /// Whether it stays as it is.
    public boolean isOver() {
        return this == COMPLETED || this == FAILED;
    }

    /// As the database, the topics and the API write it.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<RunState> parse(String text) {
        for (RunState state : values()) {
            if (state.text().equals(text)) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }
}
