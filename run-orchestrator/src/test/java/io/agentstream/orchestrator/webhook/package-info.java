/// Tests of what organisations are told of their runs.
@NullMarked
package io.agentstream.orchestrator.webhook;

import org.jspecify.annotations.NullMarked;
