/// What must not be read by the wrong eyes: encryption at rest, and API keys.
///
/// Nothing here may log, do I/O, or keep a secret longer than its caller does.
@NullMarked
package io.agentstream.orchestrator.secret;

import org.jspecify.annotations.NullMarked;
