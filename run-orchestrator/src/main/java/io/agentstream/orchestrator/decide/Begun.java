package io.agentstream.orchestrator.decide;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What whoever reads the log knows of the beginning of a call's conversation. Pure; any thread.
///
/// @param at when it began, as a record says that was read and may not be kept yet; null where none was
/// @param certain whether everything that was written of it before the call's end was read: one that is neither told of here nor kept with
///     the run has not begun
public record Begun(@Nullable Instant at, boolean certain) {

    /// What is kept with the run is all that there is.
    public static final Begun KEPT = new Begun(null, true);

    boolean isBy(Instant end) {
        return at != null && !at.isAfter(end);
    }
}
