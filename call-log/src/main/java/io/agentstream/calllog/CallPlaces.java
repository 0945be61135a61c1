package io.agentstream.calllog;

import io.agentstream.schemas.CallId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where a call's records lie.
///
/// @param from when the socket was accepted; where no span is known, reading begins a little before
/// @param until when the run was over; null while it is not: then reading ends where the topic ended when it began
/// @param slot partition of `socket.commands.v1` that reached the call's socket; null where nobody knows, and no command is read
/// @param known the spans that are known, at most one for each topic
/// @param endSeq number of the call's `ended`: nothing that is numbered comes behind the record before it. Null where nobody knows
public record CallPlaces(
        CallId callId, Instant from, @Nullable Instant until, @Nullable Integer slot, List<Span> known, @Nullable Long endSeq) {

    public CallPlaces {
        known = List.copyOf(known);
    }

    /// Of a call whose last number is not known.
    public CallPlaces(CallId callId, Instant from, @Nullable Instant until, @Nullable Integer slot, List<Span> known) {
        this(callId, from, until, slot, known, null);
    }

    Optional<Span> on(String topic) {
        return known.stream().filter(span -> span.topic().equals(topic)).findFirst();
    }

    /// What of one partition a call's records lie in, those of others among them.
    ///
    /// @param first offset of the first one
    /// @param last offset of the newest one that is known; null where none is (yet)
    /// @param isEnd whether none comes behind the last one; otherwise more may
    public record Span(String topic, int partition, long first, @Nullable Long last, boolean isEnd) {

        /// All of it is known.
        public Span(String topic, int partition, long first, long last) {
            this(topic, partition, first, last, true);
        }
    }
}
