package io.agentstream.worker.service.anthropic;

import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.ServiceFailure.Busy;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.Thought.Reason;
import io.agentstream.worker.service.Usage;
import io.agentstream.worker.service.wire.Broken;
import io.agentstream.worker.service.wire.Messages;
import io.agentstream.worker.service.wire.ServiceException;
import io.agentstream.worker.service.wire.SseParser.Event;
import io.agentstream.worker.service.wire.StreamedBrain.Answer;
import io.agentstream.worker.service.wire.ToolDrafts;
import tools.jackson.databind.JsonNode;

/// Puts the events of one answer together. What the model thinks without saying it (blocks of thinking) is passed over. One thread.
final class MessagesAnswer implements Answer {

    private final ToolDrafts tools = new ToolDrafts();
    private Reason reason = Reason.FINISHED;
    private boolean complete;
    private long input;
    private long cached;
    private long output;

    @Override
    public String take(Event event) throws ServiceException {
        JsonNode said = Messages.read(event.data());
        return switch (Messages.text(said, "type")) {
            case "message_start" -> {
                usage(said.path("message").path("usage"));
                yield "";
            }
            case "content_block_start" -> block(said.path("index").asInt(0), said.path("content_block"));
            case "content_block_delta" -> delta(said.path("index").asInt(0), said.path("delta"));
            case "message_delta" -> {
                usage(said.path("usage"));
                reason(Messages.text(said.path("delta"), "stop_reason"));
                yield "";
            }
            case "message_stop" -> {
                complete = true;
                yield "";
            }
            case "error" -> throw new ServiceException(failure(Messages.text(said.path("error"), "type")));
            default -> ""; // a ping, and what is new
        };
    }

    private String block(int index, JsonNode block) throws ServiceException {
        if (Messages.text(block, "type").equals("tool_use")) {
            JsonNode whole = block.path("input"); // empty, as the rest is to come in pieces
            tools.add(index, Messages.text(block, "id"), Messages.text(block, "name"), whole.isObject() && !whole.isEmpty() ? whole.toString() : "");
        }
        return Messages.text(block, "text");
    }

    private String delta(int index, JsonNode delta) throws ServiceException {
        return switch (Messages.text(delta, "type")) {
            case "text_delta" -> Messages.text(delta, "text");
            case "input_json_delta" -> {
                tools.add(index, "", "", Messages.text(delta, "partial_json"));
                yield "";
            }
            default -> "";
        };
    }

    /// What came from the cache, or went into it, is not in `input_tokens`. Later counts replace earlier ones.
    private void usage(JsonNode usage) {
        if (usage.has("input_tokens")) {
            cached = usage.path("cache_read_input_tokens").asLong(0);
            input = usage.path("input_tokens").asLong(0) + cached + usage.path("cache_creation_input_tokens").asLong(0);
        }
        output = usage.path("output_tokens").asLong(output);
    }

    private void reason(String said) {
        reason = switch (said) {
            case "max_tokens", "model_context_window_exceeded" -> Reason.LENGTH;
            case "refusal" -> Reason.FILTERED;
            default -> Reason.FINISHED; // what was called says better than "tool_use" whether there are calls
        };
    }

    private static ServiceFailure failure(String type) {
        return switch (type) {
            case "overloaded_error", "rate_limit_error" -> new Busy(0);
            case "authentication_error", "permission_error", "not_found_error", "billing_error" -> new Refused("an error in the stream");
            case "invalid_request_error", "request_too_large" -> new Refused("an error in the stream", true);
            default -> Broken.because("an error in the stream").failure();
        };
    }

    @Override
    public boolean isComplete() {
        return complete;
    }

    @Override
    public boolean mayEnd() {
        return complete;
    }

    @Override
    public Reason reason() {
        return reason;
    }

    @Override
    public ToolDrafts tools() {
        return tools;
    }

    @Override
    public Usage usage() {
        return Usage.tokens(input, cached, output);
    }
}
