package io.agentstream.worker.tool;

import io.agentstream.agents.definition.Tool;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.KeySource;
import io.agentstream.worker.service.wire.Wire;
import io.agentstream.worker.tool.McpException.Kind;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What is between us and one server of the Model Context Protocol: the handshake, the session, which the server may end at any time, and what it
/// asks meanwhile. Of the revisions with a handshake 2025-06-18 is proposed; a server that shakes no hands (2026-07-28 and later) is
/// spoken to in its own way. Blocks. Any thread.
final class McpConnection {

    private static final String PROPOSED = "2025-06-18";

    /// In what we ask of a server these do not differ.
    private static final Set<String> WITH_HANDSHAKE = Set.of("2024-11-05", "2025-03-26", PROPOSED, "2025-11-25");

    static final String WITHOUT_HANDSHAKE = "2026-07-28";

    private static final int MAX_HANDSHAKE_BYTES = 64 * 1_024;

    /// How much a server may ask while it is asked, and how long an answer to it may take.
    private static final int MAX_ASKED = 8;
    private static final long ASIDE_LIMIT_MS = 1_000;

    private static final int NO_METHOD = -32_601;

    private final McpPost post;
    private final AtomicInteger ids = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    /// Under the lock.
    private @Nullable Session session;

    /// @param id null: the server has begun none
    record Session(String version, @Nullable String id) {

        boolean hasHandshake() {
            return !version.equals(WITHOUT_HANDSHAKE);
        }
    }

    McpConnection(Wire wire, Tool.Mcp server, KeySource key) {
        post = new McpPost(wire.streams(), server, key);
    }

    /// What is asked.
    ///
    /// @param idempotencyKey empty: none
    record Question(String method, ObjectNode params, String idempotencyKey, int maxBytes) {

        /// Without the parameters.
        @Override
        public String toString() {
            return "Question[" + method + "]";
        }
    }

    /// @param bytes of the message that it stood in
    record Result(JsonNode json, int bytes) {

        /// Without what stands in it.
        @Override
        public String toString() {
            return "Result[" + bytes + " bytes]";
        }
    }

    /// The result. A session that the server has ended is begun anew, once: what was asked in it was not done.
    Result ask(Question question, Deadline deadline, Breaker breaker) throws McpException {
        Session now = session(deadline, breaker);
        try {
            return ask(now, question, deadline, breaker);
        } catch (McpException ended) {
            if (ended.kind() != Kind.SESSION) {
                throw ended;
            }
            forget(now);
            return ask(session(deadline, breaker), question, deadline, breaker);
        }
    }

    private Result ask(Session now, Question question, Deadline deadline, Breaker breaker) throws McpException {
        ObjectNode params = question.params().deepCopy();
        Map<String, String> headers = headers(now);
        ObjectNode meta = Json.MAPPER.createObjectNode();
        if (!question.idempotencyKey().isEmpty()) { // the protocol has no such thing, and a server passes over what it does not know
            headers.put("Idempotency-Key", question.idempotencyKey());
            meta.put("io.agentstream/idempotency-key", question.idempotencyKey());
        }
        if (!now.hasHandshake()) {
            headers.put("Mcp-Method", question.method());
            if (params.has("name")) {
                headers.put("Mcp-Name", params.path("name").stringValue());
            }
            meta.put("io.modelcontextprotocol/protocolVersion", now.version());
            meta.set("io.modelcontextprotocol/clientInfo", whoWeAre());
            meta.putObject("io.modelcontextprotocol/clientCapabilities");
        }
        if (!meta.isEmpty()) {
            params.set("_meta", meta);
        }
        ObjectNode message = message(question.method(), params).put("id", ids.incrementAndGet());
        try {
            McpPost.Answer answer =
                    post.send("POST", headers, message, question.maxBytes(), deadline, breaker, answering(now, deadline));
            return new Result(result(answer.response()), answer.bytes());
        } catch (McpException failed) {
            if (failed.kind() == Kind.TIMEOUT && now.hasHandshake()) {
                aside(now, message("notifications/cancelled", Json.MAPPER.createObjectNode()
                        .put("requestId", message.path("id").intValue())
                        .put("reason", "it takes too long")), Deadline.in(ASIDE_LIMIT_MS));
            }
            throw failed;
        }
    }

