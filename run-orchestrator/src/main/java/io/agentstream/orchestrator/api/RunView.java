package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Runs;
import java.time.Instant;
import tools.jackson.databind.node.ObjectNode;

/// A run as the API shows it, for others who show it. Any thread.
public final class RunView {
    private RunView() {}

    public static ObjectNode of(Runs.Run run) {
        ObjectNode json = RunRoutes.json(run);
        json.remove("match"); // nobody has looked for it
        return json;
    }

    /// RFC 3339 in UTC with milliseconds.
    public static String time(Instant at) {
        return Json.timeOf(at);
    }
}
