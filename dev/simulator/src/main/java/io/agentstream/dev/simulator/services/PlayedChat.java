package io.agentstream.dev.simulator.services;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `POST /chat/completions`, streamed, as OpenAI and its like do it.
public final class PlayedChat extends ServiceServer {

    private static final JsonMapper JSON = new JsonMapper();

    private volatile Function<Asked, PlayedBrain> brain;

    private volatile int most = Integer.MAX_VALUE;

    private PlayedChat(Function<Asked, PlayedBrain> brain) {
        this.brain = brain;
    }

    public static PlayedChat start(PlayedBrain brain) {
        return answering(_ -> brain);
    }

    /// @param brain what it says to a request
    public static PlayedChat answering(Function<Asked, PlayedBrain> brain) {
        PlayedChat server = new PlayedChat(brain);
        server.start();
        return server;
    }

    /// From the next request on.
    public void brain(PlayedBrain next) {
        brain = _ -> next;
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
        if (!request.path().equals("/chat/completions")) {
            reply.json(404, "{\"error\":{\"code\":\"unknown_url\"}}");
            return;
        }
        if (request.body().length() > most) {
            reply.json(400, "{\"error\":{\"message\":\"This model's maximum context length is 128000 tokens.\",\"type\":\"invalid_request_error\",\"code\":\"context_length_exceeded\"}}");
            return;
        }
        if (mishap == Mishap.SILENT) {
            reply.awaitEnd();
            return;
        }
        new Stream(reply, mishap).all(brain.apply(request));
    }

    private static final class Stream {

        private final Reply reply;
        private final Mishap mishap;

        private Stream(Reply reply, Mishap mishap) {
            this.reply = reply;
            this.mishap = mishap;
        }

        private void all(PlayedBrain brain) throws IOException {
            reply.begin("text/event-stream");
            raw(": a proxy says that it is there\n\n");
            event("{\"id\":\"c1\",\"choices\":[],\"prompt_filter_results\":[]}");
            event("{\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}");
            PlayedBrain.pause(brain.firstMs());
            boolean first = true;
            for (String text : mishap == Mishap.EMPTY ? List.<String>of() : brain.texts()) {
                if (!first) {
                    PlayedBrain.pause(brain.betweenMs());
                    between();
                }
                first = false;
                ObjectNode chunk = JSON.createObjectNode().put("id", "c1");
                chunk.putArray("choices").addObject().put("index", 0).putObject("delta").put("content", text);
                event(chunk.toString());
            }
            calls(mishap == Mishap.EMPTY ? List.of() : brain.calls());
            if (mishap == Mishap.UNENDED) {
                return;
            }
            event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + (brain.calls().isEmpty() ? "stop" : "tool_calls") + "\"}]}");
            event("{\"choices\":[],\"usage\":{\"prompt_tokens\":120,\"completion_tokens\":12,\"total_tokens\":132,"
                    + "\"prompt_tokens_details\":{\"cached_tokens\":64}}}");
            raw("data: [DONE]\n\n");
        }

        private void between() throws IOException {
            switch (mishap) {
                case CUT -> {
                    reply.reset();
                    throw new IOException("cut");
                }
                case ERROR_WITHIN -> event("{\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\",\"code\":null}}");
                case UNKNOWN -> {
                    raw("event: tomorrow\nid: 7\nretry: 10\ndata: {\"object\":\"something.new\",\"choices\":null}\n\n");
                    raw(":\r\n\r\n");
                }
                case HUGE -> event("{\"choices\":[{\"delta\":{\"content\":\"" + "x".repeat(3 << 20) + "\"}}]}");
                case GARBAGE -> raw("data: not json\n\n");
                case NONE, SPLIT, REFUSED, BUSY, BUSY_FOR_LONG, NO_QUOTA, ERROR, LOST, UNENDED, SILENT, EMPTY -> { }
            }
        }

        /// The arguments in two fragments; all calls in one chunk each time.
        private void calls(List<PlayedBrain.Call> calls) throws IOException {
            if (calls.isEmpty()) {
                return;
            }
            ObjectNode begin = JSON.createObjectNode();
            var begun = begin.putArray("choices").addObject().put("index", 0).putObject("delta").putArray("tool_calls");
            ObjectNode rest = JSON.createObjectNode();
            var rests = rest.putArray("choices").addObject().put("index", 0).putObject("delta").putArray("tool_calls");
            for (int i = 0; i < calls.size(); i++) {
                PlayedBrain.Call call = calls.get(i);
                int half = call.arguments().length() / 2;
                begun.addObject().put("index", i).put("id", call.id()).put("type", "function").putObject("function")
                        .put("name", call.name()).put("arguments", call.arguments().substring(0, half));
                rests.addObject().put("index", i).putObject("function").put("arguments", call.arguments().substring(half));
            }
            event(begin.toString());
            event(rest.toString());
        }

        private void event(String json) throws IOException {
            raw("data: " + json + "\n\n");
        }

        private void raw(String text) throws IOException {
            reply.chunks(text.getBytes(StandardCharsets.UTF_8), mishap == Mishap.SPLIT ? 3 : 16_384);
        }
    }
}
