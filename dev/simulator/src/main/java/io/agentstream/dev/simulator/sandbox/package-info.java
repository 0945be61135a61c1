/// A stand-in for the provider's REST API, for a machine without an account and for tests that need the provider to misbehave.
///
/// Nothing here may know the gateway, the orchestrator or Kafka: it is somebody else's server. It keeps no token in what it
/// records.
@NullMarked
package io.agentstream.dev.simulator.sandbox;

import org.jspecify.annotations.NullMarked;
