package io.agentstream.schemas;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Everything that can go wrong with a call, in the order of precedence: where several causes hold, the first decides.
///
/// The close code and the reason are what the provider sees on the socket, the code is what the run and its readers see.
public enum Failure {
    MISSING_PROVIDER(1008, "Missing provider", null),
    UNKNOWN_PROVIDER(1008, "Unknown provider: %s", null),
    UNSUPPORTED_PROVIDER(1011, "Agent stream is not supported for provider %s", null),
    WORKFLOW_NOT_FOUND(1008, "Workflow not found", null),
    SUSPENDED(1008, "Organization suspended", "suspended"),
    QUOTA_EXCEEDED(1008, "Quota exceeded", "quota_exceeded"),
    CONCURRENCY_LIMIT(1008, "Concurrent call limit reached", "concurrency_limit"),
    MISSING_DOMAIN(4400, "Missing Domain", "missing_domain"),
    UNKNOWN_DOMAIN(4400, "Unknown Cloudonix domain: %s", "unknown_domain"),
    MISSING_BEARER_TOKEN(4400, "Cloudonix configuration missing bearer_token", "missing_bearer_token"),
    EXPECTED_CONNECTED(4400, "Expected connected event", "malformed_handshake"),
    EXPECTED_START(4400, "Expected start event", "malformed_handshake"),
    MISSING_STREAM_IDENTIFIERS(4400, "Missing stream identifiers", "malformed_handshake"),
    UNSUPPORTED_MEDIA(4400, "Unsupported media format", "unsupported_media"),
    SESSION_INVALID(4400, "Cloudonix session validation failed", "session_invalid"),
    HANDSHAKE_TIMEOUT(4408, "Handshake timeout", "handshake_timeout"),
    INTERNAL_ERROR(1011, "Internal server error", "internal_error"),
    TRY_AGAIN_LATER(1013, "Try again later", null),

    // What a peer can do wrong with single messages. RFC 6455, section 7.4.1, gives the codes.
    BINARY_MESSAGE(1003, "Binary messages are not accepted", "binary_message"),
    MALFORMED_MESSAGE(1007, "Malformed message", "malformed_message"),
    MESSAGE_TOO_BIG(1009, "Message too big", "message_too_big"),
    TOO_MANY_MESSAGES(1008, "Too many messages", "too_many_messages"),
    PEER_STALLED(1008, "Peer does not read", "peer_stalled"),
    PROTOCOL_ERROR(1002, "WebSocket protocol error", "protocol_error"),
    /// The peer went away before the run was running. The code is our answer to its close.
    ABANDONED(1000, "Caller hung up", "abandoned"),
    /// What only a newer writer knows; what a reader makes of a constant that it has not got. The call has failed all the same, and
    /// the record says with which code and reason.
    @JsonEnumDefaultValue
    OTHER(1011, "Internal server error", "other");

    /// A close frame's payload holds 125 bytes, two of which are the code (RFC 6455, section 5.5).
    static final int MAX_REASON_BYTES = 123;

    private final int closeCode;
    private final String reason;
    private final @Nullable String runFailure;

    Failure(int closeCode, String reason, @Nullable String runFailure) {
        this.closeCode = closeCode;
        this.reason = reason;
        this.runFailure = runFailure;
    }

    public int closeCode() {
        return closeCode;
    }

    /// The `failure.code` of the run, or nothing where a call of this kind has no run.
    public Optional<String> runFailure() {
        return Optional.ofNullable(runFailure);
    }

    /// The close reason with `name` in it where the reason names something and there is a name; at most 123 bytes, cut between
    /// characters. What stands in the place of a provider and is not a [ProviderName] is not repeated.
    public String reason(String name) {
        String shown = this == UNKNOWN_PROVIDER ? ProviderName.shown(name).orElse("") : name;
        return cut(shown.isEmpty() ? reason.replaceAll(":? %s$", "") : reason.replace("%s", shown));
    }

    /// The close reason of a failure that names nothing.
    public String reason() {
        return reason("");
    }

    /// `text` as a close reason: at most 123 bytes, cut between characters.
    public static String cut(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length <= MAX_REASON_BYTES) {
            return new String(utf8, StandardCharsets.UTF_8); // an unpaired surrogate has become '?'
        }
        int end = MAX_REASON_BYTES;
        while ((utf8[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(utf8, 0, end, StandardCharsets.UTF_8);
    }
}
