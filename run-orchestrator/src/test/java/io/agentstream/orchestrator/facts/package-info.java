/// Tests of the projections, without a broker.
@NullMarked
package io.agentstream.orchestrator.facts;

import org.jspecify.annotations.NullMarked;
