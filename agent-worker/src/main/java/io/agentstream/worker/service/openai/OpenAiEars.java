package io.agentstream.worker.service.openai;

import io.agentstream.runtime.Secret;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.EarService;
import io.agentstream.worker.service.EarSettings;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.wire.Broken;
import io.agentstream.worker.service.wire.EarDialect;
import io.agentstream.worker.service.wire.EarDialect.Hearing;
import io.agentstream.worker.service.wire.EarDialect.Idle;
import io.agentstream.worker.service.wire.EarTurn;
import io.agentstream.worker.service.wire.Languages;
import io.agentstream.worker.service.wire.Messages;
import io.agentstream.worker.service.wire.Query;
import io.agentstream.worker.service.wire.ServiceException;
import io.agentstream.worker.service.wire.StreamingEar;
import io.agentstream.worker.service.wire.Wire;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// OpenAI's Realtime in a session that only transcribes: its detector says when a turn is over, and the words come after that. Keyterms go
/// into the prompt.
public final class OpenAiEars implements EarService {

    private final Wire wire;

    public OpenAiEars(Wire wire) {
        this.wire = wire;
    }

    @Override
    public String name() {
        return OpenAi.NAME;
    }

    @Override
    public String usualModel() {
        return "gpt-4o-mini-transcribe";
    }

    @Override
    public Ear open(EarSettings settings, Ear.Listener listener) {
        return StreamingEar.open(wire, settings.connection(), new Transcription(settings), listener);
    }

    private record Transcription(EarSettings settings) implements EarDialect {

        @Override
        public URI url() {
            return new Query(OpenAi.base(settings.connection().url()), "ws", "/realtime").with("intent", "transcription").uri();
        }

        @Override
        public Map<String, String> proof(Secret key) {
            return OpenAi.proof(OpenAi.base(settings.connection().url()), key);
        }

        @Override
        public List<String> opening() {
            ObjectNode session = Json.MAPPER.createObjectNode().put("type", "transcription");
            ObjectNode input = session.putObject("audio").putObject("input");
            input.putObject("format").put("type", "audio/pcmu");
            ObjectNode transcription = input.putObject("transcription").put("model", settings.model()).put("language", Languages.primary(settings.language()));
            if (!settings.keyterms().isEmpty()) {
                transcription.put("prompt", String.join(", ", settings.keyterms()));
            }
            input.putObject("turn_detection").put("type", "server_vad").put("silence_duration_ms", settings.endpointingMs());
            ObjectNode event = Json.MAPPER.createObjectNode().put("type", "session.update").put("event_id", RealtimeMessages.SETUP);
            event.set("session", Messages.withOptions(settings.options(), session));
            return List.of(event.toString());
        }

        @Override
        public @Nullable String audio(Slice muLaw) {
            return RealtimeMessages.audio(muLaw);
        }

        @Override
        public Hearing hearing(long offsetMs, EarTurn turn) {
            return new Transcribing(turn);
        }
    }

    /// One connection. The service counts turns as items, and tells the words of one also while the next one is spoken.
    private static final class Transcribing implements Hearing {

        private final EarTurn turn;
        private final StringBuilder words = new StringBuilder();
        private String item = "";

        private Transcribing(EarTurn turn) {
            this.turn = turn;
        }

        @Override
        public void read(String message) throws ServiceException {
            JsonNode event = Messages.read(message);
            switch (Messages.text(event, "type")) {
                case "input_audio_buffer.speech_started" -> turn.speechBegan();
                case "conversation.item.input_audio_transcription.delta" -> delta(Messages.text(event, "item_id"), Messages.text(event, "delta"));
                case "conversation.item.input_audio_transcription.completed" -> {
                    of(Messages.text(event, "item_id"));
                    turn.whole(Messages.text(event, "transcript"));
                    turn.ended();
                }
                case "conversation.item.input_audio_transcription.failed" -> turn.ended();
                case "error" -> error(event.path("error"));
                default -> { } // what is new, and what is of no use
            }
        }

        private void delta(String of, String delta) {
            of(of);
            if (words.length() + delta.length() <= Ear.MAX_TURN_CHARACTERS) {
                words.append(delta);
                turn.whole(words.toString());
            }
        }

        private void of(String next) {
            if (!next.equals(item)) {
                item = next;
                words.setLength(0);
                turn.wholeBegins();
            }
        }

        private static void error(JsonNode error) throws ServiceException {
            if (Messages.text(error, "event_id").equals(RealtimeMessages.SETUP)) {
                throw new ServiceException(new Refused("the session as it is set up"));
            }
            switch (Messages.text(error, "code")) {
                case "invalid_api_key", "insufficient_quota", "model_not_found" -> throw new ServiceException(new Refused("an error in the session"));
                case "input_audio_buffer_commit_empty" -> { } // nothing was said since the last turn
                default -> throw Broken.because("an error in the session");
            }
        }

        @Override
        public String finish() {
            return "{\"type\":\"input_audio_buffer.commit\"}";
        }

        @Override
        public int idleMs() {
            return 60_000;
        }

        @Override
        public Idle idle() {
            return new Idle.Nothing();
        }

        @Override
        public @Nullable String bye() {
            return null;
        }
    }
}
