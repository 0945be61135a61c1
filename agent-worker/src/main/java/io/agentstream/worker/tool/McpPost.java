package io.agentstream.worker.tool;

import io.agentstream.agents.definition.Tool;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.outbound.AddressGuard;
import io.agentstream.runtime.outbound.AddressRefusedException;
import io.agentstream.runtime.outbound.OutboundStreams;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.KeySource;
import io.agentstream.worker.service.wire.ServiceException;
import io.agentstream.worker.service.wire.SseParser;
import io.agentstream.worker.tool.McpException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Sends one message of the Model Context Protocol, and reads what is answered: JSON, or events among which the answer stands (Streamable HTTP:
/// modelcontextprotocol.io, specification 2025-06-18, basic/transports). Blocks. Any thread.
final class McpPost {

    private static final int BUFFER_BYTES = 8 * 1_024;

    /// Of an answer that is none of success.
    private static final int MAX_PROBLEM_BYTES = 16 * 1_024;

    /// Of a stream, with everything that stands in it beside the answer.
    static final int MAX_STREAM_BYTES = 1 << 20;

    /// Of what a server says beside its answer: as much is read whatever its answer may have.
    private static final int MAX_ASIDE_BYTES = 16 * 1_024;

    /// `data: ` in front of a message.
    private static final int FIELD_BYTES = 6;

    private static final int MAX_SESSION_CHARACTERS = 1_024;

    private static final int NOT_FOUND = 404;
    private static final String SESSION = "Mcp-Session-Id";
    private static final String MASK = "********";

    private final OutboundStreams streams;
    private final Tool.Mcp server;
    private final KeySource key;

    McpPost(OutboundStreams streams, Tool.Mcp server, KeySource key) {
        this.streams = streams;
        this.server = server;
        this.key = key;
    }

    /// @param response to the message; null where it wants none
    /// @param session that the server has begun; null: none
    /// @param bytes of the message that the response stands in
    record Answer(@Nullable JsonNode response, @Nullable String session, int bytes) {}

    private record Message(JsonNode response, int bytes) {}

    /// @param method of HTTP: `POST`, or `DELETE` without a message
    /// @param headers those of the protocol
    /// @param message with `method` and `id` where an answer is wanted
    /// @param maxBytes the largest message that is taken as the answer
    /// @param asked is given what the server wants to know meanwhile
    Answer send(
            String method,
            Map<String, String> headers,
            @Nullable JsonNode message,
            int maxBytes,
            Deadline deadline,
            Breaker breaker,
            Consumer<JsonNode> asked)
            throws McpException {
        if (AddressGuard.problem(server.url()).isPresent()) {
            throw McpException.of(Kind.ADDRESS);
        }
        Secret secret;
        try {
            secret = key.key();
        } catch (RuntimeException none) {
            throw McpException.of(Kind.NO_KEY);
        }
        OutboundStreams.Request request = new OutboundStreams.Request(
                method, URI.create(server.url()), all(headers, secret), message == null ? null : message.toString(), (int) deadline.leftMs());
        String id = message == null || !message.has("method") ? "" : message.path("id").asString("");
        try (OutboundStreams.Exchange exchange = streams.prepare(request)) {
            breaker.begins(exchange);
            exchange.limit(deadline.leftMs());
            try {
                exchange.open();
                return new Reading(exchange, secret, id, maxBytes, asked).answer(headers.containsKey(SESSION));
            } catch (AddressRefusedException refused) {
                throw McpException.of(Kind.ADDRESS);
            } catch (InterruptedIOException slow) {
                throw McpException.of(Kind.TIMEOUT);
            } catch (IOException | RuntimeException lost) { // the latter of a client that is closed meanwhile
                throw McpException.of(exchange.timedOut() ? Kind.TIMEOUT : Kind.NETWORK);
            }
        } finally {
            breaker.ends();
        }
    }

    private Map<String, String> all(Map<String, String> headers, Secret secret) {
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.put("Accept", "application/json, text/event-stream");
        all.put("Content-Type", "application/json");
        all.putAll(headers);
        if (server.key() != null) {
            String header = server.keyHeader();
            all.put(header == null ? "Authorization" : header, header == null ? "Bearer " + secret.reveal() : secret.reveal());
        }
        return all;
    }

    /// What comes over one exchange. One thread.
    private record Reading(OutboundStreams.Exchange exchange, Secret secret, String id, int maxBytes, Consumer<JsonNode> asked) {

        private Answer answer(boolean inSession) throws IOException, McpException {
            int status = exchange.status();
            if (status == NOT_FOUND && inSession) {
                throw McpException.of(Kind.SESSION);
            }
            if (status < 200 || status > 299) {
                throw problem(status);
            }
            String session = exchange.header(SESSION);
            if (session != null && session.length() > MAX_SESSION_CHARACTERS) { // it goes along with every message
                throw McpException.of(Kind.TOO_LARGE);
            }
            if (id.isEmpty()) {
                return new Answer(null, session, 0);
            }
            String type = exchange.header("Content-Type");
            boolean streamed = type != null && type.strip().toLowerCase(Locale.ROOT).startsWith("text/event-stream");
            Message message = streamed ? ofEvents() : ofBody();
            return new Answer(message.response(), session, message.bytes());
        }

        /// The words of the protocol where there are some: only they tell why.
        private McpException problem(int status) throws IOException {
            byte[] body = exchange.body().readNBytes(MAX_PROBLEM_BYTES);
            try {
                JsonNode error = parsed(body).path("error");
                return error.path("code").isInt() ? McpException.refused(status, error) : McpException.status(status);
            } catch (McpException none) {
                return McpException.status(status);
            }
        }

        private Message ofBody() throws IOException, McpException {
            byte[] body = exchange.body().readNBytes(maxBytes + 1);
            if (body.length > maxBytes) {
                throw McpException.of(Kind.TOO_LARGE);
            }
            return new Message(taken(parsed(body)).orElseThrow(() -> McpException.of(Kind.PROTOCOL)), body.length);
        }

        /// Nothing is kept, or taken apart, that is longer than it may be.
        private Message ofEvents() throws IOException, McpException {
            InputStream body = exchange.body();
            SseParser parser = new SseParser(Math.max(maxBytes, MAX_ASIDE_BYTES) + FIELD_BYTES);
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int total = 0; total <= MAX_STREAM_BYTES; ) {
                int length = body.read(buffer);
                total += Math.max(0, length);
                try {
                    for (SseParser.Event event : length < 0 ? parser.finish() : parser.feed(buffer, 0, length)) {
                        Optional<Message> response = of(event);
                        if (response.isPresent()) {
                            return response.get();
                        }
                    }
                } catch (ServiceException longEvent) {
                    throw McpException.of(Kind.TOO_LARGE);
                }
                if (length < 0) {
                    throw McpException.of(Kind.NETWORK); // it has ended without the answer
                }
            }
            throw McpException.of(Kind.TOO_LARGE);
        }

        private Optional<Message> of(SseParser.Event event) throws McpException {
            if (!event.name().equals("message") || event.data().isBlank()) {
                return Optional.empty();
            }
            byte[] data = event.data().getBytes(StandardCharsets.UTF_8);
            Optional<JsonNode> response = taken(parsed(data));
            if (response.isPresent() && data.length > maxBytes) {
                throw McpException.of(Kind.TOO_LARGE);
            }
            return response.map(known -> new Message(known, data.length));
        }

        /// The answer, where it is among it. A server of 2025-03-26 may put several messages into an array.
        private Optional<JsonNode> taken(JsonNode message) throws McpException {
            Optional<JsonNode> response = Optional.empty();
            for (JsonNode each : message.isArray() ? message.values() : List.of(message)) {
                if (!each.isObject()) {
                    throw McpException.of(Kind.PROTOCOL);
                }
                boolean wants = each.has("method");
                if (wants && each.hasNonNull("id")) {
                    asked.accept(each);
                } else if (!wants && isAnswer(each)) {
                    response = Optional.of(each);
                }
            }
            return response;
        }

        /// An error without an `id` is of whoever could not read the message.
        private boolean isAnswer(JsonNode message) {
            return message.hasNonNull("id") ? message.path("id").asString("").equals(id) : message.has("error");
        }

        /// A server that sends back what it was sent has not told the key to anybody by that.
        private JsonNode parsed(byte[] json) throws McpException {
            String text = new String(json, StandardCharsets.UTF_8);
            try {
                JsonNode message = Json.MAPPER.readTree(secret.reveal().isEmpty() ? text : text.replace(secret.reveal(), MASK));
                if (message == null || message.isMissingNode()) {
                    throw McpException.of(Kind.PROTOCOL);
                }
                return message;
            } catch (JacksonException none) {
                throw McpException.of(Kind.PROTOCOL);
            }
        }
    }
}
