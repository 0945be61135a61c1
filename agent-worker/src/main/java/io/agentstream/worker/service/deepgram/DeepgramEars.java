package io.agentstream.worker.service.deepgram;

import io.agentstream.runtime.Secret;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.EarService;
import io.agentstream.worker.service.EarSettings;
import io.agentstream.worker.service.wire.EarDialect;
import io.agentstream.worker.service.wire.EarTurn;
import io.agentstream.worker.service.wire.Languages;
import io.agentstream.worker.service.wire.Query;
import io.agentstream.worker.service.wire.StreamingEar;
import io.agentstream.worker.service.wire.Wire;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Deepgram's two ways of hearing: a model whose name begins with `flux` takes turns by itself, every other one is told by pauses.
public final class DeepgramEars implements EarService {

    private static final URI BASE = URI.create("https://api.deepgram.com");
    /// Below this the service refuses the request.
    private static final int UTTERANCE_END_MS = 1_000;
    private static final String MANY_LANGUAGES = "flux-general-multi";
    /// The service closes after ten seconds without audio or a message that it is to wait.
    private static final int KEEP_ALIVE_MS = 4_000;

    private final Wire wire;
    private final int keepAliveMs;

    public DeepgramEars(Wire wire) {
        this(wire, KEEP_ALIVE_MS);
    }

    /// @param keepAliveMs after how long a pause of the audio the service is told to wait for more
    DeepgramEars(Wire wire, int keepAliveMs) {
        this.wire = wire;
        this.keepAliveMs = keepAliveMs;
    }

    @Override
    public String name() {
        return "deepgram";
    }

    @Override
    public String usualModel() {
        return "nova-3";
    }

    @Override
    public Ear open(EarSettings settings, Ear.Listener listener) {
        EarDialect dialect = settings.model().startsWith("flux") ? new Flux(settings) : new Nova(settings, keepAliveMs);
        return StreamingEar.open(wire, settings.connection(), dialect, listener);
    }

    private static URI base(@Nullable URI given) {
        return given == null ? BASE : given;
    }

    private static Map<String, String> token(Secret key) {
        return Map.of("Authorization", "Token " + key.reveal());
    }

    private static Query listen(EarSettings settings, String path) {
        Query query = new Query(base(settings.connection().url()), "ws", path)
                .with("model", settings.model())
                .with("encoding", "mulaw")
                .with("sample_rate", "8000");
        settings.keyterms().forEach(term -> query.with("keyterm", term));
        return query;
    }

    private record Nova(EarSettings settings, int keepAliveMs) implements EarDialect {

        @Override
        public URI url() {
            return listen(settings, "/v1/listen")
                    .with("channels", "1")
                    .with("language", settings.language())
                    .with("interim_results", "true")
                    .with("vad_events", "true")
                    .with("endpointing", Integer.toString(settings.endpointingMs()))
                    .with("utterance_end_ms", Integer.toString(Math.max(UTTERANCE_END_MS, settings.endpointingMs())))
                    .with("punctuate", "true")
                    .withOptions(settings.options())
                    .uri();
        }

        @Override
        public Map<String, String> proof(Secret key) {
            return token(key);
        }

        @Override
        public Hearing hearing(long offsetMs, EarTurn turn) {
            return new NovaHearing(offsetMs, turn, keepAliveMs);
        }
    }

    private record Flux(EarSettings settings) implements EarDialect {

        @Override
        public URI url() {
            Query query = listen(settings, "/v2/listen");
            if (settings.model().equals(MANY_LANGUAGES)) { // the other one takes no hint
                query.with("language_hint", Languages.primary(settings.language()));
            }
            return query.withOptions(settings.options()).uri();
        }

        @Override
        public Map<String, String> proof(Secret key) {
            return token(key);
        }

        @Override
        public Hearing hearing(long offsetMs, EarTurn turn) {
            return new FluxHearing(turn);
        }
    }
}
