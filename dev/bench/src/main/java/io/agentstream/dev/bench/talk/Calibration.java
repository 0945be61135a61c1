package io.agentstream.dev.bench.talk;

import io.agentstream.schemas.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// How long the played services take, and the agent that asks them.
public final class Calibration {

    /// From the caller's last voice to the words.
    static final long EAR_MS = 250;
    /// From the question to the first token, and from one to the next: 60 a second, a little less in whole milliseconds.
    static final long BRAIN_MS = 400;
    static final long TOKEN_MS = 17;
    /// From the text to its first audio.
    static final long MOUTH_MS = 150;

    /// A caller who has asked that.
    static final String QUESTION = "Where is my order number seven?";
    static final String GREETING = "Welcome to Acme, what can I do for you?";

    /// What the brain says, by tokens. The first sentence is known to be one when the token behind it is there.
    static final String[] TOKENS = {
        "Certainly.", " It", " left", " our", " house", " on", " Monday", " and", " should", " be", " with", " you", " by", " Friday."
    };
    private static final int TOKENS_OF_THE_FIRST_SENTENCE = 2;

    /// 60 ms a character, about as fast as people speak.
    static final int BYTES_PER_CHARACTER = 480;

    /// As played services bill.
    static final int TOKENS_PER_QUESTION = 132;

    private Calibration() {}

    /// From the caller's last voice to the first audio of the answer, as far as the services' own doing.
    public static long servicesMs() {
        return EAR_MS + BRAIN_MS + (TOKENS_OF_THE_FIRST_SENTENCE - 1) * TOKEN_MS + MOUTH_MS;
    }

    /// In one sentence.
    public static String shown() {
        return "ear " + EAR_MS + " ms, brain " + BRAIN_MS + " ms and " + TOKEN_MS + " ms a token until the first sentence is one, mouth " + MOUTH_MS + " ms";
    }

    /// The turn ends when the ear has the words: the shortest pause that ends one is shorter than the ear's own delay.
    ///
    /// @param services addresses, as [ServicesPart] tells them
    public static ObjectNode agent(JsonNode services) {
        return (ObjectNode) Json.MAPPER.readTree("""
                {"engine": "cascade",
                 "services": {
                   "ear": [{"service": "deepgram", "model": "flux-general-en", "base_url": "%s"}],
                   "brain": [{"service": "openai", "model": "m-1", "base_url": "%s"}],
                   "mouth": [{"service": "elevenlabs", "voice": "21m00Tcm4TlvDq8ikWAM", "base_url": "%s"}]},
                 "settings": {"endpointing": {"min_ms": 200, "max_ms": 200, "short_answer_ms": 200, "adapts": false}},
                 "start": "talk",
                 "nodes": {"talk": {"type": "agent", "say": "%s", "prompt": "You are kind."}}}
                """.formatted(
                        services.path("ear").asString(), services.path("brain").asString(), services.path("mouth").asString(), GREETING));
    }
}
