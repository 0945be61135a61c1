package io.agentstream.dev.simulator.services;

import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// OpenAI's Realtime in a session that transcribes. It understands what it was told to, one utterance for so many bytes of audio: half of its
/// words in the middle, all of them at the end.
public final class PlayedTranscription extends ServiceServer {

    private static final JsonMapper JSON = new JsonMapper();

    private final List<String> utterances;
    private final int bytesEach;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicLong heardBytes = new AtomicLong();
    private final List<String> texts = new CopyOnWriteArrayList<>();

    private PlayedTranscription(List<String> utterances, int bytesEach) {
        this.utterances = List.copyOf(utterances);
        this.bytesEach = bytesEach;
    }

    /// @param utterances of two words and more; from the beginning again behind the last one
    public static PlayedTranscription start(int bytesEach, String... utterances) {
        PlayedTranscription server = new PlayedTranscription(List.of(utterances), bytesEach);
        server.start();
        return server;
    }

    /// How much audio it got over all connections.
    public long heardBytes() {
        return heardBytes.get();
    }

    /// The messages that it got but for audio, oldest first.
    public List<String> texts() {
        return List.copyOf(texts);
    }

    @Override
    protected void serve(Asked request, Reply reply, Mishap mishap) throws IOException {
        if (!request.path().equals("/realtime") || !"transcription".equals(request.query().get("intent"))) {
            reply.json(404, "{\"error\":{}}");
        } else if (!beginsBadly(reply, mishap)) {
            ServiceSocket socket = reply.upgrade();
            if (mishap == Mishap.SPLIT) {
                socket.split(7);
            }
            new Session(socket, mishap).run();
        }
    }

    private final class Session {

        private final ServiceSocket socket;
        private final Mishap mishap;
        private long bytes;
        private boolean half;

        private Session(ServiceSocket socket, Mishap mishap) {
            this.socket = socket;
            this.mishap = mishap;
        }

        private void run() throws IOException {
            socket.text("{\"type\":\"session.created\",\"session\":{\"type\":\"transcription\"}}");
            Optional<ServiceSocket.Message> message = socket.next();
            while (message.isPresent()) {
                JsonNode event = JSON.readTree(message.get().text());
                switch (event.path("type").asString("")) {
                    case "input_audio_buffer.append" -> hear(Base64.getDecoder().decode(event.path("audio").asString("")).length);
                    case "input_audio_buffer.commit" -> commit(event);
                    default -> texts.add(event.toString());
                }
                message = socket.next();
            }
        }

        private String item() {
            return "item-" + next.get();
        }

        private void hear(int length) throws IOException {
            heardBytes.addAndGet(length);
            bytes += length;
            if (mishap == Mishap.SILENT) {
                return;
            }
            String text = mishap == Mishap.EMPTY ? "" : utterances.get(next.get() % utterances.size());
            if (!half && bytes >= bytesEach / 2) {
                half = true;
                socket.text("{\"type\":\"input_audio_buffer.speech_started\",\"audio_start_ms\":1,\"item_id\":\"" + item() + "\"}");
                int blank = text.indexOf(' ', text.length() / 2);
                socket.text(JSON.createObjectNode().put("type", "conversation.item.input_audio_transcription.delta").put("item_id", item())
                        .put("content_index", 0).put("delta", blank < 0 ? text : text.substring(0, blank)).toString());
                within();
            }
            if (bytes >= bytesEach) {
                socket.text("{\"type\":\"input_audio_buffer.speech_stopped\",\"audio_end_ms\":2,\"item_id\":\"" + item() + "\"}");
                completed(text);
            }
        }

        private void commit(JsonNode event) throws IOException {
            texts.add(event.toString());
            if (!half) {
                socket.text("{\"type\":\"error\",\"error\":{\"code\":\"input_audio_buffer_commit_empty\"}}");
            } else if (mishap != Mishap.SILENT) {
                completed(utterances.get(next.get() % utterances.size()));
            }
        }

        private void completed(String text) throws IOException {
            socket.text("{\"type\":\"input_audio_buffer.committed\",\"item_id\":\"" + item() + "\"}");
            socket.text(JSON.createObjectNode().put("type", "conversation.item.input_audio_transcription.completed").put("item_id", item())
                    .put("content_index", 0).put("transcript", text).toString());
            next.incrementAndGet();
            bytes = 0;
            half = false;
        }

        private void within() throws IOException {
            switch (mishap) {
                case CUT -> {
                    socket.reset();
                    throw new IOException("cut");
                }
                case ERROR_WITHIN -> socket.text("{\"type\":\"error\",\"error\":{\"type\":\"server_error\",\"code\":null,\"message\":\"oh\"}}");
                case UNKNOWN -> {
                    socket.text("{\"type\":\"tomorrow\",\"item_id\":\"" + item() + "\",\"delta\":[]}");
                    socket.binary(new byte[] {1});
                }
                case HUGE -> socket.promise(3L << 20);
                case GARBAGE -> socket.text("[not json");
                case NONE, SPLIT, REFUSED, BUSY, BUSY_FOR_LONG, NO_QUOTA, ERROR, LOST, UNENDED, SILENT, EMPTY -> { }
            }
        }
    }
}
