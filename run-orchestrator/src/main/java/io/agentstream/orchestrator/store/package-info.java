/// The system of record in PostgreSQL: the pool, the migrations, and one small class of visible SQL for each table.
///
/// Nothing here may know HTTP or Kafka, decide about a call, or build SQL out of values.
@NullMarked
package io.agentstream.orchestrator.store;

import org.jspecify.annotations.NullMarked;
