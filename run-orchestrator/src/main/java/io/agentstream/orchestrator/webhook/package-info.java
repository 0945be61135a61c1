/// Tells organisations of their runs: what is said, when, and how often it is tried.
///
/// [RunPayload] and [Pauses] are pure. Nothing here may decide about a run, hold up a decision, or log a URL, a secret or what is said.
@NullMarked
package io.agentstream.orchestrator.webhook;

import org.jspecify.annotations.NullMarked;
