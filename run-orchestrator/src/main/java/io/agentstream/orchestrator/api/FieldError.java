package io.agentstream.orchestrator.api;

/// What is wrong with one field. `field` is its path, as in `credentials.domain_id` or `nodes[2].say`.
public record FieldError(String field, String message) {}
