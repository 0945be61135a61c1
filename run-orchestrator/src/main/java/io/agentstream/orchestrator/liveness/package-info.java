/// Knows which calls are alive, and closes the runs of those that are not.
@NullMarked
package io.agentstream.orchestrator.liveness;

import org.jspecify.annotations.NullMarked;
