package io.agentstream.worker.service.openai;

import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.MouthService;
import io.agentstream.worker.service.MouthSettings;
import io.agentstream.worker.service.wire.PiecewiseMouth;
import io.agentstream.worker.service.wire.Wire;

/// OpenAI's voices: a request for each piece of text. They come at 24 kHz and are brought to telephone audio here.
public final class OpenAiMouths implements MouthService {

    private final Wire wire;

    public OpenAiMouths(Wire wire) {
        this.wire = wire;
    }

    @Override
    public String name() {
        return OpenAi.NAME;
    }

    @Override
    public String usualModel() {
        return "gpt-4o-mini-tts";
    }

    @Override
    public String usualVoice() {
        return "marin";
    }

    @Override
    public Mouth open(MouthSettings settings) {
        return new PiecewiseMouth(SpeechPieces.MAX_PIECE_CHARACTERS, () -> new SpeechPieces(wire, settings));
    }
}
