package io.agentstream.calllog.verify;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.JournalEntry;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// What came of running a call's conversation again.
///
/// @param workers generations of workers whose part was run
/// @param batches batches that were run
/// @param steps steps that were run, each of which led to the same but for the last one where there is a difference
/// @param difference the first one
/// @param holes what could not be run again, a sentence each
/// @param notes what is odd and hinders nothing, a sentence each
public record Verification(
        CallId callId, int workers, int batches, long steps, Optional<Difference> difference, List<String> holes, List<String> notes) {

    /// Whether all that there is was run, and led to the same. Of a call without a journal nothing was.
    public boolean same() {
        return difference.isEmpty() && holes.isEmpty() && steps > 0;
    }

    /// A step that leads to something else now.
    ///
    /// @param epoch generation of the worker that took it
    /// @param batch number of the batch in which it stands
    /// @param step number of the step in its worker's part, from 1
    /// @param version the machine's version in that worker
    /// @param versionNow this machine's version
    /// @param state the state in which the machine took it
    /// @param entry the input, and what it led to then
    /// @param actual what it leads to now
    /// @param before up to [Verifier#BEFORE] steps before it
    public record Difference(
            int epoch, int batch, long step, int version, int versionNow, String state, JournalEntry entry, List<JsonNode> actual,
            List<JournalEntry> before) {

        /// What may be behind it.
        public String meaning() {
            return version == versionNow
                    ? "Both are version " + version + " of the machine: it was changed without raising its version, or something beside it"
                            + " decides."
                    : "The call was held by version " + version + " of the machine, and this is version " + versionNow
                            + ": the code has meanwhile changed.";
        }
    }
}
