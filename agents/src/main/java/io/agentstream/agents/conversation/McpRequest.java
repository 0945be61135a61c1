package io.agentstream.agents.conversation;

/// One use of a tool of a server that speaks the Model Context Protocol. Immutable.
///
/// @param server name of the definition's tool that says where the server is
/// @param tool as the brain was offered it
/// @param again whether another worker had begun it, so that it may have been done already
public record McpRequest(String server, String tool, boolean again) implements ToolRequest {}
