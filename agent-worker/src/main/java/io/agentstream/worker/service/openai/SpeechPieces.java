package io.agentstream.worker.service.openai;

import io.agentstream.audio.TelephoneStream;
import io.agentstream.runtime.outbound.OutboundStreams;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.MouthSettings;
import io.agentstream.worker.service.Patience;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.wire.Broken;
import io.agentstream.worker.service.wire.HttpTask;
import io.agentstream.worker.service.wire.Messages;
import io.agentstream.worker.service.wire.PiecewiseMouth;
import io.agentstream.worker.service.wire.Query;
import io.agentstream.worker.service.wire.Retry;
import io.agentstream.worker.service.wire.ServiceException;
import io.agentstream.worker.service.wire.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The pieces of an utterance, spoken by requests to `audio/speech`, one for each.
final class SpeechPieces implements PiecewiseMouth.Pieces {

    /// Longer texts are refused by the service.
    static final int MAX_PIECE_CHARACTERS = 4_000;

    private static final int SAMPLE_RATE_HZ = 24_000;
    private static final int BUFFER_BYTES = 8 * 1_024;

    private final Wire wire;
    private final MouthSettings settings;
    private final AtomicReference<@Nullable HttpTask> current = new AtomicReference<>();

    SpeechPieces(Wire wire, MouthSettings settings) {
        this.wire = wire;
        this.settings = settings;
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

    @Override
    public @Nullable ServiceFailure speak(String piece, PiecewiseMouth.Out out) {
        HttpTask task = new HttpTask(wire, patience(), Retry.USUAL);
        current.set(task);
        if (!out.isOpen()) {
            return null;
        }
        return task.run(() -> request(piece), () -> new Pcm(out));
    }

    @Override
    public void cancel() {
        HttpTask task = current.get();
        if (task != null) {
            task.cancel();
        }
    }

    /// An answer that says, or shows, that it is anything but samples would be heard as noise.
    private record Pcm(PiecewiseMouth.Out out) implements HttpTask.Reader {

        private static final Set<String> TYPES =
                Set.of("audio/pcm", "audio/l16", "audio/x-pcm", "audio/raw", "application/octet-stream", "binary/octet-stream");

        /// What files and JSON begin with. The latter with what stands behind the brace: samples may be a brace.
        private static final List<String> OTHERS = List.of("RIFF", "ID3", "OggS", "fLaC", "{\"", "{ ", "{\n", "{\r");
        private static final int LONGEST_BEGINNING = 4;

        @Override
        public void head(Function<String, @Nullable String> header) throws ServiceException {
            String type = header.apply("Content-Type");
            String encoding = header.apply("Content-Encoding");
            boolean isPcm = type == null || TYPES.contains(type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT));
            if (!isPcm || (encoding != null && !encoding.strip().equalsIgnoreCase("identity"))) {
                throw Broken.because("an answer that is no PCM");
            }
        }

        @Override
        public void read(InputStream answer, Runnable begun) throws IOException, ServiceException {
            TelephoneStream telephone = new TelephoneStream(SAMPLE_RATE_HZ);
            byte[] buffer = new byte[BUFFER_BYTES];
            int length = answer.readNBytes(buffer, 0, LONGEST_BEGINNING);
            String beginning = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
            if (OTHERS.stream().anyMatch(beginning::startsWith)) {
                throw Broken.because("an answer that is no PCM");
            }
            while (length >= 0) {
                out.audio(telephone.add(buffer, 0, length), begun);
                length = answer.read(buffer);
            }
            out.audio(telephone.end(), begun);
        }
    }
}
