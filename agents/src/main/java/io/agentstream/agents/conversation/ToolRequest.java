package io.agentstream.agents.conversation;

/// What is asked of another system, but for the key: no effect holds one. Immutable; does not print an address or what is sent.
public sealed interface ToolRequest permits HttpRequest, McpRequest {}
