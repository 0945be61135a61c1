package io.agentstream.worker.service.openai;

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
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Puts the chunks of one chat completion together. It is complete with `[DONE]`, or where the stream ends after a `finish_reason`: some
/// servers leave the former out. One thread.
final class ChatAnswer implements Answer {

    private final ToolDrafts tools = new ToolDrafts();
    private Usage usage = Usage.NONE;
    private @Nullable Reason reason;
    private boolean complete;

    @Override
    public String take(Event event) throws ServiceException {
        if (event.data().strip().equals("[DONE]")) {
            complete = true;
            return "";
        }
        JsonNode chunk = Messages.read(event.data());
        if (chunk.path("error").isObject() || event.name().equals("error")) {
            throw new ServiceException(failure(chunk.path("error")));
        }
        usage(chunk.path("usage"));
        JsonNode choice = chunk.path("choices").path(0); // there is none in a chunk about usage, and in Azure's first
        JsonNode delta = choice.path("delta");
        int position = 0;
        for (JsonNode call : delta.path("tool_calls")) {
            call(call, position++);
        }
        reason(Messages.text(choice, "finish_reason"));
        return Messages.text(delta, "content") + Messages.text(delta, "refusal");
    }

    private static ServiceFailure failure(JsonNode error) {
        return switch (Messages.text(error, "code")) {
            case "insufficient_quota", "invalid_api_key", "model_not_found" -> new Refused("an error in the stream");
            case "context_length_exceeded" -> Refused.TOO_LONG;
            case "rate_limit_exceeded" -> new Busy(0);
            default -> Broken.because("an error in the stream").failure();
        };
    }

    private void usage(JsonNode told) {
        if (told.isObject()) { // some servers send it with each chunk, adding up: the last one holds
            usage = Usage.tokens(
                    told.path("prompt_tokens").asLong(0),
                    told.path("prompt_tokens_details").path("cached_tokens").asLong(0),
                    told.path("completion_tokens").asLong(0));
        }
    }

    private void call(JsonNode call, int position) throws ServiceException {
        JsonNode function = call.path("function");
        tools.add(
                call.path("index").asInt(position), Messages.text(call, "id"), Messages.text(function, "name"),
                Messages.text(function, "arguments"));
    }

    private void reason(String said) {
        switch (said) {
            case "" -> { }
            case "length" -> reason = Reason.LENGTH;
            case "content_filter" -> reason = Reason.FILTERED;
            default -> reason = Reason.FINISHED; // what was called says better than "tool_calls" whether there are calls
        }
    }

    @Override
    public boolean isComplete() {
        return complete;
    }

    @Override
    public boolean mayEnd() {
        return complete || reason != null;
    }

    @Override
    public Reason reason() {
        return reason == null ? Reason.FINISHED : reason;
    }

    @Override
    public ToolDrafts tools() {
        return tools;
    }

    @Override
    public Usage usage() {
        return usage;
    }
}
