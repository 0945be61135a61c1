package io.agentstream.dev.simulator.services;

import java.io.IOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Cartesia's text-to-speech WebSocket. A message that does not repeat its context's settings is an error, and so is a voice that is no id.
public final class PlayedCartesia extends ServiceServer {

    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", Pattern.CASE_INSENSITIVE);

    private volatile PlayedVoice voice;
    private volatile int babble = 1;
    private volatile long idleLimitMs;
    private final List<String> texts = new CopyOnWriteArrayList<>();

    private PlayedCartesia(PlayedVoice voice) {
        this.voice = voice;
    }

    public static PlayedCartesia start(PlayedVoice voice) {
        PlayedCartesia server = new PlayedCartesia(voice);
        server.start();
        return server;
    }

    /// From the next connection on.
    public void voice(PlayedVoice next) {
        voice = next;
    }

    /// From the next message on, so many times as many words as there are.
    public void babbles(int times) {
        babble = times;
    }

    /// From the next connection on, ends one on which nothing is said for so long; 0: none.
    public void endsIdleAfter(long ms) {
        idleLimitMs = ms;
    }

    /// The messages that it got, oldest first.
    public List<String> texts() {
        return List.copyOf(texts);
    }

    @Override
    protected void serve(Asked request, Reply reply, Mishap mishap) throws IOException {
        if (!request.path().equals("/tts/websocket") || !request.headers().containsKey("cartesia-version")) {
            reply.json(400, "{\"error\":\"bad request\"}");
        } else if (!beginsBadly(reply, mishap)) {
            new Contexts(reply.upgrade(), mishap).run();
        }
    }

    private final class Contexts extends PlayedContexts {

        private final ServiceSocket socket;
        private final Map<String, Long> spokenMs = new HashMap<>();

        private Contexts(ServiceSocket socket, Mishap mishap) {
            super(socket, mishap, voice, PlayedIdle.watch(socket, idleLimitMs, 1_000, "idle"));
            this.socket = socket;
        }

        @Override
        void read(JsonNode message) throws IOException {
            texts.add(message.toString());
            String id = message.path("context_id").asString("");
            if (message.path("cancel").asBoolean(false)) {
                cancel(id);
                return;
            }
            if (!message.path("output_format").path("encoding").asString("").equals("pcm_mulaw") || !message.has("voice")) {
                socket.text(error(id));
                return;
            }
            if (!message.path("voice").path("mode").asString("").equals("id") || !UUID.matcher(message.path("voice").path("id").asString("")).matches()) {
                socket.text(error(id, 400));
                return;
            }
            String text = message.path("transcript").asString("");
            if (!text.isEmpty()) {
                speak(id, text, spokenMs.getOrDefault(id, 0L));
                spokenMs.merge(id, text.length() * msPerCharacter(), Long::sum);
            }
            if (!message.path("continue").asBoolean(false)) {
                finish(id);
            }
        }

        @Override
        String audio(String context, String text, byte[] audio, long beginsMs) {
            return JSON.createObjectNode().put("type", "chunk").put("context_id", context).put("data", Base64.getEncoder().encodeToString(audio))
                    .put("done", false).put("status_code", 206).toString();
        }

        @Override
        String words(String context, String text, long beginsMs, long msPerCharacter) {
            ObjectNode message = JSON.createObjectNode().put("type", "timestamps").put("context_id", context).put("done", false);
            ObjectNode times = message.putObject("word_timestamps");
            var words = times.putArray("words");
            var starts = times.putArray("start");
            var ends = times.putArray("end");
            int at = 0;
            for (String word : text.strip().split(" ", -1)) {
                int end = at + word.length();
                for (int time = 0; time < babble; time++) {
                    words.add(word);
                    starts.add((beginsMs + at * msPerCharacter) / 1_000.0);
                    ends.add((beginsMs + end * msPerCharacter) / 1_000.0);
                }
                at = end + 1;
            }
            return message.toString();
        }

        @Override
        String done(String context) {
            return "{\"type\":\"done\",\"context_id\":\"" + context + "\",\"done\":true,\"status_code\":200}";
        }

        @Override
        String error(String context) {
            return error(context, 500);
        }

        private static String error(String context, int status) {
            return "{\"type\":\"error\",\"context_id\":\"" + context + "\",\"done\":true,\"status_code\":" + status + ",\"error\":\"oh\"}";
        }
    }
}
