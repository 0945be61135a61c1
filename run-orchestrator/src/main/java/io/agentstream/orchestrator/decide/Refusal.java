package io.agentstream.orchestrator.decide;

import io.agentstream.schemas.Failure;
import java.util.Locale;

/// Why a run fails, with the words that the peer gets.
record Refusal(Failure failure, String reason) {

    static Refusal of(Failure failure) {
        return new Refusal(failure, failure.reason());
    }

    /// `name` is what the failure's reason speaks of.
    static Refusal of(Failure failure, String name) {
        return new Refusal(failure, failure.reason(name));
    }

    /// `failure.code` of the run.
    String code() {
        return failure.runFailure().orElseGet(() -> failure.name().toLowerCase(Locale.ROOT));
    }
}
