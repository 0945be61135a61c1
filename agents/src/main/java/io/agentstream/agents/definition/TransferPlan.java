package io.agentstream.agents.definition;

import org.jspecify.annotations.Nullable;

/// How a caller is given to somebody else. Immutable; any thread.
///
/// @param warm whether the other side is told first what the call is about; otherwise the caller is simply put through
/// @param to whom: a number or address
/// @param say what the caller hears before; null: nothing
/// @param summary what the other side hears before it is connected; null: the brain makes it, where there is one
/// @param ringMs how long the other side may ring
public record TransferPlan(boolean warm, Template to, @Nullable Template say, @Nullable Template summary, int ringMs) {}
