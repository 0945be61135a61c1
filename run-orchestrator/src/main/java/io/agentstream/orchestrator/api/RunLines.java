package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Runs;
import java.util.Arrays;

/// Runs as NDJSON: each as it is shown alone, on a line.
final class RunLines implements RunWriter {

    @Override
    public String type() {
        return MediaTypes.NDJSON;
    }

    @Override
    public byte[] start() {
        return new byte[0];
    }

    @Override
    public byte[] line(Runs.Run run) {
        byte[] json = Json.bytes(RunRoutes.json(run));
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }
}
