/// Tests of what follows a decision.
@NullMarked
package io.agentstream.orchestrator.jobs;

import org.jspecify.annotations.NullMarked;
