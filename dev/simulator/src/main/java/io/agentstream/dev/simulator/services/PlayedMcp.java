package io.agentstream.dev.simulator.services;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A server of tools that speaks the Model Context Protocol over HTTP (specification 2025-06-18, or without a handshake 2026-07-28), strict about what a client owes
/// it: the session, the version, the headers. Any thread.
public final class PlayedMcp extends ServiceServer {

    public static final String PATH = "/mcp";

    private static final JsonMapper JSON = new JsonMapper();
    private static final String MODERN = "2026-07-28";

    /// How it is. Fields are read with each request.
    public enum Manner {
        /// One JSON object.
        JSON,
        /// A stream of events.
        EVENTS,
        /// A stream in which it first says how far it is, and asks for things.
        TALKATIVE
    }

    private volatile Manner manner = Manner.EVENTS;
    private volatile boolean handshake = true;
    private volatile boolean sessions = true;
    private volatile String version = "2025-06-18";
    private volatile int pageTools = 100;
    private volatile Function<JsonNode, JsonNode> answer = params -> text("It is open.");
    private final List<ObjectNode> tools = new CopyOnWriteArrayList<>();
    private final Set<String> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger numbers = new AtomicInteger();
    private final List<JsonNode> uses = new CopyOnWriteArrayList<>();
    private final List<JsonNode> told = new CopyOnWriteArrayList<>();

    private PlayedMcp() {}

    public static PlayedMcp serving() {
        PlayedMcp server = new PlayedMcp();
        server.start();
        return server;
    }

    public PlayedMcp manner(Manner next) {
        manner = next;
        return this;
    }

    /// Speaks 2026-07-28 and nothing else.
    public PlayedMcp withoutHandshake() {
        handshake = false;
        return this;
    }

    public PlayedMcp withoutSessions() {
        sessions = false;
        return this;
    }

    /// What it answers to `initialize`.
    public PlayedMcp version(String next) {
        version = next;
        return this;
    }

    public PlayedMcp pages(int toolsOfAPage) {
        pageTools = toolsOfAPage;
        return this;
    }

    /// @param parameters a JSON Schema
    /// @param annotations JSON; empty: none
    public PlayedMcp tool(String name, String description, String parameters, String annotations) {
        ObjectNode tool = JSON.createObjectNode().put("name", name).put("description", description);
        tool.set("inputSchema", JSON.readTree(parameters));
        if (!annotations.isEmpty()) {
            tool.set("annotations", JSON.readTree(annotations));
        }
        tools.add(tool);
        return this;
    }

    /// @param next from the `params` of a use to its result
    public PlayedMcp answering(Function<JsonNode, JsonNode> next) {
        answer = next;
        return this;
    }

    public static JsonNode text(String text) {
        ObjectNode result = JSON.createObjectNode();
        result.putArray("content").addObject().put("type", "text").put("text", text);
        return result;
    }

    public static JsonNode failed(String text) {
        return ((ObjectNode) text(text)).put("isError", true);
    }

    /// Whoever comes with a session of before is told that there is none.
    public void endSessions() {
        open.clear();
    }

    /// The `params` of each use.
    public List<JsonNode> uses() {
        return List.copyOf(uses);
    }

    /// What was said to it that is no question: notifications, and answers to what it asked.
    public List<JsonNode> told() {
        return List.copyOf(told);
    }

    public int sessions() {
        return open.size();
    }

    @Override
    protected void serve(Asked request, Reply reply, Mishap mishap) throws IOException {
        if (beginsBadly(reply, mishap)) {
            return;
        }
        String session = request.headers().getOrDefault("mcp-session-id", "");
        if (!request.path().equals(PATH)) {
            reply.json(404, "{}");
        } else if (request.method().equals("DELETE")) {
            reply.json(open.remove(session) ? 200 : 404, "{}");
        } else if (!request.headers().getOrDefault("accept", "").contains("text/event-stream")
                || !request.headers().getOrDefault("accept", "").contains("application/json")) {
            reply.json(406, "{}");
        } else if (mishap == Mishap.SILENT) {
            reply.awaitEnd();
        } else {
            posted(request, JSON.readTree(request.body()), session, reply, mishap);
        }
    }

    private void posted(Asked request, JsonNode message, String session, Reply reply, Mishap mishap) throws IOException {
        String method = message.path("method").asString("");
        JsonNode id = message.path("id");
        if (!handshake) {
            modern(request, message, reply, mishap);
        } else if (method.equals("initialize")) {
            if (sessions) {
                String begun = "session-" + numbers.incrementAndGet();
                open.add(begun);
                reply.header("Mcp-Session-Id", begun);
            }
            ObjectNode result = JSON.createObjectNode().put("protocolVersion", version);
            result.putObject("capabilities").putObject("tools");
            result.putObject("serverInfo").put("name", "played").put("version", "1");
            answer(id, result, reply, mishap);
        } else if (sessions && session.isEmpty()) {
            reply.json(400, error(id, -32_000, "no session"));
        } else if (sessions && !open.contains(session)) {
            reply.json(404, error(id, -32_001, "Session not found"));
        } else if (!request.headers().getOrDefault("mcp-protocol-version", "").equals(version)) {
            reply.json(400, error(id, -32_000, "Unsupported protocol version"));
        } else if (method.isEmpty() || id.isMissingNode()) {
            told.add(message);
            reply.json(202, "");
        } else {
            asked(method, message, reply, mishap);
        }
    }

