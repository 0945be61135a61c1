/// Tests of the orchestrator as a whole, as far as they need no broker.
@NullMarked
package io.agentstream.orchestrator;

import org.jspecify.annotations.NullMarked;
