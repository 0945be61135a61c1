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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// OpenAI's Realtime in a session that only transcribes. Its detector cuts what is said at short pauses into items, and the words of each come
/// after that; who else knows that a turn is over waits for those that are under way, and cuts nothing itself. Keyterms go into the prompt.
public final class OpenAiEars implements EarService {

    /// Pause at which an item ends: shorter than any that ends a turn, so that the words are there by then.
    private static final int MAX_SILENCE_MS = 300;

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
            input.putObject("turn_detection").put("type", "server_vad")
                    .put("silence_duration_ms", Math.min(settings.endpointingMs(), MAX_SILENCE_MS));
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

    /// One connection. The service counts what it cuts off as items, and tells the words of one also while the next one is spoken.
    private static final class Transcribing implements Hearing {

        /// Items of which the end was not told; more are not remembered.
        private static final int MAX_OPEN = 32;

        private final EarTurn turn;
        /// Under its own lock: what was told of each, in the order in which they began.
        private final Map<String, Item> open = new LinkedHashMap<>();

        /// @param turn the number of the caller's turn in which it began
        private record Item(int turn, StringBuilder words) {}

        private Transcribing(EarTurn turn) {
            this.turn = turn;
        }

        @Override
        public void read(String message) throws ServiceException {
            JsonNode event = Messages.read(message);
            String item = Messages.text(event, "item_id");
            switch (Messages.text(event, "type")) {
                case "input_audio_buffer.speech_started" -> {
                    begun(item);
                    turn.speechBegan();
                }
                case "conversation.item.input_audio_transcription.delta" -> delta(item, Messages.text(event, "delta"));
                case "conversation.item.input_audio_transcription.completed" -> completed(item, Messages.text(event, "transcript"));
                case "conversation.item.input_audio_transcription.failed" -> completed(item, "");
                case "error" -> error(event.path("error"));
                default -> { } // what is new, and what is of no use
            }
        }

        private Item begun(String item) {
            synchronized (open) {
                if (open.size() >= MAX_OPEN) {
                    open.remove(open.keySet().iterator().next());
                }
                return open.computeIfAbsent(item, _ -> new Item(turn.number(), new StringBuilder()));
            }
        }

        private void delta(String item, String delta) {
            Item of = begun(item);
            if (of.words().length() + delta.length() <= Ear.MAX_TURN_CHARACTERS) {
                of.words().append(delta);
            }
            if (of.turn() == turn.number()) {
                turn.interim(of.words().toString(), Long.MAX_VALUE);
            }
        }

        private void completed(String item, String text) {
            Item of = begun(item);
            boolean last;
            synchronized (open) {
                open.remove(item);
                last = open.isEmpty();
            }
            if (of.turn() == turn.number()) {
                turn.interim(text, Long.MAX_VALUE); // more than the deltas said
                turn.piece(text, List.of(), 1, Long.MAX_VALUE);
                if (last) {
                    turn.ended();
                }
            } else {
                turn.late(text);
                if (last) {
                    turn.endedIfWanted();
                }
            }
        }

        private static void error(JsonNode error) throws ServiceException {
            if (Messages.text(error, "event_id").equals(RealtimeMessages.SETUP)) {
                throw new ServiceException(new Refused("the session as it is set up"));
            }
            switch (Messages.text(error, "code")) {
                case "invalid_api_key", "insufficient_quota", "model_not_found" -> throw new ServiceException(new Refused("an error in the session"));
                default -> throw Broken.because("an error in the session");
            }
        }

        @Override
        public @Nullable String finish() {
            return null; // to cut off what its detector is in the middle of would make two items of one
        }

        @Override
        public int moreMs() {
            synchronized (open) {
                return open.isEmpty() ? 0 : Ear.FINISH_MOST_MS - Ear.FINISH_LIMIT_MS;
            }
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
