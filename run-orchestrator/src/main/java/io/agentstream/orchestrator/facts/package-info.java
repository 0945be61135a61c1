/// Computes `runs.v1` from what run, socket and conversation tell, and `usage.v1` from that, with Kafka Streams.
///
/// Nothing here may know the database or decide about a run; [RunTable] and [Minute] are pure.
@NullMarked
package io.agentstream.orchestrator.facts;

import org.jspecify.annotations.NullMarked;
