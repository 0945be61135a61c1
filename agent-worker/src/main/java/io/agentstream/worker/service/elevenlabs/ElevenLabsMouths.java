package io.agentstream.worker.service.elevenlabs;

import io.agentstream.runtime.Secret;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.MouthService;
import io.agentstream.worker.service.MouthSettings;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.TimedWord;
import io.agentstream.worker.service.wire.Base64Audio;
import io.agentstream.worker.service.wire.Broken;
import io.agentstream.worker.service.wire.Languages;
import io.agentstream.worker.service.wire.Messages;
import io.agentstream.worker.service.wire.MouthDialect;
import io.agentstream.worker.service.wire.Query;
import io.agentstream.worker.service.wire.ServiceException;
import io.agentstream.worker.service.wire.StreamingMouth;
import io.agentstream.worker.service.wire.Wire;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// ElevenLabs over one socket for each conversation, mu-law as it comes, a context for each utterance. Of the options, `voice_settings` goes
/// into the first message of a context, the only one that may hold it; the others are parameters of the URL.
public final class ElevenLabsMouths implements MouthService {

    private static final URI BASE = URI.create("https://api.elevenlabs.io");
    /// The service closes after twenty seconds without a message.
    private static final int KEEP_ALIVE_MS = 10_000;
    private static final int POLICY = 1_008;
    private static final Pattern LANGUAGE_MODELS = Pattern.compile("eleven_((flash|turbo)_v2_5|v3)(_.*)?");

    private final Wire wire;
    private final int keepAliveMs;

    public ElevenLabsMouths(Wire wire) {
        this(wire, KEEP_ALIVE_MS);
    }

    /// @param keepAliveMs after how long a silence the service is told that there is somebody
    ElevenLabsMouths(Wire wire, int keepAliveMs) {
        this.wire = wire;
        this.keepAliveMs = keepAliveMs;
    }

    @Override
    public String name() {
        return "elevenlabs";
    }

    @Override
    public String usualModel() {
        return "eleven_flash_v2_5";
    }

    @Override
    public String usualVoice() {
        return "21m00Tcm4TlvDq8ikWAM";
    }

    @Override
    public Mouth open(MouthSettings settings) {
        return new StreamingMouth(wire, settings.connection(), new Dialect(settings, keepAliveMs));
    }

    private record Dialect(MouthSettings settings, int keepAliveMs) implements MouthDialect {

        @Override
        public URI url() {
            URI given = settings.connection().url();
            Query query = new Query(
                            given == null ? BASE : given, "ws",
                            "/v1/text-to-speech/" + Query.encode(settings.voice()) + "/multi-stream-input")
                    .with("model_id", settings.model())
                    .with("output_format", "ulaw_8000")
                    .with("auto_mode", "true")
                    .with("sync_alignment", "true");
            if (settings.language() != null && takesLanguage()) {
                query.with("language_code", Languages.primary(settings.language()));
            }
            return query.withOptions(settings.options()).uri();
        }

        /// The others are told what they speak by the text alone, and refuse to be told it otherwise (400).
        private boolean takesLanguage() {
            return LANGUAGE_MODELS.matcher(settings.model()).matches();
        }

        @Override
        public Map<String, String> proof(Secret key) {
            return Map.of("xi-api-key", key.reveal());
        }

        private static ObjectNode context(String id) {
            return Json.MAPPER.createObjectNode().put("context_id", id);
        }

        @Override
        public List<String> open(String id) {
            ObjectNode first = context(id).put("text", " ");
            JsonNode voice = settings.options().path("voice_settings");
            if (voice.isObject()) {
                first.set("voice_settings", voice);
            }
            return List.of(first.toString());
        }

        @Override
        public String say(String id, String text) {
            return context(id).put("text", text).toString();
        }

        @Override
        public List<String> end(String id) {
            return List.of(context(id).put("flush", true).toString(), context(id).put("close_context", true).toString());
        }

        @Override
        public List<String> cancel(String id) {
            return List.of(context(id).put("close_context", true).toString());
        }

        @Override
        public String keepAlive() {
            return "{\"text\":\"\"}";
        }

        @Override
        public boolean timesCountFromTheirAudio() {
            return true;
        }

        @Override
        public List<Piece> read(String message) throws ServiceException {
            JsonNode said = Messages.read(message);
            String id = said.path("contextId").asString(Messages.text(said, "context_id"));
            if (id.isEmpty()) {
                if (said.has("error")) {
                    boolean policy = said.path("code").asInt(0) == POLICY;
                    throw policy ? new ServiceException(new Refused("an error in the stream")) : Broken.because("an error in the stream");
                }
                return List.of();
            }
            List<Piece> pieces = new ArrayList<>();
            List<TimedWord> letters = letters(said.path("alignment"));
            if (!letters.isEmpty()) { // before the audio: their times count from its beginning
                pieces.add(new Piece.Letters(id, letters));
            }
            Base64Audio.of(said.path("audio")).ifPresent(audio -> pieces.add(new Piece.Audio(id, audio)));
            if (said.path("isFinal").asBoolean(false)) {
                pieces.add(new Piece.Done(id));
            }
            return pieces;
        }

        private static List<TimedWord> letters(JsonNode alignment) {
            JsonNode starts = alignment.path("charStartTimesMs");
            JsonNode durations = alignment.path("charDurationsMs");
            List<TimedWord> letters = new ArrayList<>();
            int i = 0;
            for (JsonNode letter : alignment.path("chars")) {
                long startMs = starts.path(i).asLong(0);
                letters.add(new TimedWord(letter.asString(""), startMs, startMs + Math.max(0, durations.path(i).asLong(0))));
                i++;
            }
            return letters;
        }
    }
}
