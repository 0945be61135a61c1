package io.agentstream.calllog;

import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topic;

/// One record of a call, as it lies on its topic.
///
/// @param timestampMs when its writer made it, in milliseconds since 1970
/// @param value what was written, nothing of it opened; shared, not to be changed
public record LogRecord(Topic<?> topic, int partition, long offset, long timestampMs, Slice value) {

    /// What was written, as an array; shared where it can be.
    public byte[] bytes() {
        byte[] array = value.array();
        return value.length() == array.length ? array : value.copy();
    }

    /// Without the value.
    @Override
    public String toString() {
        return "record " + offset + " of " + topic.name() + "-" + partition;
    }
}
