package io.agentstream.dev.bench.report;

import java.util.Map;

/// What a window brought on the system, beyond what every window brings.
public record SystemSample(
        Sample sample,
        Point.SetupMs setup,
        Point.SetupMs firstEcho,
        Point.HeapBytesPerCall heap,
        Map<String, Point.TopicRate> topics) {}
