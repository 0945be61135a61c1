package io.agentstream.worker.service.openai;

import io.agentstream.dev.simulator.services.PlayedRealtime;
import io.agentstream.dev.simulator.services.PlayedRealtime.Answer;
import io.agentstream.dev.simulator.services.PlayedVoice;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.Lived;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Patience;
import io.agentstream.worker.service.Realtime;
import io.agentstream.worker.service.RealtimeSettings;
import io.agentstream.worker.service.Told;
import io.agentstream.worker.service.Usage;
import io.agentstream.worker.service.wire.Wire;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import tools.jackson.databind.JsonNode;

/// A played service, what is told of a conversation with it, and a caller.
abstract class RealtimeFixture {

    static final int TURN = 1_600;
    static final String HELLO = "Hello, this is Acme.";
    static final Usage ANSWERED = new Usage(10, 5, 3, 20, 7, 0, 0);

    final Wire wire = Given.wire();
    final Told<Lived> told = new Told<>();
    PlayedRealtime server = PlayedRealtime.start(PlayedVoice.PROMPT, Answer.says(HELLO));

    @AfterEach
    void end() throws IOException {
        server.close();
        wire.close();
    }

    void plays(PlayedVoice voice, Answer... answers) {
        server.close();
        server = PlayedRealtime.start(voice, answers);
    }

    Realtime open(Patience patience, long sessionMs, Message... history) {
        return open(server.url(), patience, sessionMs, history);
    }

    Realtime open(URI url, Told<Lived> of) {
        return open(url, Given.PATIENCE, RealtimeSettings.USUAL_SESSION_MS, of);
    }

    Realtime open(URI url, Patience patience, long sessionMs, Message... history) {
        return open(url, patience, sessionMs, told, history);
    }

    private Realtime open(URI url, Patience patience, long sessionMs, Told<Lived> of, Message... history) {
        RealtimeSettings settings = new RealtimeSettings(
                Given.to(url, patience), "gpt-realtime", "marin", "You answer the phone.", "en",
                List.of(new BrainRequest.Tool("lookup", "Finds", Json.MAPPER.createObjectNode().put("type", "object"))), sessionMs,
                Json.MAPPER.createObjectNode());
        return new OpenAiRealtimes(wire).open(settings, List.of(history), of::on);
    }

    Realtime open(Message... history) {
        return open(Given.PATIENCE, RealtimeSettings.USUAL_SESSION_MS, history);
    }

    /// The caller says something, and is answered.
    static void speak(Realtime realtime, int turn) {
        for (int at = 0; at < TURN; at += 160) {
            realtime.hear(Slice.of(new byte[160]));
        }
        realtime.finish(turn);
        realtime.answer(turn, "");
    }

    String said(int answer) {
        return told.all(Lived.Said.class).stream().filter(said -> said.answer() == answer).map(Lived.Said::text).collect(Collectors.joining());
    }

    int audioBytes(int answer) {
        return told.all(Lived.Audio.class).stream().filter(audio -> audio.answer() == answer).mapToInt(audio -> audio.muLaw().length()).sum();
    }

    static List<String> texts(List<JsonNode> items) {
        return items.stream().map(event -> event.path("item").path("content").path(0).path("text").asString("")).toList();
    }
}
