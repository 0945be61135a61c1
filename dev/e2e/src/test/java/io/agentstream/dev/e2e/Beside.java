package io.agentstream.dev.e2e;

import io.agentstream.dev.local.LocalSystem;
import java.util.HashMap;
import java.util.Map;

/// Variables for another process of a system that runs.
final class Beside {

    private Beside() {}

    /// A copy of `environment`, with what both have to agree on.
    static Map<String, String> of(LocalSystem system, Map<String, String> environment) {
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("AGENT_STREAM_BIND_ADDRESS", "127.0.0.1");
        variables.put("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", system.demo().kafkaBootstrapServers());
        variables.put("AGENT_STREAM_GATEWAY_SLOTS", "4");
        variables.put("AGENT_STREAM_CALL_PARTITIONS", "4");
        variables.put("AGENT_STREAM_CLOUDONIX_API_URL", system.demo().cloudonixUrl());
        return variables;
    }
}
