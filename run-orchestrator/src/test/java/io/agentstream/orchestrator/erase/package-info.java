/// Tests of decisions: rows without anything, then transactions on a database.
@NullMarked
package io.agentstream.orchestrator.erase;

import org.jspecify.annotations.NullMarked;
