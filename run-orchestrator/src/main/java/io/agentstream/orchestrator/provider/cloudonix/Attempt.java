package io.agentstream.orchestrator.provider.cloudonix;

import io.agentstream.orchestrator.provider.Trouble;
import org.jspecify.annotations.Nullable;

/// How one request ended.
sealed interface Attempt {
    record Answer(int status, BoundedBody.Body body) implements Attempt {}

    /// Worth another try, after at least `waitMs`.
    ///
    /// @param status of the answer; null where there was none
    record Again(Trouble trouble, long waitMs, @Nullable Integer status) implements Attempt {
        Again(Trouble trouble, long waitMs) {
            this(trouble, waitMs, null);
        }
    }

    /// This process is closing.
    ///
    /// @param sent whether the request may be on its way
    record Closed(boolean sent) implements Attempt {}
}
