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
import tools.jackson.databind.node.ObjectNode;

/// OpenAI's Realtime. After so many bytes of audio a turn of the caller is over: what he said is transcribed, late, and answered. An answer
/// is the next of those that it was given: text and audio in two pieces, or the call of a tool.
public final class PlayedRealtime extends ServiceServer {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Base64.Decoder BASE64 = Base64.getDecoder();

    private final PlayedVoice voice;
    private final int bytesEach;
    private final List<Answer> answers;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicLong heardBytes = new AtomicLong();
    private final List<JsonNode> events = new CopyOnWriteArrayList<>();

    /// Either text, or a tool's name.
    public record Answer(String text, String tool) {
        public static Answer says(String text) {
            return new Answer(text, "");
        }

        public static Answer calls(String tool) {
            return new Answer("", tool);
        }
    }

    private PlayedRealtime(PlayedVoice voice, int bytesEach, List<Answer> answers) {
        this.voice = voice;
        this.bytesEach = bytesEach;
        this.answers = List.copyOf(answers);
    }

    /// @param answers from the beginning again behind the last one
    public static PlayedRealtime start(PlayedVoice voice, int bytesEach, Answer... answers) {
        PlayedRealtime server = new PlayedRealtime(voice, bytesEach, List.of(answers));
        server.start();
        return server;
    }

    public long heardBytes() {
        return heardBytes.get();
    }

    /// What it was told but for audio, over all sessions, oldest first.
    public List<JsonNode> events() {
        return List.copyOf(events);
    }

    public List<JsonNode> events(String type) {
        return events.stream().filter(event -> event.path("type").asString("").equals(type)).toList();
    }

    @Override
    protected void serve(Asked request, Reply reply, Mishap mishap) throws IOException {
        if (!request.path().equals("/realtime")) {
            reply.json(404, "{\"error\":{}}");
        } else if (!beginsBadly(reply, mishap)) {
            ServiceSocket socket = reply.upgrade();
            if (mishap == Mishap.SPLIT) {
                socket.split(100);
            }
            new Session(socket, mishap).run();
        }
    }

    private final class Session {

        private final ServiceSocket socket;
        private final Mishap mishap;
        private long bytes;
        private boolean speaking;
        private int items;
        private boolean mishapDone;
        private volatile String active = "";
        private volatile boolean interrupted;

        private Session(ServiceSocket socket, Mishap mishap) {
            this.socket = socket;
            this.mishap = mishap;
        }

        private void run() throws IOException {
            socket.text("{\"type\":\"session.created\",\"session\":{}}");
            Optional<ServiceSocket.Message> message = socket.next();
            while (message.isPresent()) {
                take(JSON.readTree(message.get().text()));
                message = socket.next();
            }
        }

        private void take(JsonNode event) throws IOException {
            String type = event.path("type").asString("");
            if (type.equals("input_audio_buffer.append")) {
                hear(BASE64.decode(event.path("audio").asString("")).length);
                return;
            }
            events.add(event);
            switch (type) {
                case "session.update" -> {
                    if (mishap == Mishap.GARBAGE) {
                        socket.text("{\"type\":\"error\",\"error\":{\"code\":\"invalid_value\",\"event_id\":\"setup\"}}");
                    } else if (mishap != Mishap.SILENT) {
                        socket.text("{\"type\":\"session.updated\",\"session\":{}}");
                    }
                }
                case "response.create" -> answer();
                default -> { }
            }
        }

        private void hear(int length) throws IOException {
            heardBytes.addAndGet(length);
            bytes += length;
            if (!speaking && bytes >= bytesEach / 2) {
                speaking = true;
                interrupted = true; // as `interrupt_response` asks for
                socket.text("{\"type\":\"input_audio_buffer.speech_started\",\"audio_start_ms\":1,\"item_id\":\"in" + ++items + "\"}");
            }
            if (bytes >= bytesEach) {
                bytes = 0;
                speaking = false;
                String item = "in" + items;
                socket.text("{\"type\":\"input_audio_buffer.speech_stopped\",\"audio_end_ms\":2,\"item_id\":\"" + item + "\"}");
                socket.text("{\"type\":\"input_audio_buffer.committed\",\"item_id\":\"" + item + "\"}");
                answer();
                socket.text("{\"type\":\"conversation.item.input_audio_transcription.completed\",\"item_id\":\"" + item
                        + "\",\"content_index\":0,\"transcript\":\"Turn " + items + " of the caller.\"}");
            }
        }

