/// Tests of the REST API with real HTTP requests and a real database.
@NullMarked
package io.agentstream.orchestrator.api;

import org.jspecify.annotations.NullMarked;
