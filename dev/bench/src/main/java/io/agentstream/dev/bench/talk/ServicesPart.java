package io.agentstream.dev.bench.talk;

import io.agentstream.audio.MuLaw;
import io.agentstream.dev.bench.process.Part;
import io.agentstream.dev.simulator.services.PlayedBrain;
import io.agentstream.dev.simulator.services.PlayedChat;
import io.agentstream.dev.simulator.services.PlayedDeepgram;
import io.agentstream.dev.simulator.services.PlayedElevenLabs;
import io.agentstream.dev.simulator.services.PlayedVoice;
import io.agentstream.schemas.Json;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// The services in a process of their own, played over the wire; asked for `counts` it says what they have done so far.
public final class ServicesPart implements Part {

    private final PlayedDeepgram ear = PlayedDeepgram.hearing(Calibration.EAR_MS, Calibration.QUESTION);
    private final PlayedChat brain =
            PlayedChat.start(PlayedBrain.says(Calibration.TOKENS).slowly(Calibration.BRAIN_MS, Calibration.TOKEN_MS));
    private final PlayedElevenLabs mouth =
            PlayedElevenLabs.start(new PlayedVoice(Calibration.BYTES_PER_CHARACTER, Calibration.MOUTH_MS, 0));

    /// What was used, as services bill it.
    ///
    /// @param tokens of questions and answers
    /// @param characters that were spoken
    public record Counts(double secondsHeard, long tokens, long characters, double secondsSpoken) {

        public Counts since(Counts before) {
            return new Counts(
                    secondsHeard - before.secondsHeard, tokens - before.tokens, characters - before.characters, secondsSpoken - before.secondsSpoken);
        }
    }

    @Override
    public Object opened() {
        return Map.of("ear", ear.url().toString(), "brain", brain.url().toString(), "mouth", mouth.url().toString());
    }

    @Override
    public Object answer(String question, JsonNode argument) {
        if (!question.equals("counts")) {
            throw Part.unknown(question);
        }
        double bytesPerSecond = MuLaw.BYTES_PER_MS * 1_000.0;
        long characters = mouth.texts().stream()
                .mapToLong(message -> Json.MAPPER.readTree(message).path("text").asString("").strip().length())
                .sum();
        return new Counts(
                ear.heardBytes() / bytesPerSecond, (long) brain.asked().size() * Calibration.TOKENS_PER_QUESTION, characters,
                characters * Calibration.BYTES_PER_CHARACTER / bytesPerSecond);
    }

    @Override
    public void close() {
        ear.close();
        brain.close();
        mouth.close();
    }
}
