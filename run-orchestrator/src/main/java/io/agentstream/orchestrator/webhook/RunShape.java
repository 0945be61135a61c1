package io.agentstream.orchestrator.webhook;

import io.agentstream.orchestrator.store.Runs;
import java.time.Instant;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/// How a run is shown, which is as everybody else shows it, and given by whoever puts the service together: webhooks do not know the API.
///
/// @param run to an object that is the taker's own; any thread
/// @param time as text; any thread
public record RunShape(Function<Runs.Run, ObjectNode> run, Function<Instant, String> time) {}