    private void modern(Asked request, JsonNode message, Reply reply, Mishap mishap) throws IOException {
        JsonNode meta = message.path("params").path("_meta");
        String method = message.path("method").asString("");
        boolean isNamed = !method.equals("tools/call")
                || request.headers().getOrDefault("mcp-name", "").equals(message.path("params").path("name").asString(""));
        if (!MODERN.equals(request.headers().get("mcp-protocol-version"))
                || !MODERN.equals(meta.path("io.modelcontextprotocol/protocolVersion").asString(""))
                || !meta.has("io.modelcontextprotocol/clientCapabilities")
                || !method.equals(request.headers().get("mcp-method"))
                || !isNamed) {
            reply.json(400, error(message.path("id"), -32_022, "Unsupported protocol version"));
        } else {
            asked(method, message, reply, mishap);
        }
    }

    private void asked(String method, JsonNode message, Reply reply, Mishap mishap) throws IOException {
        JsonNode id = message.path("id");
        JsonNode params = message.path("params");
        switch (method) {
            case "tools/list" -> answer(id, list(params.path("cursor").asString("0")), reply, mishap);
            case "tools/call" -> {
                boolean isKnown = tools.stream().anyMatch(tool -> tool.path("name").equals(params.path("name")));
                if (isKnown) {
                    uses.add(params);
                    answer(id, answer.apply(params), reply, mishap);
                } else {
                    reply.json(200, error(id, -32_602, "Unknown tool: " + params.path("name").asString("")));
                }
            }
            default -> reply.json(handshake ? 200 : 404, error(id, -32_601, "Method not found"));
        }
    }

    private ObjectNode list(String cursor) {
        int from = Integer.parseInt(cursor);
        int to = Math.min(tools.size(), from + pageTools);
        ObjectNode result = JSON.createObjectNode();
        new ArrayList<>(tools.subList(from, to)).forEach(result.putArray("tools")::add);
        return to < tools.size() ? result.put("nextCursor", Integer.toString(to)) : result;
    }

    private void answer(JsonNode id, JsonNode result, Reply reply, Mishap mishap) throws IOException {
        ObjectNode message = JSON.createObjectNode().put("jsonrpc", "2.0");
        message.set("id", id);
        message.set("result", result);
        if (mishap == Mishap.EMPTY) {
            reply.json(200, "");
        } else if (manner == Manner.JSON) {
            reply.json(200, mishap == Mishap.GARBAGE ? "<html>" : message.toString());
        } else {
            new Stream(reply, mishap).all(message.toString());
        }
    }

    private static String error(JsonNode id, int code, String message) {
        ObjectNode error = JSON.createObjectNode().put("jsonrpc", "2.0");
        error.set("id", id.isMissingNode() ? JSON.nullNode() : id);
        error.putObject("error").put("code", code).put("message", message);
        return error.toString();
    }

    private final class Stream {

        private final Reply reply;
        private final Mishap mishap;

        private Stream(Reply reply, Mishap mishap) {
            this.reply = reply;
            this.mishap = mishap;
        }

        private void all(String answer) throws IOException {
            reply.begin("text/event-stream");
            raw(": there\n\nid: 1\nretry: 100\ndata:\n\n");
            if (manner == Manner.TALKATIVE || mishap == Mishap.UNKNOWN) {
                event("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progress\":1}}");
                event("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
                event("{\"jsonrpc\":\"2.0\",\"id\":\"s-2\",\"method\":\"sampling/createMessage\",\"params\":{}}");
                event("{\"jsonrpc\":\"2.0\",\"id\":99999,\"result\":{\"of\":\"somebody else\"}}");
                raw("event: tomorrow\ndata: {\"what\":1}\n\n");
            }
            switch (mishap) {
                case CUT -> {
                    raw("data: " + answer.substring(0, answer.length() / 2));
                    reply.reset();
                    throw new IOException("cut");
                }
                case UNENDED -> event("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}");
                case GARBAGE -> event("not json");
                case HUGE -> event("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"data\":\"" + "x".repeat(3 << 20) + "\"}}");
                case NONE, SPLIT, REFUSED, BUSY, BUSY_FOR_LONG, NO_QUOTA, ERROR, LOST, ERROR_WITHIN, SILENT, EMPTY, UNKNOWN -> event(answer);
            }
        }

        private void event(String json) throws IOException {
            raw("event: message\nid: 2\ndata: " + json + "\n\n");
        }

        private void raw(String text) throws IOException {
            reply.chunks(text.getBytes(StandardCharsets.UTF_8), mishap == Mishap.SPLIT ? 3 : 16_384);
        }
    }
}
