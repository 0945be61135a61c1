package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.conversation.Remark;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Thought;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// What the dialogue wants asked, in the words of the services.
public final class Requests {

    /// Most tools that a brain is offered.
    private static final int MAX_TOOLS = 128;

    private Requests() {}

    /// @param served tools of servers, behind the agent's own
    static BrainRequest of(io.agentstream.agents.conversation.BrainRequest asked, List<BrainRequest.Tool> served) {
        List<Message> messages = new ArrayList<>();
        messages.add(new Message.Instructions(asked.instructions()));
        messages.addAll(history(asked));
        return new BrainRequest(messages, tools(asked, served), BrainRequest.ToolChoice.AUTO);
    }

    /// @param served tools of servers, behind the agent's own
    public static List<BrainRequest.Tool> tools(io.agentstream.agents.conversation.BrainRequest asked, List<BrainRequest.Tool> served) {
        return Stream.concat(tools(asked).stream(), served.stream()).limit(MAX_TOOLS).toList();
    }

    public static List<BrainRequest.Tool> tools(io.agentstream.agents.conversation.BrainRequest asked) {
        return asked.tools().stream()
                .map(offer -> new BrainRequest.Tool(offer.name(), offer.description(), offer.parameters()))
                .toList();
    }

    /// What was said, heard and done.
    public static List<Message> history(io.agentstream.agents.conversation.BrainRequest asked) {
        List<Message> messages = new ArrayList<>();
        for (Remark remark : asked.history()) {
            messages.add(switch (remark.by()) {
                case CALLER -> new Message.Caller(remark.text());
                case AGENT -> new Message.Agent(remark.text(), remark.uses().stream()
                        .map(use -> new Thought.ToolCall(use.id(), use.tool(), use.arguments()))
                        .toList());
                case TOOL -> new Message.ToolResult(Objects.requireNonNull(remark.use()), remark.text());
            });
        }
        return messages;
    }
}
