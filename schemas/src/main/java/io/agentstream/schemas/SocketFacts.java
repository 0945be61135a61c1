package io.agentstream.schemas;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

@Doc("What a run's socket told.")
public record SocketFacts(
        @Doc("When the gateway accepted the socket.") @Nullable Instant acceptedAt,
        @Doc("When the provider's start message was read.") @Nullable Instant introducedAt,
        @Doc("When the first audio of the caller came while the run was running.") @Nullable Instant firstHeardAt,
        @Doc("When the first audio of the agent went out to be played.") @Nullable Instant firstPlayedAt,
        @Doc("When the socket was closed.") @Nullable Instant closedAt,
        @Doc("WebSocket close code.") @Nullable Integer closeCode,
        @Doc("Milliseconds of the agent's audio that the caller heard.") @Nullable Long playedMs,
        @Doc("Messages that were passed over, by kind.") @Nullable Map<String, Integer> oddMessages,
        @Doc("Number of the socket's last record: so many were written of the call on call.lifecycle.v1 and call.media.v1.")
                @Nullable Long records,
        @Doc("How its audio went; absent until it was closed, and from older writers.") @Nullable MediaFacts media) {

    /// As an older writer tells it.
    public SocketFacts(
            @Nullable Instant acceptedAt,
            @Nullable Instant introducedAt,
            @Nullable Instant firstHeardAt,
            @Nullable Instant firstPlayedAt,
            @Nullable Instant closedAt,
            @Nullable Integer closeCode,
            @Nullable Long playedMs,
            @Nullable Map<String, Integer> oddMessages,
            @Nullable Long records) {
        this(acceptedAt, introducedAt, firstHeardAt, firstPlayedAt, closedAt, closeCode, playedMs, oddMessages, records, null);
    }

    public static final SocketFacts NONE = new SocketFacts(null, null, null, null, null, null, null, null, null);
}
