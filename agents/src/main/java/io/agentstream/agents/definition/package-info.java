/// An agent as data: what its definition says, and what may be wrong with it. Values and pure functions only; whoever checks a
/// definition, holds a conversation or reads one back uses the same classes, and none of them knows the conversation.
@NullMarked
package io.agentstream.agents.definition;

import org.jspecify.annotations.NullMarked;
