package io.agentstream.worker.service.deepgram;

import io.agentstream.worker.service.TimedWord;
import io.agentstream.worker.service.wire.Broken;
import io.agentstream.worker.service.wire.EarDialect.Hearing;
import io.agentstream.worker.service.wire.EarDialect.Idle;
import io.agentstream.worker.service.wire.EarTurn;
import io.agentstream.worker.service.wire.Messages;
import io.agentstream.worker.service.wire.ServiceException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// One connection of listen v1: pieces are put together until a pause (`speech_final`), a pause with noise in it (`UtteranceEnd`), or the
/// answer to `Finalize`.
final class NovaHearing implements Hearing {

    private final long offsetMs;
    private final EarTurn turn;
    private final int keepAliveMs;

    NovaHearing(long offsetMs, EarTurn turn, int keepAliveMs) {
        this.offsetMs = offsetMs;
        this.turn = turn;
        this.keepAliveMs = keepAliveMs;
    }

    @Override
    public void read(String message) throws ServiceException {
        JsonNode said = Messages.read(message);
        switch (Messages.text(said, "type")) {
            case "Results" -> results(said);
            case "SpeechStarted" -> turn.speechBegan();
            case "UtteranceEnd" -> turn.ended();
            case "Error" -> throw Broken.because("an error in the stream");
            default -> { } // what is new, and what is of no use
        }
    }

    private void results(JsonNode said) {
        JsonNode best = said.path("channel").path("alternatives").path(0);
        String text = Messages.text(best, "transcript");
        long endMs = offsetMs + ms(said.path("start").asDouble(0) + said.path("duration").asDouble(0));
        if (!said.path("is_final").asBoolean(false)) {
            turn.interim(text, endMs);
            return;
        }
        turn.piece(text, words(best), best.path("confidence").asDouble(1), endMs);
        if (said.path("speech_final").asBoolean(false) || said.path("from_finalize").asBoolean(false)) {
            turn.ended();
        }
    }

    private List<TimedWord> words(JsonNode best) {
        List<TimedWord> words = new ArrayList<>();
        for (JsonNode word : best.path("words")) {
            long startMs = offsetMs + ms(word.path("start").asDouble(0));
            words.add(new TimedWord(
                    word.path("punctuated_word").asString(Messages.text(word, "word")), startMs,
                    Math.max(startMs, offsetMs + ms(word.path("end").asDouble(0)))));
        }
        return words;
    }

    private static long ms(double seconds) {
        return Math.round(seconds * 1_000);
    }

    @Override
    public String finish() {
        return "{\"type\":\"Finalize\"}";
    }

    @Override
    public int idleMs() {
        return keepAliveMs;
    }

    @Override
    public Idle idle() {
        return new Idle.Text("{\"type\":\"KeepAlive\"}");
    }

    @Override
    public String bye() {
        return "{\"type\":\"CloseStream\"}";
    }
}
