/// Tests of the provider's client against a real HTTP server with awkward sides.
@NullMarked
package io.agentstream.orchestrator.cloudonix;

import org.jspecify.annotations.NullMarked;
