/// Tests of decisions: rows without anything, then transactions on a database.
@NullMarked
package io.agentstream.orchestrator.decide;

import org.jspecify.annotations.NullMarked;
