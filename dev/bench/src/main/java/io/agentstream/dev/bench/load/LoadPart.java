package io.agentstream.dev.bench.load;

import io.agentstream.dev.bench.process.Part;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A load generator that is asked to `place`, `begin`, `end` and `hang_up`, and for the calls' `pauses` since it was told to `listen`.
public final class LoadPart implements Part {

    private static final long SEED = 20_261_122;

    private final LoadGenerator generator;

    public LoadPart(JsonNode settings) throws IOException {
        this.generator = new LoadGenerator(Json.MAPPER.treeToValue(settings, LoadPlan.class), SEED);
    }

    @Override
    public Object opened() {
        return Map.of();
    }

    @Override
    public Object answer(String question, JsonNode argument) throws IOException, InterruptedException {
        return switch (question) {
            case "place" -> generator.place();
            case "begin" -> {
                generator.begin();
                yield Map.of();
            }
            case "end" -> generator.end();
            case "listen" -> {
                generator.listen();
                yield Map.of();
            }
            case "pauses" -> generator.pauses();
            case "hang_up" -> generator.hangUp();
            default -> throw Part.unknown(question);
        };
    }

    @Override
    public void close() throws IOException {
        generator.close();
    }
}
