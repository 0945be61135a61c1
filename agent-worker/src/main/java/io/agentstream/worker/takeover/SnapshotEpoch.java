package io.agentstream.worker.takeover;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;

/// The generation of whoever wrote a snapshot, beside it: of two it is known which one counts without reading either.
public final class SnapshotEpoch {

    static final String NAME = "epoch";

    private SnapshotEpoch() {}

    /// @param epoch as in [io.agentstream.schemas.ConversationSnapshot#epoch]
    public static List<Header> headers(int epoch) {
        return List.of(new RecordHeader(NAME, Integer.toString(epoch).getBytes(StandardCharsets.US_ASCII)));
    }

    /// @return empty where there is none, or something else
    static Optional<Integer> of(Headers headers) {
        Header header = headers.lastHeader(NAME);
        if (header == null || header.value() == null) {
            return Optional.empty();
        }
        try {
            int epoch = Integer.parseInt(new String(header.value(), StandardCharsets.US_ASCII));
            return epoch < 0 ? Optional.empty() : Optional.of(epoch);
        } catch (NumberFormatException foreign) {
            return Optional.empty();
        }
    }
}
