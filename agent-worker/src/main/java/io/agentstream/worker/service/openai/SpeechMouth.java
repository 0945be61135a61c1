package io.agentstream.worker.service.openai;

import io.agentstream.audio.TelephoneStream;
import io.agentstream.runtime.outbound.OutboundStreams;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.MouthSettings;
import io.agentstream.worker.service.Patience;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.Usage;
import io.agentstream.worker.service.wire.Broken;
import io.agentstream.worker.service.wire.Gate;
import io.agentstream.worker.service.wire.HttpTask;
import io.agentstream.worker.service.wire.Messages;
import io.agentstream.worker.service.wire.Query;
import io.agentstream.worker.service.wire.Retry;
import io.agentstream.worker.service.wire.ServiceException;
import io.agentstream.worker.service.wire.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Speaks by requests to `audio/speech`, one for each piece, in order: a virtual thread for each utterance.
final class SpeechMouth implements Mouth {

    private static final int SAMPLE_RATE_HZ = 24_000;
    private static final int BYTES_PER_MS = 8;
    private static final int BUFFER_BYTES = 8 * 1_024;
    /// Longer texts are refused by the service.
    private static final int MAX_PIECE_CHARACTERS = 4_000;

    private final Wire wire;
    private final MouthSettings settings;
    private final Set<Speaking> utterances = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    SpeechMouth(Wire wire, MouthSettings settings) {
        this.wire = wire;
        this.settings = settings;
    }

    @Override
    public Utterance speak(Listener listener) {
        Speaking speaking = new Speaking(listener);
        utterances.add(speaking);
        if (closed) {
            speaking.cancel();
        } else {
            Thread.ofVirtual().name("service-mouth").start(speaking::run);
        }
        return speaking;
    }

    @Override
    public void close() {
        closed = true;
        utterances.forEach(Speaking::cancel);
    }

    private URI base() {
        return OpenAi.base(settings.connection().url());
    }

    private OutboundStreams.Request request(String text) {
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.put("model", settings.model()).put("voice", settings.voice()).put("input", text).put("response_format", "pcm");
        Map<String, String> headers = new HashMap<>(OpenAi.proof(base(), settings.connection().key().key()));
        headers.put("Content-Type", "application/json");
        return new OutboundStreams.Request(
                "POST", new Query(base(), "http", "/audio/speech").uri(), headers,
                Messages.withOptions(settings.options(), body).toString(), patience().silenceMs());
    }

    private Patience patience() {
        return settings.connection().patience();
    }

    private final class Speaking implements Utterance {

        /// A piece, or empty for the end.
        private final LinkedBlockingQueue<String> pieces = new LinkedBlockingQueue<>();
        private final Gate<Spoken> gate;
        private final AtomicLong characters = new AtomicLong();
        private final AtomicLong audioBytes = new AtomicLong();
        private final AtomicReference<@Nullable HttpTask> current = new AtomicReference<>();
        private volatile boolean ended;

        private Speaking(Listener listener) {
            gate = new Gate<>(listener::on);
        }

        @Override
        public boolean say(String text) {
            if (ended || !gate.isOpen() || characters.get() + text.length() > MAX_TEXT_CHARACTERS) {
                return false;
            }
            characters.addAndGet(text.length());
            for (int at = 0; at < text.length(); at += MAX_PIECE_CHARACTERS) {
                String piece = text.substring(at, Math.min(text.length(), at + MAX_PIECE_CHARACTERS));
                if (!piece.isBlank()) {
                    pieces.add(piece);
                }
            }
            return true;
        }

        @Override
        public void end() {
            ended = true;
            pieces.add("");
        }

        @Override
        public void cancel() {
            gate.shut();
            stop();
        }

        private void stop() {
            ended = true;
            pieces.add("");
            HttpTask task = current.get();
            if (task != null) {
                task.cancel();
            }
            utterances.remove(this);
        }

        @Override
        public Usage usage() {
            return Usage.spoken(characters.get(), audioBytes.get() / BYTES_PER_MS);
        }

        private void run() {
            try {
                String piece = pieces.take();
                while (!piece.isEmpty() && gate.isOpen()) {
                    ServiceFailure failure = speak(piece);
                    if (failure != null) {
                        gate.tellLast(new Spoken.Failed(failure, usage()));
                        return;
                    }
                    piece = pieces.take();
                }
                gate.tellLast(new Spoken.Done(usage()));
            } catch (InterruptedException | RuntimeException wrong) { // ours: nobody may wait for a voice that does not come
                gate.tellLast(new Spoken.Failed(new ServiceFailure.Broken("our adapter"), usage()));
            } finally {
                utterances.remove(this);
            }
        }

        private @Nullable ServiceFailure speak(String piece) {
            HttpTask task = new HttpTask(wire, patience(), Retry.USUAL);
            current.set(task);
            if (!gate.isOpen()) {
                return null;
            }
            return task.run(() -> request(piece), () -> this::read);
        }

        private void read(InputStream answer, Runnable begun) throws IOException, ServiceException {
            TelephoneStream telephone = new TelephoneStream(SAMPLE_RATE_HZ);
            byte[] buffer = new byte[BUFFER_BYTES];
            int length = answer.read(buffer);
            while (length >= 0) {
                tell(telephone.add(buffer, 0, length), begun);
                length = answer.read(buffer);
            }
            tell(telephone.end(), begun);
        }

        private void tell(byte[] muLaw, Runnable begun) throws ServiceException {
            if (muLaw.length > 0) {
                if (audioBytes.addAndGet(muLaw.length) > MAX_AUDIO_BYTES) {
                    throw Broken.because("more audio than an utterance may have");
                }
                begun.run();
                gate.tell(new Spoken.Audio(Slice.of(muLaw)));
            }
        }
    }
}
