/// Tests of what must not be read by the wrong eyes.
@NullMarked
package io.agentstream.orchestrator.secret;

import org.jspecify.annotations.NullMarked;
