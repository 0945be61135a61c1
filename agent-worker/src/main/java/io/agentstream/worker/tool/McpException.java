package io.agentstream.worker.tool;

import io.agentstream.schemas.Json;
import io.agentstream.schemas.WellFormed;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.wire.Failures;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Why a message of the Model Context Protocol came to nothing.
final class McpException extends Exception {

    private static final long serialVersionUID = 1L;

    /// Of a server's words.
    private static final int MAX_WORDS_CHARACTERS = 500;

    /// Statuses and codes by which a server says that it does not shake hands: it speaks a revision in which nobody does.
    private static final Set<Integer> NO_HANDSHAKE_STATUSES = Set.of(400, 404, 405);
    private static final Set<Integer> NO_HANDSHAKE_CODES = Set.of(-32_601, -32_602, -32_600, -32_022);

    enum Kind {
        ADDRESS,
        NO_KEY,
        TIMEOUT,
        NETWORK,
        TOO_LARGE,
        /// An answer with a status that is none of success, and without an error of the protocol.
        STATUS,
        /// What is no message of the protocol.
        PROTOCOL,
        /// An error of the protocol.
        REFUSED,
        /// The server has ended the session.
        SESSION
    }

    private final Kind kind;
    private final int status;
    private final int code;
    private final String words;

    private McpException(Kind kind, int status, int code, String words) {
        super(kind.name(), null, false, false);
        this.kind = kind;
        this.status = status;
        this.code = code;
        this.words = words;
    }

    static McpException of(Kind kind) {
        return new McpException(kind, 0, 0, "");
    }

    static McpException status(int status) {
        return new McpException(Kind.STATUS, status, 0, "");
    }

    /// @param error of a JSON-RPC answer
    static McpException refused(int status, JsonNode error) {
        return new McpException(
                Kind.REFUSED, status, error.path("code").asInt(0),
                WellFormed.beginning(error.path("message").asString(""), MAX_WORDS_CHARACTERS));
    }

    Kind kind() {
        return kind;
    }

    /// Whether it is the answer of a server that shakes no hands.
    boolean isWithoutHandshake() {
        return switch (kind) {
            case STATUS -> NO_HANDSHAKE_STATUSES.contains(status);
            case REFUSED -> NO_HANDSHAKE_STATUSES.contains(status) || NO_HANDSHAKE_CODES.contains(code);
            case ADDRESS, NO_KEY, TIMEOUT, NETWORK, TOO_LARGE, PROTOCOL, SESSION -> false;
        };
    }

    /// What a brain is told.
    String told() {
        ObjectNode told = Json.MAPPER.createObjectNode().put("error", kind.name().toLowerCase(Locale.ROOT));
        if (kind == Kind.STATUS) {
            told.put("status", status);
        }
        if (kind == Kind.REFUSED) {
            told.put("code", code).put("message", words);
        }
        return told.toString();
    }

    /// @param waitedMs how long it was waited for
    ServiceFailure failure(long waitedMs) {
        return switch (kind) {
            case TIMEOUT -> new ServiceFailure.Silent(waitedMs);
            case ADDRESS -> new ServiceFailure.Refused("the address may not be reached from here");
            case NO_KEY -> new ServiceFailure.Refused("no key");
            case STATUS -> Failures.ofStatus(status, null, null, false);
            case REFUSED -> new ServiceFailure.Refused("error " + code);
            case NETWORK -> new ServiceFailure.Broken("connection lost");
            case TOO_LARGE -> new ServiceFailure.Broken("too large");
            case PROTOCOL -> new ServiceFailure.Broken("no message of the protocol");
            case SESSION -> new ServiceFailure.Broken("no session");
        };
    }
}
