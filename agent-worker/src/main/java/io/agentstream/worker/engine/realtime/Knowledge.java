package io.agentstream.worker.engine.realtime;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.worker.engine.cascade.Requests;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Realtime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// What a service of speech knows of what it is asked: what both have said it has heard and said itself; what became of tools it has to be told, and
/// what it is to do where that changes. One thread.
final class Knowledge {

    /// Results by the use that they are of: of those that are remembered.
    private final Map<String, String> results = new HashMap<>();
    private String instructions;
    private Object tools;
    /// What it was offered of servers.
    private List<io.agentstream.worker.service.BrainRequest.Tool> served = List.of();

    /// Whether it does not take the tools of servers. Any thread.
    private volatile boolean takesNone;

    /// @param request what it was told for a beginning
    Knowledge(BrainRequest request) {
        this.instructions = request.instructions();
        this.tools = request.tools();
        request.history().stream().filter(remark -> remark.by() == Remark.By.TOOL).forEach(this::isNew);
    }

    /// @param offered tools of servers
    void update(BrainRequest request, List<io.agentstream.worker.service.BrainRequest.Tool> offered, Realtime realtime) {
        if (!instructions.equals(request.instructions()) || !tools.equals(request.tools())) {
            instructions = request.instructions();
            tools = request.tools();
            realtime.become(instructions, Requests.tools(request));
            served = List.of();
        }
        if (!takesNone && !served.equals(offered)) {
            served = List.copyOf(offered);
            realtime.offer(Requests.tools(request, offered));
        }
        results.keySet().retainAll(request.history().stream().map(Remark::use).filter(Objects::nonNull).collect(Collectors.toSet()));
        for (Remark remark : request.history()) {
            if (remark.by() == Remark.By.TOOL) {
                String use = Objects.requireNonNull(remark.use());
                boolean isKnown = results.containsKey(use);
                if (isNew(remark)) { // a use has one result; what is found out later is said beside it
                    realtime.tell(isKnown
                            ? new Message.Instructions("Of the tool that was still running this has come: " + remark.text())
                            : new Message.ToolResult(use, remark.text()));
                }
            }
        }
    }

    /// Any thread. It is not offered the tools of servers any more.
    void takesNone() {
        takesNone = true;
    }

    int count() {
        return results.size();
    }

    private boolean isNew(Remark result) {
        return !result.text().equals(results.put(Objects.requireNonNull(result.use()), result.text()));
    }
}
