/// Tests of the loop, on a mock of Kafka and a real database.
@NullMarked
package io.agentstream.orchestrator.intake;

import org.jspecify.annotations.NullMarked;