        private void answer() throws IOException {
            if (!active.isEmpty()) {
                socket.text("{\"type\":\"error\",\"error\":{\"code\":\"conversation_already_has_active_response\"}}");
                return;
            }
            int number = next.getAndIncrement();
            Answer answer = answers.get(number % answers.size());
            active = "r" + number;
            interrupted = false;
            Thread.ofVirtual().name("service-answer").start(() -> {
                try {
                    answering(answer, "r" + number);
                } catch (IOException gone) {
                    // The reading thread finds the same.
                }
            });
        }

        private void answering(Answer answer, String response) throws IOException {
            socket.text("{\"type\":\"response.created\",\"response\":{\"id\":\"" + response + "\",\"status\":\"in_progress\"}}");
            String item = "out-" + response;
            String output = "";
            if (answer.tool().isEmpty()) {
                String text = answer.text();
                piece(response, item, text.substring(0, text.length() / 2));
                within(response, item);
                PlayedBrain.pause(voice.betweenMs());
                piece(response, item, text.substring(text.length() / 2)); // also where it was interrupted: it was on its way
            } else {
                output = "{\"type\":\"function_call\",\"call_id\":\"call-" + response + "\",\"name\":\"" + answer.tool() + "\",\"arguments\":\"{}\"}";
                socket.text("{\"type\":\"response.output_item.added\",\"response_id\":\"" + response + "\",\"item\":{\"type\":\"function_call\",\"call_id\":\"call-"
                        + response + "\",\"name\":\"" + answer.tool() + "\"}}");
                socket.text("{\"type\":\"response.function_call_arguments.done\",\"response_id\":\"" + response + "\",\"call_id\":\"call-" + response
                        + "\",\"arguments\":\"{}\"}");
                socket.text("{\"type\":\"response.output_item.done\",\"response_id\":\"" + response + "\",\"item\":" + output + "}");
            }
            active = "";
            socket.text("{\"type\":\"response.done\",\"response\":{\"id\":\"" + response + "\",\"status\":\"" + (interrupted ? "cancelled" : "completed")
                    + "\",\"output\":[" + output + "],\"usage\":{\"total_tokens\":40,\"input_token_details\":{\"text_tokens\":10,\"audio_tokens\":20,"
                    + "\"cached_tokens\":5},\"output_token_details\":{\"text_tokens\":3,\"audio_tokens\":7}}}}");
        }

        private void within(String response, String item) throws IOException {
            if (mishapDone) {
                return;
            }
            mishapDone = true;
            switch (mishap) {
                case CUT -> {
                    socket.reset();
                    throw new IOException("cut");
                }
                case ERROR_WITHIN -> socket.text("{\"type\":\"error\",\"error\":{\"code\":\"session_expired\"}}");
                case UNKNOWN -> {
                    socket.text("{\"type\":\"tomorrow\",\"response_id\":\"" + response + "\",\"item_id\":\"" + item + "\",\"delta\":7}");
                    socket.text("{\"type\":\"error\",\"error\":{\"code\":\"response_cancel_not_active\"}}");
                }
                case HUGE -> socket.promise(3L << 20);
                case NONE, SPLIT, REFUSED, BUSY, BUSY_FOR_LONG, NO_QUOTA, ERROR, LOST, UNENDED, SILENT, EMPTY, GARBAGE -> { }
            }
        }

        private void piece(String response, String item, String text) throws IOException {
            ObjectNode words = delta("response.output_audio_transcript.delta", response, item).put("delta", text);
            socket.text(words.toString());
            socket.text(delta("response.output_audio.delta", response, item).put("delta", Base64.getEncoder().encodeToString(voice.audio(text))).toString());
        }

        private static ObjectNode delta(String type, String response, String item) {
            return JSON.createObjectNode().put("type", type).put("response_id", response).put("item_id", item).put("output_index", 0)
                    .put("content_index", 0);
        }
    }
}
