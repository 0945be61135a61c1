package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.McpRequest;
import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Node;
import io.agentstream.agents.definition.Tool;
import io.agentstream.schemas.CallId;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.BrainRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The servers of tools of one conversation, those that its agent may ask anywhere. The session's thread only, but for what they answer.
public final class ToolServers {

    private static final Logger log = LoggerFactory.getLogger(ToolServers.class);

    private final Map<String, ToolServer> servers = new HashMap<>();

    /// @param opening begins to ask one what it has
    public ToolServers(AgentGraph graph, CallId callId, Function<Tool.Mcp, ToolServer> opening, FailureListener failures) {
        graph.nodes().values().stream()
                .filter(Node.Agent.class::isInstance)
                .flatMap(node -> ((Node.Agent) node).tools().stream())
                .distinct()
                .map(graph::tool)
                .filter(Tool.Mcp.class::isInstance)
                .forEach(tool -> {
                    ToolServer server = opening.apply((Tool.Mcp) tool);
                    servers.put(tool.name(), server);
                    var _ = server.listed().thenAccept(failed -> failed.ifPresent(failure -> {
                        log.atWarn().addKeyValue("call", callId).addKeyValue("tool", tool.name()).addKeyValue("failure", failure)
                                .log("a server does not say what tools it has");
                        failures.failed(FailureListener.Kind.TOOLS, failure);
                    }));
                });
    }

    /// Asks a brain as soon as it is known what these servers have.
    ///
    /// @param asking is given what they have; where it has to be waited for, on a thread of theirs
    /// @param otherwise is told where that throws on such a thread
    public Brain.Answering whenListed(List<String> names, Function<List<BrainRequest.Tool>, Brain.Answering> asking, Consumer<RuntimeException> otherwise) {
        List<ToolServer> named = new ArrayList<>();
        for (String name : names) {
            ToolServer server = servers.get(name);
            if (server != null) {
                named.add(server);
            }
        }
        CompletableFuture<Void> listed = CompletableFuture.allOf(
                named.stream().map(server -> server.listed().toCompletableFuture()).toArray(CompletableFuture[]::new));
        if (listed.isDone()) {
            return asking.apply(tools(named));
        }
        Waiting waiting = new Waiting();
        var _ = listed.thenRun(() -> {
            try {
                waiting.over(() -> asking.apply(tools(named)));
            } catch (RuntimeException notAsked) {
                otherwise.accept(notAsked);
            }
        });
        return waiting;
    }

    private static List<BrainRequest.Tool> tools(List<ToolServer> servers) {
        List<BrainRequest.Tool> tools = new ArrayList<>();
        servers.forEach(server -> tools.addAll(server.tools()));
        return tools;
    }

    /// @throws IllegalStateException where there is no such server
    public Tools.Use use(McpRequest request, CallTool call, String key, Tools.Listener listener) {
        ToolServer server = servers.get(request.server());
        if (server == null) {
            throw new IllegalStateException("no such server");
        }
        return server.use(request, call, key, listener);
    }

    public void close() {
        servers.values().forEach(ToolServer::close);
    }

    /// A question that waits to be asked, unless it is cancelled before. Any thread.
    private static final class Waiting implements Brain.Answering {

        private final ReentrantLock lock = new ReentrantLock();
        private boolean cancelled;
        private Brain.@Nullable Answering asked;

        private void over(Supplier<Brain.Answering> asking) {
            lock.lock();
            try {
                asked = cancelled ? null : asking.get();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void cancel() {
            lock.lock();
            try {
                cancelled = true;
                if (asked != null) {
                    asked.cancel();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
