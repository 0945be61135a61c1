package io.agentstream.dev.e2e;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Variables for another process of a system that runs.
final class Beside {

    private Beside() {}

    /// A copy of `environment`, with what both have to agree on.
    static Map<String, String> of(LocalSystem system, Map<String, String> environment) {
        Map<String, String> variables = of(environment);
        variables.put("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", system.demo().kafkaBootstrapServers());
        variables.put("AGENT_STREAM_CLOUDONIX_API_URL", system.demo().cloudonixUrl());
        return variables;
    }

    /// A copy of `environment`, with what all processes of a system have to agree on.
    static Map<String, String> of(Map<String, String> environment) {
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("AGENT_STREAM_BIND_ADDRESS", "127.0.0.1");
        variables.put("AGENT_STREAM_GATEWAY_SLOTS", "4");
        variables.put("AGENT_STREAM_CALL_PARTITIONS", "4");
        return variables;
    }

    /// Variables for a worker of a system that runs, which is soon missed when it is killed, and may ask services that are played.
    ///
    /// @param data directory of the system
    static Map<String, String> worker(LocalSystem system, Path data) throws IOException {
        Map<String, String> variables = of(system, SharedSystem.environment());
        variables.put(
                "AGENT_STREAM_CALL_KEYS_KEY",
                Json.MAPPER.readTree(Files.readAllBytes(data.resolve("secrets.json"))).path("call_keys_key").asString());
        variables.put("AGENT_STREAM_WORKER_SESSION_TIMEOUT", "2500ms");
        variables.put("AGENT_STREAM_OUTBOUND_ALLOWED_NETWORKS", "127.0.0.0/8,::1/128");
        return variables;
    }
}
