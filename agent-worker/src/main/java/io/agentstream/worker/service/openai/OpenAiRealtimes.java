package io.agentstream.worker.service.openai;

import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Realtime;
import io.agentstream.worker.service.RealtimeService;
import io.agentstream.worker.service.RealtimeSettings;
import io.agentstream.worker.service.wire.Wire;
import java.util.List;

/// OpenAI's Realtime over a WebSocket, in its general form (not the beta's), mu-law both ways.
public final class OpenAiRealtimes implements RealtimeService {

    private final Wire wire;

    public OpenAiRealtimes(Wire wire) {
        this.wire = wire;
    }

    @Override
    public String name() {
        return OpenAi.NAME;
    }

    @Override
    public String usualModel() {
        return "gpt-realtime";
    }

    @Override
    public String usualVoice() {
        return "marin";
    }

    @Override
    public Realtime open(RealtimeSettings settings, List<Message> history, Realtime.Listener listener) {
        return RealtimeCall.open(wire, settings, history, listener);
    }
}
