/// Tests of decisions: rows without anything, then transactions on a database, then the loop on a mock of Kafka.
@NullMarked
package io.agentstream.orchestrator.run;

import org.jspecify.annotations.NullMarked;
