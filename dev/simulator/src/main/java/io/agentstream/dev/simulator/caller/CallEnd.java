package io.agentstream.dev.simulator.caller;

import io.agentstream.dev.simulator.caller.CallOutcome.Ending;
import org.jspecify.annotations.Nullable;

/// How a call ended, as far as it is in [CallOutcome].
record CallEnd(Ending ending, int closeCode, String closeReason, int httpStatus, @Nullable String failure) {

    static CallEnd closed(Ending ending, int closeCode, String closeReason) {
        return new CallEnd(ending, closeCode, closeReason, -1, null);
    }

    static CallEnd failed(String failure) {
        return new CallEnd(Ending.FAILED, -1, "", -1, failure);
    }

    static CallEnd refused(int httpStatus) {
        return new CallEnd(Ending.FAILED, -1, "", httpStatus, "the upgrade was answered with status " + httpStatus);
    }
}
