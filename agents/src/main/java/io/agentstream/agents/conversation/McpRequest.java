package io.agentstream.agents.conversation;

/// One use of a tool of a server that speaks the Model Context Protocol. Whether it may have been done already says [ConversationEffect.CallTool#again]. Immutable.
///
/// @param server name of the definition's tool that says where the server is
/// @param tool as the brain was offered it
public record McpRequest(String server, String tool) implements ToolRequest {}
