package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.conversation.Remark;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Thought;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;

/// What the dialogue wants asked, in the words of the services.
public final class Requests {

    /// Most tools that a brain is offered.
    private static final int MAX_TOOLS = 128;

    /// What services take as the name of a tool: `^[a-zA-Z0-9_-]{1,64}$`.
    private static final Pattern NOT_IN_NAMES = Pattern.compile("[^a-zA-Z0-9_-]");
    private static final int MAX_NAME_CHARACTERS = 64;
    private static final String NAMELESS = "nameless";

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
                        .map(use -> new Thought.ToolCall(use.id(), name(use.tool()), object(use.arguments())))
                        .toList());
                case TOOL -> new Message.ToolResult(Objects.requireNonNull(remark.use()), remark.text());
            });
        }
        return messages;
    }

    /// Brains want tools of names that they are not offered, and that nobody takes back: each later question with such a use in it would be refused.
    private static String name(String wanted) {
        String name = NOT_IN_NAMES.matcher(wanted).replaceAll("_");
        return name.isEmpty() ? NAMELESS : name.substring(0, Math.min(name.length(), MAX_NAME_CHARACTERS));
    }

    /// What a model wrote that is no object is not sent back as one.
    private static String object(String arguments) {
        try {
            return Json.MAPPER.readTree(arguments).isObject() ? arguments : "{}";
        } catch (JacksonException notJson) {
            return "{}";
        }
    }
}
