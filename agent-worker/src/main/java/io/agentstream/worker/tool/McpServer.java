package io.agentstream.worker.tool;

import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.McpRequest;
import io.agentstream.agents.definition.Tool;
import io.agentstream.schemas.Json;
import io.agentstream.worker.engine.cascade.ToolServer;
import io.agentstream.worker.engine.cascade.Tools;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.KeySource;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.wire.Gate;
import io.agentstream.worker.service.wire.Wire;
import io.agentstream.worker.tool.McpConnection.Question;
import io.agentstream.worker.tool.McpException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One server of the Model Context Protocol, for one conversation. What it has is asked for once; where that failed, again in the background when a
/// brain is asked, some times. Each use has a virtual thread of its own, and one result, whatever the server does.
///
/// What comes of a use is the tool's structured answer or its texts, or `{"error": ...}` with one of `tool` (and what the tool says), `refused` (an error of the
/// protocol: code and message), `status`, `timeout`, `network`, `too_large`, `protocol`, `session`, `input_required`, `address`, `no_key`;
/// `no_such_tool` where the server has none of the name, and `unknown_outcome` where somebody else had begun it and it is no tool that may be used twice.
final class McpServer implements ToolServer {

    /// How long it may take to find out what there is: a brain is waiting, and behind it a caller.
    static final int USUAL_LIST_LIMIT_MS = 2_500;

    /// Of all pages: what comes behind them is not offered.
    static final int MAX_LIST_BYTES = 256 * 1_024;
    private static final int MAX_PAGES = 5;
    private static final int MAX_CURSOR_CHARACTERS = 4_096;
    private static final int MAX_LISTINGS = 3;

    private static final McpResult CANCELLED = McpResult.error("network");

    private final Tool.Mcp server;
    private final int listLimitMs;
    private final McpConnection connection;
    private final Breaker listing = new Breaker();
    private final CompletableFuture<Optional<ServiceFailure>> listed = new CompletableFuture<>();
    private final AtomicBoolean underWay = new AtomicBoolean();
    private final AtomicInteger listings = new AtomicInteger();
    private volatile List<McpTool> tools = List.of();
    /// Why they are not known; null: they are, or it is not known yet.
    private volatile @Nullable McpException unknown;

    McpServer(Wire wire, Tool.Mcp server, KeySource key, int listLimitMs) {
        this.listLimitMs = listLimitMs;
        this.server = server;
        this.connection = new McpConnection(wire, server, key);
    }

    void open() {
        list();
    }

    @Override
    public CompletionStage<Optional<ServiceFailure>> listed() {
        return listed;
    }

    @Override
    public List<BrainRequest.Tool> tools() {
        if (unknown != null) {
            list();
        }
        return tools.stream().map(McpTool::offered).toList();
    }

    private void list() {
        if (listings.get() >= MAX_LISTINGS || listing.isBroken() || !underWay.compareAndSet(false, true)) {
            return;
        }
        listings.incrementAndGet();
        Thread.ofVirtual().name("service-tools").start(() -> {
            try {
                tools = McpTool.of(server, all(Deadline.in(listLimitMs)), connection.hasHandshake());
                unknown = null;
            } catch (McpException failed) {
                connection.forget();
                unknown = failed;
            } catch (RuntimeException ours) { // nobody may wait for what does not come
                unknown = McpException.of(Kind.PROTOCOL);
            } finally {
                underWay.set(false);
                McpException failed = unknown;
                listed.complete(Optional.ofNullable(failed).map(why -> why.failure(listLimitMs)));
            }
        });
    }

    private List<JsonNode> all(Deadline deadline) throws McpException {
        List<JsonNode> all = new ArrayList<>();
        String cursor = "";
        int leftBytes = MAX_LIST_BYTES;
        for (int page = 0; page < MAX_PAGES; page++) {
            ObjectNode params = Json.MAPPER.createObjectNode();
            if (!cursor.isEmpty()) {
                params.put("cursor", cursor);
            }
            Optional<McpConnection.Result> result = page(new Question("tools/list", params, "", leftBytes), deadline, page > 0);
            result.ifPresent(some -> some.json().path("tools").forEach(all::add));
            cursor = result.map(some -> some.json().path("nextCursor").asString("")).orElse("");
            leftBytes -= result.map(McpConnection.Result::bytes).orElse(0);
            if (cursor.isEmpty() || cursor.length() > MAX_CURSOR_CHARACTERS || leftBytes <= 0) {
                break;
            }
        }
        return all;
    }

    /// Nothing where a further page is more than is left: what stands before it is known.
    private Optional<McpConnection.Result> page(Question question, Deadline deadline, boolean further) throws McpException {
        try {
            return Optional.of(connection.ask(question, deadline, listing));
        } catch (McpException failed) {
            if (further && failed.kind() == Kind.TOO_LARGE) {
                return Optional.empty();
            }
            throw failed;
        }
    }

    @Override
    public Tools.Use use(McpRequest request, CallTool call, String key, Tools.Listener listener) {
        Gate<McpResult> gate = new Gate<>(result -> listener.on(result.failed(), result.text()));
        Breaker breaker = new Breaker();
        Deadline deadline = Deadline.in(server.timeoutMs());
        Thread.ofVirtual().name("service-tool").start(() -> gate.tellLast(result(request, call, key, deadline, breaker)));
        return () -> {
            gate.shut();
            breaker.breakOff();
        };
    }

    /// Never throws.
    private McpResult result(McpRequest request, CallTool call, String key, Deadline deadline, Breaker breaker) {
        try {
            McpTool tool = tool(request.tool(), deadline);
            if (call.again() && !tool.repeatable()) {
                return McpResult.error("unknown_outcome");
            }
            ObjectNode params = Json.MAPPER.createObjectNode().put("name", tool.name());
            params.set("arguments", Json.MAPPER.readTree(call.arguments()));
            return McpResult.of(connection.ask(new Question("tools/call", params, key, server.maxBytes()), deadline, breaker).json());
        } catch (McpException failed) {
            return new McpResult(true, failed.told());
        } catch (NoSuchToolException none) {
            return McpResult.error("no_such_tool");
        } catch (InterruptedException unwanted) {
            Thread.currentThread().interrupt();
            return CANCELLED;
        } catch (JacksonException noArguments) {
            return McpResult.error("arguments");
        } catch (RuntimeException ours) { // nobody may wait for an answer that does not come
            return CANCELLED;
        }
    }

    private McpTool tool(String offered, Deadline deadline) throws McpException, NoSuchToolException, InterruptedException {
        try {
            listed.get(deadline.leftMs(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            throw McpException.of(Kind.TIMEOUT);
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
        Optional<McpTool> tool = tools.stream().filter(each -> each.offered().name().equals(offered)).findFirst();
        McpException failed = unknown;
        if (tool.isEmpty() && failed != null) {
            throw failed;
        }
        return tool.orElseThrow(NoSuchToolException::new);
    }

    private static final class NoSuchToolException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    @Override
    public void close() {
        listing.breakOff();
        Thread.ofVirtual().name("service-tools-end").start(connection::end);
    }
}