    private Session session(Deadline deadline, Breaker breaker) throws McpException {
        try {
            if (!lock.tryLock(deadline.leftMs(), TimeUnit.MILLISECONDS)) {
                throw McpException.of(Kind.TIMEOUT);
            }
        } catch (InterruptedException unwanted) {
            Thread.currentThread().interrupt();
            throw McpException.of(Kind.NETWORK);
        }
        try {
            if (session == null) {
                session = begun(deadline, breaker);
            }
            return session;
        } finally {
            lock.unlock();
        }
    }

    private Session begun(Deadline deadline, Breaker breaker) throws McpException {
        ObjectNode params = Json.MAPPER.createObjectNode().put("protocolVersion", PROPOSED);
        params.putObject("capabilities");
        params.set("clientInfo", whoWeAre());
        McpPost.Answer answer;
        try {
            answer = post.send(
                    "POST", Map.of(), message("initialize", params).put("id", ids.incrementAndGet()), MAX_HANDSHAKE_BYTES, deadline, breaker,
                    asked -> { });
            result(answer.response());
        } catch (McpException refused) {
            if (refused.isWithoutHandshake()) {
                return new Session(WITHOUT_HANDSHAKE, null); // or of no revision that we know: what it says next tells
            }
            throw refused;
        }
        String version = result(answer.response()).path("protocolVersion").asString("");
        if (!WITH_HANDSHAKE.contains(version)) {
            throw McpException.of(Kind.PROTOCOL);
        }
        Session begun = new Session(version, answer.session());
        post.send(
                "POST", headers(begun), message("notifications/initialized", Json.MAPPER.createObjectNode()), 0, deadline, breaker, asked -> { });
        return begun;
    }

    /// Whether the server is one that has shaken hands with us.
    boolean hasHandshake() {
        lock.lock();
        try {
            return session == null || session.hasHandshake();
        } finally {
            lock.unlock();
        }
    }

    private void forget(Session ended) {
        lock.lock();
        try {
            if (ended.equals(session)) {
                session = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /// What the server was taken for may be wrong: the next question begins anew.
    ///
    /// @return the session; null: there is none
    @Nullable Session forget() {
        lock.lock();
        try {
            Session last = session;
            session = null;
            return last;
        } finally {
            lock.unlock();
        }
    }

    /// Says to the server that nobody comes back. Blocks for a second at most.
    void end() {
        Session last = forget();
        if (last != null && last.id() != null) {
            try {
                post.send("DELETE", headers(last), null, 0, Deadline.in(ASIDE_LIMIT_MS), new Breaker(), asked -> { });
            } catch (McpException refused) {
                // It may do so, and ends the session when it likes.
            }
        }
    }

    /// Answers what a server asks while it is asked: that somebody is there, and that we do nothing else for it.
    private Consumer<JsonNode> answering(Session now, Deadline deadline) {
        int[] left = {now.hasHandshake() ? MAX_ASKED : 0};
        return asked -> {
            if (left[0]-- > 0) {
                ObjectNode answer = Json.MAPPER.createObjectNode().put("jsonrpc", "2.0");
                answer.set("id", asked.path("id"));
                if (asked.path("method").asString("").equals("ping")) {
                    answer.putObject("result");
                } else {
                    answer.putObject("error").put("code", NO_METHOD).put("message", "not supported");
                }
                aside(now, answer, Deadline.in(Math.min(deadline.leftMs(), ASIDE_LIMIT_MS)));
            }
        };
    }

    /// What wants no answer, and is no loss where it does not arrive.
    private void aside(Session now, ObjectNode message, Deadline deadline) {
        try {
            post.send("POST", headers(now), message, 0, deadline, new Breaker(), asked -> { });
        } catch (McpException lost) {
            // The server will see for itself.
        }
    }

    private static Map<String, String> headers(Session now) {
        Map<String, String> headers = new TreeMap<>();
        headers.put("MCP-Protocol-Version", now.version());
        if (now.id() != null) {
            headers.put("Mcp-Session-Id", now.id());
        }
        return headers;
    }

    private static ObjectNode message(String method, ObjectNode params) {
        ObjectNode message = Json.MAPPER.createObjectNode().put("jsonrpc", "2.0").put("method", method);
        message.set("params", params);
        return message;
    }

    private static ObjectNode whoWeAre() {
        return Json.MAPPER.createObjectNode().put("name", "agent-stream").put("version", "1");
    }

    private static JsonNode result(@Nullable JsonNode response) throws McpException {
        if (response == null) {
            throw McpException.of(Kind.PROTOCOL);
        }
        if (response.path("error").isObject()) {
            throw McpException.refused(200, response.path("error"));
        }
        if (!response.path("result").isObject()) {
            throw McpException.of(Kind.PROTOCOL);
        }
        return response.path("result");
    }
}
