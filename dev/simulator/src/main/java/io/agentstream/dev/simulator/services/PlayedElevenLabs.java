package io.agentstream.dev.simulator.services;

import java.io.IOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// ElevenLabs' multi-context WebSocket. It refuses what that refuses: a voice that is no id, settings anywhere but in the first message of a
/// context, a sixth context, a language for a model that takes none.
public final class PlayedElevenLabs extends ServiceServer {

    private static final int MAX_CONTEXTS = 5;
    private static final int POLICY = 1_008;
    private static final Pattern VOICE = Pattern.compile("/v1/text-to-speech/([^/]+)/multi-stream-input");
    /// What an id of a voice looks like; names are for people.
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9]{20}");
    private static final Pattern LANGUAGE_MODELS = Pattern.compile("eleven_((flash|turbo)_v2_5|v3)(_.*)?");

    private volatile PlayedVoice voice;
    private volatile int babble = 1;
    private volatile long idleLimitMs;
    private final List<String> texts = new CopyOnWriteArrayList<>();

    private PlayedElevenLabs(PlayedVoice voice) {
        this.voice = voice;
    }

    public static PlayedElevenLabs start(PlayedVoice voice) {
        PlayedElevenLabs server = new PlayedElevenLabs(voice);
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
        Matcher asked = VOICE.matcher(request.path());
        if (!asked.matches()) {
            reply.json(404, "{\"detail\":{\"status\":\"not_found\"}}");
        } else if (request.query().containsKey("language_code") && !LANGUAGE_MODELS.matcher(request.query().getOrDefault("model_id", "")).matches()) {
            reply.json(400, "{\"detail\":{\"status\":\"unsupported_language\"}}");
        } else if (!beginsBadly(reply, mishap)) {
            ServiceSocket socket = reply.upgrade();
            if (ID.matcher(asked.group(1)).matches()) {
                new Contexts(socket, mishap).run();
            } else {
                socket.close(POLICY, "There is no voice of this id");
            }
        }
    }

    private final class Contexts extends PlayedContexts {

        private final ServiceSocket socket;
        private final Map<String, Long> spokenMs = new HashMap<>();
        private final Set<String> closed = new HashSet<>();

        private Contexts(ServiceSocket socket, Mishap mishap) {
            super(socket, mishap, voice, PlayedIdle.watch(socket, idleLimitMs, POLICY, "no input for too long"));
            this.socket = socket;
        }

        @Override
        void read(JsonNode message) throws IOException {
            texts.add(message.toString());
            String id = message.path("context_id").asString("");
            String text = message.path("text").asString("");
            boolean first = !id.isEmpty() && !spokenMs.containsKey(id);
            boolean tooMany = first && spokenMs.size() - closed.size() >= MAX_CONTEXTS;
            if (tooMany || (message.has("voice_settings") && !first)) {
                socket.close(POLICY, "policy");
                return;
            }
            if (first) {
                spokenMs.put(id, 0L);
            }
            if (!text.isBlank()) {
                speak(id, text, spokenMs.getOrDefault(id, 0L));
                spokenMs.merge(id, text.length() * msPerCharacter(), Long::sum);
            }
            if (message.path("close_context").asBoolean(false)) {
                closed.add(id);
                finish(id);
            }
        }

        /// Times count from the beginning of the audio that they come with.
        @Override
        String audio(String context, String text, byte[] audio, long beginsMs) {
            ObjectNode message = JSON.createObjectNode().put("audio", Base64.getEncoder().encodeToString(audio)).put("contextId", context);
            ObjectNode alignment = message.putObject("alignment");
            var chars = alignment.putArray("chars");
            var starts = alignment.putArray("charStartTimesMs");
            var durations = alignment.putArray("charDurationsMs");
            for (int i = 0; i < text.length() * babble; i++) {
                int at = i / babble;
                chars.add(text.substring(at, at + 1));
                starts.add(at * msPerCharacter());
                durations.add(msPerCharacter());
            }
            message.putNull("normalizedAlignment");
            return message.toString();
        }

        @Override
        String words(String context, String text, long beginsMs, long msPerCharacter) {
            return "";
        }

        @Override
        String done(String context) {
            return "{\"contextId\":\"" + context + "\",\"isFinal\":true,\"audio\":null}";
        }

        @Override
        String error(String context) {
            return "{\"error\":\"internal\",\"message\":\"oh\",\"code\":1011}";
        }
    }
}
