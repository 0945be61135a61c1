package io.agentstream.worker.service.cartesia;

import io.agentstream.runtime.Secret;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.MouthService;
import io.agentstream.worker.service.MouthSettings;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.TimedWord;
import io.agentstream.worker.service.wire.Base64Audio;
import io.agentstream.worker.service.wire.Failures;
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
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Cartesia over one socket for each conversation, mu-law as it comes, a context for each utterance. The socket is closed by the service
/// when it was idle for five minutes; the next utterance makes another one. Options go into every message.
public final class CartesiaMouths implements MouthService {

    private static final URI BASE = URI.create("https://api.cartesia.ai");
    /// The shapes of messages depend on it.
    private static final String VERSION = "2026-03-01";

    private final Wire wire;

    public CartesiaMouths(Wire wire) {
        this.wire = wire;
    }

    @Override
    public String name() {
        return "cartesia";
    }

    @Override
    public String usualModel() {
        return "sonic-3.5";
    }

    @Override
    public String usualVoice() {
        return "a0e99841-438c-4a64-b679-ae501e7d6091";
    }

    @Override
    public Mouth open(MouthSettings settings) {
        return new StreamingMouth(wire, settings.connection(), new Dialect(settings));
    }

    private record Dialect(MouthSettings settings) implements MouthDialect {

        @Override
        public URI url() {
            URI given = settings.connection().url();
            return new Query(given == null ? BASE : given, "ws", "/tts/websocket").uri();
        }

        @Override
        public Map<String, String> proof(Secret key) {
            return Map.of("X-API-Key", key.reveal(), "Cartesia-Version", VERSION);
        }

        /// Every message repeats what belongs to its context.
        private String message(String id, String text, boolean more) {
            ObjectNode message = Json.MAPPER.createObjectNode();
            message.put("context_id", id).put("model_id", settings.model()).put("transcript", text).put("continue", more);
            message.putObject("voice").put("mode", "id").put("id", settings.voice());
            if (settings.language() != null) {
                message.put("language", Languages.primary(settings.language()));
            }
            message.putObject("output_format").put("container", "raw").put("encoding", "pcm_mulaw").put("sample_rate", 8_000);
            message.put("add_timestamps", true);
            if (!settings.options().has("max_buffer_delay_ms")) {
                message.put("max_buffer_delay_ms", 0); // whole sentences come
            }
            return Messages.withOptions(settings.options(), message).toString();
        }

        @Override
        public List<String> open(String id) {
            return List.of();
        }

        @Override
        public String say(String id, String text) {
            return message(id, text, true);
        }

        @Override
        public List<String> end(String id) {
            return List.of(message(id, "", false));
        }

        @Override
        public List<String> cancel(String id) {
            return List.of(Json.MAPPER.createObjectNode().put("context_id", id).put("cancel", true).toString());
        }

        @Override
        public @Nullable String keepAlive() {
            return null;
        }

        @Override
        public int keepAliveMs() {
            return 60_000;
        }

        @Override
        public boolean timesCountFromTheirAudio() {
            return false;
        }

        @Override
        public List<Piece> read(String message) throws ServiceException {
            JsonNode said = Messages.read(message);
            String id = Messages.text(said, "context_id");
            return switch (Messages.text(said, "type")) {
                case "chunk" -> Base64Audio.of(said.path("data")).<List<Piece>>map(audio -> List.of(new Piece.Audio(id, audio))).orElse(List.of());
                case "timestamps" -> List.of(new Piece.Words(id, words(said.path("word_timestamps"))));
                case "done" -> List.of(new Piece.Done(id));
                case "error" -> {
                    ServiceFailure failure = Failures.ofStatus(said.path("status_code").asInt(500), null, null, false);
                    if (id.isEmpty()) {
                        throw new ServiceException(failure);
                    }
                    yield List.of(new Piece.Failed(id, failure));
                }
                default -> List.of(); // what is new, and what is of no use
            };
        }

        private static List<TimedWord> words(JsonNode times) {
            List<TimedWord> words = new ArrayList<>();
            int i = 0;
            for (JsonNode word : times.path("words")) {
                long startMs = Math.round(times.path("start").path(i).asDouble(0) * 1_000);
                long endMs = Math.round(times.path("end").path(i).asDouble(0) * 1_000);
                words.add(new TimedWord(word.asString(""), startMs, Math.max(startMs, endMs)));
                i++;
            }
            return words;
        }
    }
}
