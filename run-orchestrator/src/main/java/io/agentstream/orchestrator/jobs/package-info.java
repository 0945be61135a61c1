/// What must follow a decision: it is said in the log, and the provider is made to do what it has to.
///
/// Nothing here may decide about a run.
@NullMarked
package io.agentstream.orchestrator.jobs;

import org.jspecify.annotations.NullMarked;
