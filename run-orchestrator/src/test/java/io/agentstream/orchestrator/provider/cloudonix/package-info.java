/// Tests of the provider's client against a real HTTP server with awkward sides.
@NullMarked
package io.agentstream.orchestrator.provider.cloudonix;

import org.jspecify.annotations.NullMarked;
