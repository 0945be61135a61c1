package io.agentstream.calllog.export;

import io.agentstream.calllog.CallEntry;
import org.jspecify.annotations.Nullable;

/// Which value the record of an entry has in the file. One thread.
@FunctionalInterface
interface RecordValues {

    /// Null where the record is left out.
    byte @Nullable [] of(CallEntry entry);
}
