/// Tests of the reaper, on a real database and a clock of their own.
@NullMarked
package io.agentstream.orchestrator.liveness;

import org.jspecify.annotations.NullMarked;
