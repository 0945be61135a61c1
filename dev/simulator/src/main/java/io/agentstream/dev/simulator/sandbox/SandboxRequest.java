package io.agentstream.dev.simulator.sandbox;

/// One request to the provider's API as the sandbox saw it. `status` is 0 where the connection was cut.
public record SandboxRequest(
        long atMs, String method, String domain, String session, boolean tokenValid, int status) {}
