package io.agentstream.dev.simulator.services;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Deepgram's `/v1/listen` and `/v2/listen`. It understands what it was told to, one utterance for so many bytes of audio, or for each time that
/// somebody speaks: half of its words in the middle or at the beginning, all of them at the end. What keeps a connection of `/v1/listen` that
/// it is told to end when it is idle is audio, and once there was some, `KeepAlive`.
public final class PlayedDeepgram extends ServiceServer {

    private static final JsonMapper JSON = new JsonMapper();
    private static final double BYTES_PER_SECOND = 8_000;

    private final List<String> utterances;
    private final int bytesEach;
    /// How long after the last voice an utterance is understood; 0: voices are not told from silence.
    private final long finalAfterMs;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicLong heardBytes = new AtomicLong();
    private final List<String> texts = new CopyOnWriteArrayList<>();
    private volatile long idleLimitMs;

    private PlayedDeepgram(List<String> utterances, int bytesEach, long finalAfterMs) {
        this.utterances = List.copyOf(utterances);
        this.bytesEach = bytesEach;
        this.finalAfterMs = finalAfterMs;
    }

    /// @param utterances of two words and more; from the beginning again behind the last one
    public static PlayedDeepgram start(int bytesEach, String... utterances) {
        PlayedDeepgram server = new PlayedDeepgram(List.of(utterances), bytesEach, 0);
        server.start();
        return server;
    }

    /// Understands an utterance this long after somebody's last voice, whatever it is asked.
    public static PlayedDeepgram hearing(long finalAfterMs, String... utterances) {
        PlayedDeepgram server = new PlayedDeepgram(List.of(utterances), Integer.MAX_VALUE, finalAfterMs);
        server.start();
        return server;
    }

    /// Understands an utterance only when it is asked to finish one (`Finalize`), whatever it was given to hear; behind the last one, nothing.
    public static PlayedDeepgram onDemand(String... utterances) {
        return start(Integer.MAX_VALUE, utterances);
    }

    /// From the next connection on, ends one that is idle for so long; 0: none.
    public void endsIdleAfter(long ms) {
        idleLimitMs = ms;
    }

    /// How much audio it got over all connections.
    public long heardBytes() {
        return heardBytes.get();
    }

    /// The text messages that it got, oldest first.
    public List<String> texts() {
        return List.copyOf(texts);
    }

    @Override
    protected void serve(Asked request, Reply reply, Mishap mishap) throws IOException {
        boolean flux = request.path().equals("/v2/listen");
        if (!flux && !request.path().equals("/v1/listen")) {
            reply.json(404, "{\"err_code\":\"NOT_FOUND\"}");
        } else if (!beginsBadly(reply, mishap)) {
            ServiceSocket socket = reply.upgrade();
            if (mishap == Mishap.SPLIT) {
                socket.split(7);
            }
            new Session(socket, mishap, flux ? new Flux(socket) : new Nova(socket, mishap)).run(flux ? 0 : idleLimitMs);
        }
    }

    private final class Session {

        private final ServiceSocket socket;
        private final Mishap mishap;
        private final Speaker speaker;
        private final PlayedSilence silence = new PlayedSilence();
        private long bytes;
        private boolean half;

        private Session(ServiceSocket socket, Mishap mishap, Speaker speaker) {
            this.socket = socket;
            this.mishap = mishap;
            this.speaker = speaker;
        }

        private void run(long idleMs) throws IOException {
            speaker.connected();
            boolean heard = false;
            try (PlayedIdle idle = PlayedIdle.watch(socket, idleMs, 1_011, "NET-0001")) {
                Optional<ServiceSocket.Message> message = socket.next();
                while (message.isPresent()) {
                    heard |= !message.get().isText();
                    if (!message.get().isText()) {
                        hear(message.get().payload());
                    } else if (text(message.get().text())) {
                        return;
                    }
                    if (heard) {
                        idle.broken();
                    }
                    message = socket.next();
                }
            }
        }

        private void hear(byte[] payload) throws IOException {
            heardBytes.addAndGet(payload.length);
            bytes += payload.length;
            if (mishap == Mishap.SILENT) {
                return;
            }
            if (finalAfterMs > 0) {
                if (silence.brokenBy(payload, finalAfterMs, this::fellSilent)) {
                    speaker.half(firstHalf(utterances.get(next.get() % utterances.size())));
                }
                return;
            }
            String text = mishap == Mishap.EMPTY ? "" : utterances.get(next.get() % utterances.size());
            if (!half && bytes >= bytesEach / 2) {
                half = true;
                speaker.half(firstHalf(text));
                within();
            }
            if (bytes >= bytesEach) {
                speaker.whole(text, firstHalf(text));
                next();
            }
        }

        /// On a thread of its own: the reading one waits for what is said next.
        private void fellSilent() throws IOException {
            String text = utterances.get(next.getAndIncrement() % utterances.size());
            speaker.whole(text, firstHalf(text));
        }

