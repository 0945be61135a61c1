package io.agentstream.dev.bench;

/// What is measured.
enum Target {
    BARE_SOCKET,
    BARE_FRAMING,
    BARE_KAFKA,
    SYSTEM
}
