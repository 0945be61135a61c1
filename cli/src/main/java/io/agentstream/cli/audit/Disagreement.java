package io.agentstream.cli.audit;

import io.agentstream.schemas.CallId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One thing that two records say differently. Names runs, calls and organisations, and neither agents' UUIDs nor telephone numbers.
///
/// @param runs names of the runs that it is about, some of them where they are many; empty where there is none
/// @param callId the call; null where it is about more than one
/// @param organizationId whose; null where nobody knows
/// @param says what is so, in a sentence without a full stop
public record Disagreement(
        Kind kind, List<String> runs, @Nullable CallId callId, @Nullable Long organizationId, String says) {

    /// One line.
    public String line() {
        String about = !runs.isEmpty()
                ? String.join(",", runs)
                : callId != null ? "call " + callId : "organisation " + organizationId;
        return "WRONG  " + about + "  " + kind.text() + ": " + says;
    }
}
