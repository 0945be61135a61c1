package io.agentstream.agents;

/// Something that is wrong with an agent's definition.
///
/// @param field where, as `nodes.greet.on_digit.1`; empty for the whole
/// @param message what, in words for the definition's author
public record Problem(String field, String message) {}
