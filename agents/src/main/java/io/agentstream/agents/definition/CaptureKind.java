package io.agentstream.agents.definition;

/// What can be captured from a caller.
public enum CaptureKind {
    DIGITS,
    YES_NO,
    DATE,
    PHONE,
    EMAIL,
    NAME
}
