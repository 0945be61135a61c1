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

/// OpenAI's Realtime, in a session whose turns are the client's. What is committed is transcribed, and told after a while; what is answered is the
/// next of the answers that it was given: text and audio in two pieces, the call of a tool, or both. What it is to say word for word it says.
public final class PlayedRealtime extends ServiceServer {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Base64.Decoder BASE64 = Base64.getDecoder();
    private static final String WORD_FOR_WORD = "word for word";

    private final PlayedVoice voice;
    private final List<Answer> answers;
    private volatile List<String> words = List.of();
    private volatile int wordsMs;
    private final AtomicInteger turns = new AtomicInteger();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger responses = new AtomicInteger();
    private final AtomicLong heardBytes = new AtomicLong();
    private final List<JsonNode> events = new CopyOnWriteArrayList<>();

    /// @param text what it says; may be empty
    /// @param tool the name of the tool that it calls; empty: none
    /// @param arguments of the tool
    public record Answer(String text, String tool, String arguments) {
        public static Answer says(String text) {
            return new Answer(text, "", "{}");
        }

        public static Answer calls(String tool) {
            return new Answer("", tool, "{}");
        }

        public Answer calling(String other, String with) {
            return new Answer(text, other, with);
        }
    }

    private PlayedRealtime(PlayedVoice voice, List<Answer> answers) {
        this.voice = voice;
        this.answers = List.copyOf(answers);
    }

    /// @param answers from the beginning again behind the last one
    public static PlayedRealtime start(PlayedVoice voice, Answer... answers) {
        PlayedRealtime server = new PlayedRealtime(voice, List.of(answers));
        server.start();
        return server;
    }

    /// What the caller's turns are in words, one after the other; behind the last one, `Turn 3 of the caller.`
    ///
    /// @param afterMs how long that takes
    public PlayedRealtime understanding(int afterMs, String... of) {
        words = List.of(of);
        wordsMs = afterMs;
        return this;
    }

    /// The next answers, so many, fail for the rate when all of them was given.
    public PlayedRealtime failing(int answersToCome) {
        failures.set(answersToCome);
        return this;
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
        private boolean mishapDone;
        private volatile String active = "";
        private volatile boolean cancelled;

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
                int length = BASE64.decode(event.path("audio").asString("")).length;
                heardBytes.addAndGet(length);
                bytes += length;
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
                case "input_audio_buffer.clear" -> bytes = 0;
                case "input_audio_buffer.commit" -> commit(event.path("event_id").asString(""));
                case "response.cancel" -> cancelled = true;
                case "response.create" -> answer(event.path("response").path("instructions").asString(""));
                default -> { }
            }
        }

        private void commit(String event) throws IOException {
            if (bytes == 0) {
                socket.text("{\"type\":\"error\",\"error\":{\"code\":\"input_audio_buffer_commit_empty\",\"event_id\":\"" + event + "\"}}");
                return;
            }
            bytes = 0;
            int number = turns.getAndIncrement();
            String item = "in" + number;
            socket.text("{\"type\":\"input_audio_buffer.committed\",\"item_id\":\"" + item + "\"}");
            String said = number < words.size() ? words.get(number) : "Turn " + (number + 1) + " of the caller.";
            Thread.ofVirtual().name("service-transcript").start(() -> {
                try {
                    PlayedBrain.pause(wordsMs);
                    socket.text("{\"type\":\"conversation.item.input_audio_transcription.completed\",\"item_id\":\"" + item
                            + "\",\"content_index\":0,\"transcript\":\"" + said + "\"}");
                } catch (IOException gone) {
                    // The reading thread finds the same.
                }
            });
        }

        private void answer(String instructions) throws IOException {
            if (!active.isEmpty()) {
                socket.text("{\"type\":\"error\",\"error\":{\"code\":\"conversation_already_has_active_response\"}}");
                return;
            }
            int number = responses.getAndIncrement();
            boolean isGiven = instructions.contains(WORD_FOR_WORD);
            Answer answer = isGiven
                    ? Answer.says(instructions.substring(instructions.indexOf("\n\n") + 2))
                    : answers.get(next.getAndIncrement() % answers.size());
            active = "r" + number;
            cancelled = false;
            Thread.ofVirtual().name("service-answer").start(() -> {
                try {
                    answering(answer, "r" + number);
                } catch (IOException gone) {
                    // The reading thread finds the same.
                }
            });
        }

        private void answering(Answer answer, String response) throws IOException {
            PlayedBrain.pause(voice.firstMs());
            socket.text("{\"type\":\"response.created\",\"response\":{\"id\":\"" + response + "\",\"status\":\"in_progress\"}}");
            String item = "out-" + response;
            String output = "";
            String text = answer.text();
            if (!text.isEmpty()) {
                piece(response, item, text.substring(0, text.length() / 2));
                within(response, item);
                PlayedBrain.pause(voice.betweenMs());
                piece(response, item, text.substring(text.length() / 2)); // also where it was cancelled: it was on its way
            }
            if (!answer.tool().isEmpty()) {
                String call = "\"call_id\":\"call-" + response + "\",\"name\":\"" + answer.tool() + "\"";
                String arguments = JSON.writeValueAsString(answer.arguments());
                output = "{\"type\":\"function_call\"," + call + ",\"arguments\":" + arguments + "}";
                socket.text("{\"type\":\"response.output_item.added\",\"response_id\":\"" + response + "\",\"item\":{\"type\":\"function_call\"," + call + "}}");
                socket.text("{\"type\":\"response.function_call_arguments.done\",\"response_id\":\"" + response + "\",\"call_id\":\"call-" + response
                        + "\",\"arguments\":" + arguments + "}");
                socket.text("{\"type\":\"response.output_item.done\",\"response_id\":\"" + response + "\",\"item\":" + output + "}");
            }
            active = "";
            if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                socket.text("{\"type\":\"response.done\",\"response\":{\"id\":\"" + response + "\",\"status\":\"failed\",\"status_details\":"
                        + "{\"type\":\"failed\",\"error\":{\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\"}},\"output\":[]}}");
                return;
            }
            socket.text("{\"type\":\"response.done\",\"response\":{\"id\":\"" + response + "\",\"status\":\"" + (cancelled ? "cancelled" : "completed")
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
