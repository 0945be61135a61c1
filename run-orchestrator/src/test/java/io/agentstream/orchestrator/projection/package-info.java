/// Tests of the projections, without a broker.
@NullMarked
package io.agentstream.orchestrator.projection;

import org.jspecify.annotations.NullMarked;
