/// Computes `runs.v1` and `usage.v1` from `run.events.v1` with Kafka Streams.
///
/// Nothing here may know the database or decide about a run; [Projection] is pure.
@NullMarked
package io.agentstream.orchestrator.facts;

import org.jspecify.annotations.NullMarked;