        private String flushed() {
            boolean known = bytesEach == Integer.MAX_VALUE ? next.get() < utterances.size() : half;
            return known ? utterances.get(next.get() % utterances.size()) : "";
        }

        private void next() {
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
                case ERROR_WITHIN -> {
                    socket.text("{\"type\":\"Error\",\"description\":\"oh\",\"code\":\"X\"}");
                    socket.close(1011, "internal");
                }
                case UNKNOWN -> {
                    socket.text("{\"type\":\"Tomorrow\",\"channel\":7}");
                    socket.binary(new byte[] {1, 2, 3});
                }
                case HUGE -> socket.promise(3L << 20);
                case GARBAGE -> socket.text("[not json");
                case NONE, SPLIT, REFUSED, BUSY, BUSY_FOR_LONG, NO_QUOTA, ERROR, LOST, UNENDED, SILENT, EMPTY -> { }
            }
        }

        /// @return whether that was the end
        private boolean text(String text) throws IOException {
            texts.add(text);
            if (text.contains("CloseStream")) {
                socket.text("{\"type\":\"Metadata\",\"duration\":1.0}");
                socket.close(1_000, "");
                return true;
            }
            if (text.contains("Finalize") && mishap != Mishap.SILENT && finalAfterMs == 0) {
                speaker.flush(flushed());
                next();
            }
            return false;
        }
    }

    private static String firstHalf(String text) {
        int blank = text.indexOf(' ', text.length() / 2);
        return blank < 0 ? text : text.substring(0, blank);
    }

    private interface Speaker {
        void connected() throws IOException;

        void half(String text) throws IOException;

        void whole(String text, String first) throws IOException;

        void flush(String text) throws IOException;
    }

    private final class Nova implements Speaker {

        private final ServiceSocket socket;
        private final Mishap mishap;
        private final long before = heardBytes.get();
        private double from;

        private Nova(ServiceSocket socket, Mishap mishap) {
            this.socket = socket;
            this.mishap = mishap;
        }

        @Override
        public void connected() {}

        @Override
        public void half(String text) throws IOException {
            socket.text("{\"type\":\"SpeechStarted\",\"channel\":[0,1],\"timestamp\":" + from + "}");
            results(text, false, false, false);
        }

        @Override
        public void whole(String text, String first) throws IOException {
            String rest = text.substring(first.length()).strip();
            results(first, true, false, false);
            results(rest, false, false, false);
            results(rest, true, mishap != Mishap.UNENDED, false);
            if (mishap == Mishap.UNENDED) {
                socket.text("{\"type\":\"UtteranceEnd\",\"channel\":[0,1],\"last_word_end\":2.39}");
            }
            socket.text("{\"type\":\"UtteranceEnd\",\"channel\":[0,1],\"last_word_end\":2.39}");
        }

        @Override
        public void flush(String text) throws IOException {
            results(text, true, false, true);
        }

        private void results(String text, boolean isFinal, boolean speechFinal, boolean fromFinalize) throws IOException {
            double to = (heardBytes.get() - before) / BYTES_PER_SECOND;
            ObjectNode message = JSON.createObjectNode().put("type", "Results").put("start", from).put("duration", to - from)
                    .put("is_final", isFinal).put("speech_final", speechFinal).put("from_finalize", fromFinalize);
            ObjectNode best = message.putObject("channel").putArray("alternatives").addObject();
            best.put("transcript", text).put("confidence", 0.98);
            var words = best.putArray("words");
            for (String word : text.isEmpty() ? new String[0] : text.split(" ", -1)) {
                words.addObject().put("word", word).put("start", from).put("end", to).put("confidence", 0.9);
            }
            socket.text(message.toString());
            from = speechFinal || fromFinalize ? to : from;
        }
    }

    private static final class Flux implements Speaker {

        private final ServiceSocket socket;
        private final AtomicInteger turn = new AtomicInteger();

        private Flux(ServiceSocket socket) {
            this.socket = socket;
        }

        @Override
        public void connected() throws IOException {
            socket.text("{\"type\":\"Connected\",\"request_id\":\"r-1\",\"sequence_id\":0}");
        }

        @Override
        public void half(String text) throws IOException {
            info("StartOfTurn", "");
            info("Update", text);
            info("EagerEndOfTurn", text);
            info("TurnResumed", text);
        }

        @Override
        public void whole(String text, String first) throws IOException {
            info("Update", text);
            info("EndOfTurn", text);
            turn.incrementAndGet();
        }

        @Override
        public void flush(String text) {}

        private void info(String event, String transcript) throws IOException {
            socket.text(JSON.createObjectNode().put("type", "TurnInfo").put("event", event).put("turn_index", turn.get())
                    .put("transcript", transcript).put("end_of_turn_confidence", 0.5).toString());
        }
    }
}
