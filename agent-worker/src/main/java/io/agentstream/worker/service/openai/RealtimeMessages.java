package io.agentstream.worker.service.openai;

import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.BrainRequest.Tool;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.RealtimeSettings;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.Usage;
import io.agentstream.worker.service.wire.Languages;
import io.agentstream.worker.service.wire.Messages;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a client of OpenAI's Realtime says. Pure.
final class RealtimeMessages {

    /// Which of our events a session's beginning depends on.
    static final String SETUP = "setup";

    /// Which of our events changes what a session is to do.
    static final String BECOME = "become";

    /// Which of our events offers it the tools of servers.
    static final String OFFER = "offer";

    /// What stands before the number of a turn in the name of our event that ends it.
    static final String TURN = "turn-";

    private RealtimeMessages() {}

    static String setup(RealtimeSettings settings) {
        ObjectNode session = Json.MAPPER.createObjectNode().put("type", "realtime").put("instructions", settings.instructions());
        session.putArray("output_modalities").add("audio");
        ObjectNode audio = session.putObject("audio");
        ObjectNode input = audio.putObject("input");
        input.putObject("format").put("type", "audio/pcmu");
        input.putObject("transcription").put("model", "gpt-4o-mini-transcribe").put("language", Languages.primary(settings.language()));
        input.putNull("turn_detection"); // left out it would be the service's own
        ObjectNode output = audio.putObject("output");
        output.putObject("format").put("type", "audio/pcmu");
        output.put("voice", settings.voice());
        tools(session, settings.tools());
        ObjectNode event = Json.MAPPER.createObjectNode().put("type", "session.update").put("event_id", SETUP);
        event.set("session", Messages.withOptions(settings.options(), session));
        return event.toString();
    }

    private static void tools(ObjectNode session, List<Tool> offered) {
        ArrayNode tools = session.putArray("tools");
        for (Tool tool : offered) {
            tools.addObject().put("type", "function").put("name", tool.name()).put("description", tool.description())
                    .set("parameters", tool.parameters());
        }
    }

    /// What the agent is to do from now on; all else stays.
    static String become(String instructions, List<Tool> offered) {
        ObjectNode event = Json.MAPPER.createObjectNode().put("type", "session.update").put("event_id", BECOME);
        ObjectNode session = event.putObject("session").put("type", "realtime").put("instructions", instructions);
        tools(session, offered);
        return event.toString();
    }

    /// What it may use from now on; all else stays, and where it does not take this, that stays too.
    static String offer(List<Tool> offered) {
        ObjectNode event = Json.MAPPER.createObjectNode().put("type", "session.update").put("event_id", OFFER);
        tools(event.putObject("session").put("type", "realtime"), offered);
        return event.toString();
    }

    /// @param turn which errors about it name
    static String commit(int turn) {
        return Json.MAPPER.createObjectNode().put("type", "input_audio_buffer.commit").put("event_id", TURN + turn).toString();
    }

    static String forget() {
        return "{\"type\":\"input_audio_buffer.clear\"}";
    }

    /// @param response empty: the one that is under way
    static String cancel(String response) {
        ObjectNode event = Json.MAPPER.createObjectNode().put("type", "response.cancel");
        return (response.isEmpty() ? event : event.put("response_id", response)).toString();
    }

    /// Written by hand: fifty a second for each call.
    static String audio(Slice muLaw) {
        ByteBuffer base64 = Base64.getEncoder().encode(ByteBuffer.wrap(muLaw.array(), muLaw.offset(), muLaw.length()));
        return "{\"type\":\"input_audio_buffer.append\",\"audio\":\"" + StandardCharsets.ISO_8859_1.decode(base64) + "\"}";
    }

    static String answer(String instructions) {
        ObjectNode event = Json.MAPPER.createObjectNode().put("type", "response.create");
        if (!instructions.isEmpty()) {
            event.putObject("response").put("instructions", instructions).put("tool_choice", "none");
        }
        return event.toString();
    }

    static String truncate(String item, long playedMs) {
        return Json.MAPPER.createObjectNode().put("type", "conversation.item.truncate").put("item_id", item).put("content_index", 0)
                .put("audio_end_ms", playedMs).toString();
    }

    /// The items that a message is.
    static List<String> items(Message message) {
        List<String> items = new ArrayList<>();
        switch (message) {
            case Message.Instructions some -> items.add(text("system", "input_text", some.text()));
            case Message.Caller caller -> items.add(text("user", "input_text", caller.text()));
            case Message.Agent agent -> {
                if (!agent.text().isBlank()) {
                    items.add(text("assistant", "output_text", agent.text()));
                }
                for (Thought.ToolCall call : agent.calls()) {
                    ObjectNode event = create();
                    event.putObject("item").put("type", "function_call").put("call_id", call.id()).put("name", call.name())
                            .put("arguments", call.arguments());
                    items.add(event.toString());
                }
            }
            case Message.ToolResult result -> {
                ObjectNode event = create();
                event.putObject("item").put("type", "function_call_output").put("call_id", result.callId()).put("output", result.content());
                items.add(event.toString());
            }
        }
        return items;
    }

    /// What a response was billed.
    static Usage usage(JsonNode usage) {
        JsonNode in = usage.path("input_token_details");
        JsonNode out = usage.path("output_token_details");
        return new Usage(
                in.path("text_tokens").asLong(0), in.path("cached_tokens").asLong(0), out.path("text_tokens").asLong(0),
                in.path("audio_tokens").asLong(0), out.path("audio_tokens").asLong(0), 0, 0);
    }

    private static ObjectNode create() {
        return Json.MAPPER.createObjectNode().put("type", "conversation.item.create");
    }

    private static String text(String role, String kind, String text) {
        ObjectNode event = create();
        ObjectNode item = event.putObject("item").put("type", "message").put("role", role);
        item.putArray("content").addObject().put("type", kind).put("text", text);
        return event.toString();
    }
}
