package io.agentstream.dev.simulator.services;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `POST /messages`, streamed, as Anthropic does it.
public final class PlayedMessages extends ServiceServer {

    private static final JsonMapper JSON = new JsonMapper();

    private volatile PlayedBrain brain;

    private volatile int most = Integer.MAX_VALUE;

    private PlayedMessages(PlayedBrain brain) {
        this.brain = brain;
    }

    public static PlayedMessages start(PlayedBrain brain) {
        PlayedMessages server = new PlayedMessages(brain);
        server.start();
        return server;
    }

    /// From the next request on.
    public void brain(PlayedBrain next) {
        brain = next;
    }

    /// From the next request on, longer ones are more than the model can take in.
    public void takes(int characters) {
        most = characters;
    }

    @Override
    protected void serve(Asked request, Reply reply, Mishap mishap) throws IOException {
        if (beginsBadly(reply, mishap)) {
            return;
        }
        if (!request.path().equals("/messages") || !request.headers().containsKey("anthropic-version")) {
            reply.json(404, "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\"}}");
            return;
        }
        if (request.body().length() > most) {
            reply.json(400, "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long: 213462 tokens > 200000 maximum\"}}");
            return;
        }
        if (mishap == Mishap.SILENT) {
            reply.awaitEnd();
            return;
        }
        new Stream(reply, mishap).all(brain);
    }

    private static final class Stream {

        private final Reply reply;
        private final Mishap mishap;
        private int block;

        private Stream(Reply reply, Mishap mishap) {
            this.reply = reply;
            this.mishap = mishap;
        }

        private void all(PlayedBrain brain) throws IOException {
            reply.begin("text/event-stream; charset=utf-8");
            event("message_start", "{\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"role\":\"assistant\",\"content\":[],"
                    + "\"usage\":{\"input_tokens\":56,\"cache_read_input_tokens\":64,\"cache_creation_input_tokens\":0,\"output_tokens\":1}}}");
            event("ping", "{\"type\":\"ping\"}");
            thinks();
            PlayedBrain.pause(brain.firstMs());
            says(brain);
            for (PlayedBrain.Call call : mishap == Mishap.EMPTY ? List.<PlayedBrain.Call>of() : brain.calls()) {
                calls(call);
            }
            if (mishap == Mishap.UNENDED) {
                return;
            }
            event("message_delta", "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" + (brain.calls().isEmpty() ? "end_turn" : "tool_use")
                    + "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":12}}");
            event("message_stop", "{\"type\":\"message_stop\"}");
        }

        private void thinks() throws IOException {
            event("content_block_start", "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\"}}");
            event("content_block_delta",
                    "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"Hm.\"}}");
            event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":0}");
            block = 1;
        }

        private void says(PlayedBrain brain) throws IOException {
            if (mishap == Mishap.EMPTY || brain.texts().isEmpty()) {
                return;
            }
            event("content_block_start",
                    "{\"type\":\"content_block_start\",\"index\":" + block + ",\"content_block\":{\"type\":\"text\",\"text\":\"\"}}");
            boolean first = true;
            for (String text : brain.texts()) {
                if (!first) {
                    PlayedBrain.pause(brain.betweenMs());
                    between();
                }
                first = false;
                ObjectNode delta = JSON.createObjectNode().put("type", "content_block_delta").put("index", block);
                delta.putObject("delta").put("type", "text_delta").put("text", text);
                event("content_block_delta", delta.toString());
            }
            event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":" + block++ + "}");
        }

        private void between() throws IOException {
            switch (mishap) {
                case CUT -> {
                    reply.reset();
                    throw new IOException("cut");
                }
                case ERROR_WITHIN -> event("error", "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"oh\"}}");
                case UNKNOWN -> event("tomorrow", "{\"type\":\"tomorrow\",\"index\":9,\"delta\":7}");
                case HUGE -> event("content_block_delta", "{\"type\":\"content_block_delta\",\"x\":\"" + "x".repeat(3 << 20) + "\"}");
                case GARBAGE -> event("content_block_delta", "not json");
                case NONE, SPLIT, REFUSED, BUSY, BUSY_FOR_LONG, NO_QUOTA, ERROR, LOST, UNENDED, SILENT, EMPTY -> { }
            }
        }

        private void calls(PlayedBrain.Call call) throws IOException {
            ObjectNode start = JSON.createObjectNode().put("type", "content_block_start").put("index", block);
            start.putObject("content_block").put("type", "tool_use").put("id", call.id()).put("name", call.name()).putObject("input");
            event("content_block_start", start.toString());
            int half = call.arguments().length() / 2;
            for (String piece : List.of("", call.arguments().substring(0, half), call.arguments().substring(half))) {
                ObjectNode delta = JSON.createObjectNode().put("type", "content_block_delta").put("index", block);
                delta.putObject("delta").put("type", "input_json_delta").put("partial_json", piece);
                event("content_block_delta", delta.toString());
            }
            event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":" + block++ + "}");
        }

        private void event(String name, String json) throws IOException {
            byte[] bytes = ("event: " + name + "\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
            reply.chunks(bytes, mishap == Mishap.SPLIT ? 3 : 16_384);
        }
    }
}
