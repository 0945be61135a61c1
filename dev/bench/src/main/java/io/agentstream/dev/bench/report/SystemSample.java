package io.agentstream.dev.bench.report;

import java.util.Map;
import java.util.Optional;

/// What a window brought on the system, beyond what every window brings.
///
/// @param followed of further windows; nothing where nobody was to follow
public record SystemSample(
        Sample sample,
        Point.SetupMs setup,
        Point.SetupMs firstEcho,
        Point.HeapBytesPerCall heap,
        Map<String, Point.TopicRate> topics,
        Optional<Followed> followed) {}
